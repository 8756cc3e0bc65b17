using Mien.Reports.Predictions;
using Mien.Training.Datasets;

namespace Mien.Reports.Figures;

/// <summary>Draws faces as points in a plane, near ones alike to the network, colored by their labels.</summary>
public static class EmbeddingMap
{
    private const double Side = 620;
    private const double Margin = 14;
    private const double LegendTop = 32;
    private const double LegendRow = 18;
    private const double LegendRoom = 200;

    /// <summary>Fewest faces that a map is made of.</summary>
    public const int FewestFaces = 4;

    /// <summary>Computes the last features of some faces and lays them out by t-SNE (van der Maaten and Hinton 2008).</summary>
    /// <param name="classifier">A model that gives feature maps.</param>
    /// <param name="judged">Its predictions.</param>
    /// <param name="faces">Which of them: <see cref="FewestFaces"/> up to a few thousand.</param>
    /// <param name="seed">The same seed gives the same map.</param>
    /// <param name="data">[N] numbers for the page's script; null for none.</param>
    /// <exception cref="MienException">The model gives no feature maps, or there are too few faces.</exception>
    public static Figure Draw(ExpressionClassifier classifier, JudgedFaces judged, IReadOnlyList<int> faces, int seed = 1, IReadOnlyList<int>? data = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(judged);
        if (faces.Count < FewestFaces)
            throw new MienException($"{faces.Count} faces for a map, which needs {FewestFaces}. Choose a larger split or a larger --count.");
        FaceTable sample = judged.Faces.Take(faces);
        FaceFeatures features = classifier.ClassifyWithFeatures(sample.Pixels, sample.Count);
        float[] vectors = [.. Enumerable.Range(0, sample.Count).SelectMany(features.Embedding)];
        float[] points = NeighborMap.Of(vectors, features.Channels, seed);
        string[] titles = [.. faces.Select(face => $"{sample.LabelNames[judged.Faces.Labels[face]]}, read {sample.LabelNames[judged.Predicted(face)]}")];
        return Draw(points, sample.Labels, sample.LabelNames, titles, data);
    }

    /// <summary>Draws points that are already laid out.</summary>
    /// <param name="points">[N*2], any scale.</param>
    /// <param name="classes">[N], each below K.</param>
    /// <param name="labels">[K] names.</param>
    /// <param name="titles">[N] tooltips.</param>
    /// <param name="data">[N] numbers for the page's script: which face of its galleries; null for none.</param>
    internal static Figure Draw(IReadOnlyList<float> points, IReadOnlyList<byte> classes, IReadOnlyList<string> labels, IReadOnlyList<string> titles, IReadOnlyList<int>? data)
    {
        var svg = new SvgWriter();
        (double X, double Y)[] legend = [.. Legend(labels)];
        double top = legend.Select(place => place.Y).LastOrDefault(LegendTop) + 12;
        (float low, float high) across = Range(points, 0);
        (float low, float high) up = Range(points, 1);
        for (int i = 0; i < classes.Count; i++)
        {
            double x = Margin + (points[2 * i] - across.low) / (across.high - across.low) * (Side - 2 * Margin);
            double y = top + Margin + (points[2 * i + 1] - up.low) / (up.high - up.low) * (Side - 2 * Margin);
            svg.Circle(x, y, 4, "point", Palette.Of(labels[classes[i]], classes[i]), titles[i], data is null ? "" : $"data-face=\"{data[i]}\"");
        }

        svg.Text(Margin, 18, "The network's last features, drawn in a plane", "caption");
        for (int k = 0; k < labels.Count; k++)
        {
            svg.Circle(legend[k].X + 5, legend[k].Y, 5, "point", Palette.Of(labels[k], k));
            svg.Name(legend[k].X + 14, legend[k].Y + 4, labels[k], LegendRoom);
        }

        return new Figure("Map of the network's last features", Side, top + Side, svg.ToString());
    }

    /// <summary>Where the names' points stand, in as many rows as they need.</summary>
    private static IEnumerable<(double X, double Y)> Legend(IReadOnlyList<string> labels)
    {
        double x = Margin;
        double y = LegendTop;
        foreach (string label in labels)
        {
            double width = 30 + NameRoom.Width(NameRoom.Fit(label, LegendRoom));
            if (x > Margin && x + width > Side)
                (x, y) = (Margin, y + LegendRow);
            yield return (x, y);
            x += width;
        }
    }

    private static (float Low, float High) Range(IReadOnlyList<float> points, int offset)
    {
        float low = float.MaxValue;
        float high = float.MinValue;
        for (int i = offset; i < points.Count; i += 2)
            (low, high) = (Math.Min(low, points[i]), Math.Max(high, points[i]));
        return high > low ? (low, high) : (low - 1, high + 1);
    }
}
