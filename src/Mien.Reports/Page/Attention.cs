using Mien.Explanations;
using Mien.Imaging;
using Mien.Reports.Predictions;

namespace Mien.Reports.Page;

/// <summary>One face with what its answer rests on.</summary>
/// <param name="Face">Its place on the page.</param>
/// <param name="GradCam">Place of the Grad-CAM overlay among the overlays; -1 where the model can't give it.</param>
/// <param name="Occlusion">Place of the occlusion overlay.</param>
internal sealed record AttentionCard(int Face, int GradCam, int Occlusion);

/// <summary>A chosen sample of faces with their Grad-CAM and occlusion maps.</summary>
internal sealed class Attention
{
    private const int Scale = 2;

    private readonly FaceSheets _overlays;

    /// <summary>For each class the most confident right answers and the most confident mistakes on faces labeled so.</summary>
    public Attention(ExpressionClassifier classifier, JudgedFaces judged, int split, Gallery gallery, int facesAClass)
    {
        int size = judged.Faces.Size;
        _overlays = new FaceSheets(size * Scale);
        var explainer = new Explainer(classifier);
        for (int label = 0; label < judged.Faces.LabelNames.Count; label++)
        {
            var labeled = Enumerable.Range(0, judged.Faces.Count).Where(face => judged.Faces.Labels[face] == label)
                .OrderByDescending(judged.Confidence).ToArray();
            foreach (int face in labeled.Where(judged.Right).Take(facesAClass)
                .Concat(labeled.Where(face => !judged.Right(face)).Take(facesAClass)))
            {
                ReadOnlySpan<byte> pixels = judged.Faces.Face(face);
                int predicted = judged.Predicted(face);
                int gradCam = explainer.HasGradCam
                    ? _overlays.Add(ExplanationPicture.Overlay(pixels, explainer.GradCam(pixels, predicted), size, Scale))
                    : -1;
                int occlusion = _overlays.Add(ExplanationPicture.Overlay(pixels, explainer.Occlusion(pixels, predicted), size, Scale));
                Cards.Add(new AttentionCard(gallery.Show(split, [face])[0], gradCam, occlusion));
            }
        }
    }

    /// <summary>The sample, by class.</summary>
    public List<AttentionCard> Cards { get; } = [];

    /// <summary>The overlays, in sheets.</summary>
    public IEnumerable<byte[]> Sheets() => _overlays.Encode();
}
