using Mien.Training.Datasets;
using Mien.Training.Evaluation;

namespace Mien.Cli.Commands;

/// <summary>mien evaluate --coverage: the table of the model card.</summary>
internal static class CoverageTable
{
    public static void Write(ExpressionClassifier classifier, LabelFit fit, TextWriter output)
    {
        FaceTable faces = fit.Faces;
        float[] probabilities = fit.Probabilities(classifier.Classify(faces.Pixels, faces.Count));
        output.WriteLine("| `--min-confidence` | answered | right of these |");
        output.WriteLine("|---|---|---|");
        for (int tenths = 2; tenths <= 9; tenths++)
        {
            CoveragePoint point = Coverage.At(probabilities, faces.Labels, classifier.Card.Labels.Count, tenths / 10.0);
            output.WriteLine($"| {point.Confidence:F1} | {point.Coverage * 100:F1} % | "
                + $"{(point.Coverage > 0 ? $"{point.Accuracy * 100:F1} %" : "")} |");
        }
    }
}
