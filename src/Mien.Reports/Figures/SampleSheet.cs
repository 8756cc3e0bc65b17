using Mien.Imaging;
using Mien.Reports.Predictions;

namespace Mien.Reports.Figures;

/// <summary>Draws faces with their labels and all probabilities as bars.</summary>
public static class SampleSheet
{
    private const double CardWidth = 236;
    private const double FaceSide = 96;
    private const double CardHeight = 132;
    private const double Top = 30;
    private const int Columns = 4;

    /// <param name="judged">Faces with predictions.</param>
    /// <param name="places">Which of them, in drawing order.</param>
    /// <param name="title">Heading.</param>
    /// <param name="faces">False leaves the pictures out, for a figure that may be published where the data may not.</param>
    public static Figure Draw(JudgedFaces judged, IReadOnlyList<int> places, string title, bool faces = true)
    {
        int columns = Math.Clamp(places.Count, 1, Columns);
        var svg = new SvgWriter();
        svg.Text(8, 20, title, "caption");
        for (int i = 0; i < places.Count; i++)
            Card(svg, judged, places[i], faces, 8 + i % columns * CardWidth, Top + i / columns * CardHeight);
        int rows = (places.Count + columns - 1) / columns;
        return new Figure(title, 8 + columns * CardWidth, Top + rows * CardHeight + 8, svg.ToString());
    }

    private static void Card(SvgWriter svg, JudgedFaces judged, int face, bool picture, double x, double y)
    {
        IReadOnlyList<string> labels = judged.Faces.LabelNames;
        int label = judged.Faces.Labels[face];
        int predicted = judged.Predicted(face);
        if (picture)
            svg.Image(x, y, FaceSide, Picture.FromGray(judged.Faces.Face(face), judged.Faces.Size, judged.Faces.Size).ToPng());
        else
            svg.Rectangle(x, y, FaceSide, FaceSide, "hidden");
        svg.Name(x, y + FaceSide + 14, label == predicted ? $"{labels[label]}, read right" : $"{labels[label]}, read {labels[predicted]}",
            CardWidth - 8, "strong");
        double row = FaceSide / labels.Count;
        for (int k = 0; k < labels.Count; k++)
        {
            double at = y + row * k;
            float probability = judged.Probabilities[face * labels.Count + k];
            svg.Name(x + FaceSide + 56, at + row - 3, labels[k], 52, k == label ? "small strong" : "small", "end", 10);
            svg.Rectangle(x + FaceSide + 60, at + 2, 66 * probability, row - 4, "key", Palette.Of(labels[k], k), $"{labels[k]} {Charts.Exact(probability)}");
        }
    }
}
