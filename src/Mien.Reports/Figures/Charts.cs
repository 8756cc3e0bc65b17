using System.Globalization;
using Mien.Training.Evaluation;
using Mien.Training.Runs;

namespace Mien.Reports.Figures;

/// <summary>The figures of a run and of a model's predictions.</summary>
public static class Charts
{
    private const double Left = 68;
    private const double Top = 34;
    private const double Across = 420;
    private const double Up = 220;
    private const double Right = 20;
    private const double Under = 46;

    /// <summary>Loss of Training (augmented, smoothed) and PublicTest by epoch.</summary>
    /// <exception cref="ArgumentException">No epoch.</exception>
    public static Figure Loss(IReadOnlyList<EpochMetrics> epochs)
    {
        double highest = epochs.Max(epoch => Math.Max(epoch.TrainLoss, epoch.PublicTestLoss));
        return ByEpoch(epochs, "Loss by epoch", "loss", (0, highest * 1.05), Number,
            ("Training, augmented", "first", epoch => epoch.TrainLoss), ("PublicTest", "second", epoch => epoch.PublicTestLoss));
    }

    /// <summary>Accuracy and macro F1 by epoch.</summary>
    /// <inheritdoc cref="Loss" path="/exception"/>
    public static Figure Accuracy(IReadOnlyList<EpochMetrics> epochs) =>
        ByEpoch(epochs, "Accuracy by epoch", "share", (0, 1), Percent,
            ("Training, augmented", "first", epoch => epoch.TrainAccuracy), ("PublicTest", "second", epoch => epoch.PublicTestAccuracy),
            ("PublicTest macro F1", "third", epoch => epoch.PublicTestMacroF1));

    /// <summary>Learning rate at each epoch's end.</summary>
    /// <inheritdoc cref="Loss" path="/exception"/>
    public static Figure LearningRate(IReadOnlyList<EpochMetrics> epochs) =>
        ByEpoch(epochs, "Learning rate by epoch", "learning rate", (0, epochs.Max(epoch => epoch.LearningRate) * 1.05), Number,
            ("learning rate", "first", epoch => epoch.LearningRate));

    /// <summary>The three curves of a run below each other.</summary>
    /// <inheritdoc cref="Loss" path="/exception"/>
    public static Figure History(IReadOnlyList<EpochMetrics> epochs)
    {
        Figure[] parts = [Accuracy(epochs), Loss(epochs), LearningRate(epochs)];
        double at = 0;
        var body = new System.Text.StringBuilder();
        foreach (Figure part in parts)
        {
            body.Append(CultureInfo.InvariantCulture, $"<g transform=\"translate(0 {at:0.##})\">{part.Body}</g>");
            at += part.Height;
        }

        return new Figure("Accuracy, loss and learning rate by epoch", parts[0].Width, at, body.ToString());
    }

    /// <summary>Accuracy in each bin of confidence against the confidence itself, with the share of faces in each bin.</summary>
    /// <param name="bins">See <see cref="Reliability"/>.</param>
    /// <param name="ece">Expected calibration error, 0..1.</param>
    public static Figure ReliabilityDiagram(IReadOnlyList<ReliabilityBin> bins, double ece)
    {
        var svg = new SvgWriter();
        var axes = new Axes(Left, Top, Across, Up + 60, (0, 1), (0, 1));
        axes.Draw(svg, "confidence", "accuracy", Percent, Percent);
        int all = Math.Max(1, bins.Sum(bin => bin.Count));
        foreach (ReliabilityBin bin in bins.Where(bin => bin.Count > 0))
        {
            double x = axes.AtX(bin.Low) + 1;
            double width = axes.AtX(bin.High) - axes.AtX(bin.Low) - 2;
            string title = $"confidence {Percent(bin.Low)} to {Percent(bin.High)}: {bin.Count} faces ({Percent((double)bin.Count / all)}), mean confidence {Exact(bin.Confidence)}, accuracy {Exact(bin.Accuracy)}";
            svg.Rectangle(x, axes.AtY(bin.Accuracy), width, axes.AtY(0) - axes.AtY(bin.Accuracy), "bar", title: title);
            svg.Line(x, axes.AtY(bin.Confidence), x + width, axes.AtY(bin.Confidence), "series second");
        }

        svg.Line(axes.AtX(0), axes.AtY(0), axes.AtX(1), axes.AtY(1), "diagonal");
        svg.Text(Left, 18, $"Reliability: expected calibration error {ece.ToString("F3", CultureInfo.InvariantCulture)}", "caption");
        Legend(svg, Left + 12, Top + 14, ("accuracy", "bar"), ("mean confidence", "bar2"));
        return new Figure("Reliability diagram", Left + Across + Right, Top + Up + 60 + Under, svg.ToString());
    }

    /// <summary>Accuracy over the faces whose confidence is highest, against their share.</summary>
    /// <param name="curve">See <see cref="Mien.Training.Evaluation.Coverage"/>.</param>
    public static Figure CoverageCurve(IReadOnlyList<CoveragePoint> curve)
    {
        var svg = new SvgWriter();
        double lowest = Math.Floor(curve.Min(point => point.Accuracy) * 10) / 10;
        var axes = new Axes(Left, Top, Across, Up, (0, 1), (Math.Min(lowest, 0.9), 1));
        axes.Draw(svg, "coverage: share of faces answered", "accuracy", Percent, Percent);
        svg.Path(curve.Select(point => (axes.AtX(point.Coverage), axes.AtY(point.Accuracy))), "series first");
        foreach (CoveragePoint point in curve.Where((_, i) => i % 10 == 9))
        {
            svg.Circle(axes.AtX(point.Coverage), axes.AtY(point.Accuracy), 4, "bar",
                title: $"the {Percent(point.Coverage)} of faces with confidence {Exact(point.Confidence)} or more: accuracy {Exact(point.Accuracy)}");
        }

        svg.Text(Left, 18, "Accuracy against coverage", "caption");
        return new Figure("Accuracy against coverage", Left + Across + Right, Top + Up + Under, svg.ToString());
    }

    /// <summary>Precision, recall and F1 of each class as bars.</summary>
    public static Figure ClassBars(Evaluation evaluation)
    {
        const double RowHeight = 46;
        var svg = new SvgWriter();
        double left = 84;
        var axes = new Axes(left, Top + 16, Across, RowHeight * evaluation.PerClass.Count, (0, 1), (0, 1));
        foreach (double value in Axes.Ticks(axes.X, 5))
        {
            svg.Line(axes.AtX(value), axes.Top, axes.AtX(value), axes.Top + axes.Height, "grid");
            svg.Text(axes.AtX(value), axes.Top + axes.Height + 17, Percent(value), anchor: "middle");
        }

        double y = axes.Top;
        foreach ((string label, ClassFigures figures) in evaluation.PerClass)
        {
            svg.Name(left - 8, y + RowHeight / 2, label, left - 8, "strong", "end");
            svg.Text(left - 8, y + RowHeight / 2 + 12, $"{figures.Support} faces", "small", "end");
            (string Name, double Value, string Style)[] bars = [("precision", figures.Precision, "bar"), ("recall", figures.Recall, "bar2"), ("F1", figures.F1, "bar3")];
            for (int i = 0; i < bars.Length; i++)
            {
                svg.Rectangle(left, y + 4 + i * 13, bars[i].Value * Across, 11, bars[i].Style, title: $"{label}: {bars[i].Name} {Exact(bars[i].Value)}");
                svg.Text(left + bars[i].Value * Across + 4, y + 13 + i * 13, Exact(bars[i].Value), "small");
            }

            y += RowHeight;
        }

        svg.Text(left, 18, "Precision, recall and F1 of each class", "caption");
        Legend(svg, left, 36, ("precision", "bar"), ("recall", "bar2"), ("F1", "bar3"));
        return new Figure("Precision, recall and F1 of each class", left + Across + 44, axes.Top + axes.Height + 28, svg.ToString());
    }

    /// <summary>Faces of each class as bars in the classes' colors.</summary>
    /// <param name="counts">[K].</param>
    /// <param name="labels">[K] names.</param>
    /// <param name="title">Heading.</param>
    public static Figure ClassCounts(IReadOnlyList<int> counts, IReadOnlyList<string> labels, string title = "Faces of each class")
    {
        const double RowHeight = 26;
        const double left = 84;
        var svg = new SvgWriter();
        int most = Math.Max(1, counts.Max());
        for (int k = 0; k < labels.Count; k++)
        {
            double y = Top + RowHeight * k;
            svg.Name(left - 8, y + 17, labels[k], left - 8, "strong", "end");
            svg.Rectangle(left, y + 4, Across * counts[k] / most, RowHeight - 8, "key", Palette.Of(labels[k], k), $"{labels[k]}: {counts[k]} faces");
            svg.Text(left + Across * counts[k] / most + 6, y + 17, counts[k].ToString("N0", CultureInfo.InvariantCulture), "small");
        }

        svg.Text(left, 18, title, "caption");
        return new Figure(title, left + Across + 56, Top + RowHeight * labels.Count + 8, svg.ToString());
    }

    /// <summary>How often each gray level occurs, in 32 bins.</summary>
    /// <param name="pixels">Gray levels, at least one.</param>
    /// <param name="title">Heading.</param>
    public static Figure GrayLevels(ReadOnlySpan<byte> pixels, string title = "Gray levels")
    {
        const int Bins = 32;
        double[] shares = new double[Bins];
        foreach (byte level in pixels)
            shares[level * Bins / 256] += 1.0 / pixels.Length;
        var svg = new SvgWriter();
        var axes = new Axes(Left, Top, Across, Up, (0, 256), (0, shares.Max() * 1.05));
        axes.Draw(svg, "gray level", "share of pixels", Number, Percent);
        for (int bin = 0; bin < Bins; bin++)
        {
            double x = axes.AtX(bin * 256.0 / Bins);
            svg.Rectangle(x + 1, axes.AtY(shares[bin]), axes.AtX((bin + 1) * 256.0 / Bins) - x - 2, axes.AtY(0) - axes.AtY(shares[bin]), "bar");
        }

        svg.Text(Left, 18, title, "caption");
        return new Figure(title, Left + Across + Right, Top + Up + Under, svg.ToString());
    }

    internal static string Percent(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    internal static string Exact(double share) => (share * 100).ToString("F1", CultureInfo.InvariantCulture) + " %";

    private static string Number(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    private static Figure ByEpoch(
        IReadOnlyList<EpochMetrics> epochs, string title, string yTitle, (double Low, double High) y, Func<double, string> format,
        params (string Name, string Style, Func<EpochMetrics, double> Value)[] series)
    {
        if (epochs.Count == 0)
            throw new ArgumentException("No epoch to draw.", nameof(epochs));
        var svg = new SvgWriter();
        var axes = new Axes(Left, Top + 16, Across, Up - 16, (Math.Min(1, epochs[^1].Epoch - 1), epochs[^1].Epoch), y) { WholeX = true };
        axes.Draw(svg, "epoch", yTitle, value => value.ToString("0", CultureInfo.InvariantCulture), format);
        foreach ((string name, string style, Func<EpochMetrics, double> value) in series)
        {
            svg.Path(epochs.Select(epoch => (axes.AtX(epoch.Epoch), axes.AtY(value(epoch)))), $"series {style}");
            EpochMetrics last = epochs[^1];
            svg.Circle(axes.AtX(last.Epoch), axes.AtY(value(last)), 3, Bar(style), title: $"{name}, epoch {last.Epoch}: {format(value(last))}");
        }

        if (epochs.LastOrDefault(epoch => epoch.Best) is { } best)
        {
            svg.Line(axes.AtX(best.Epoch), axes.Top, axes.AtX(best.Epoch), axes.Top + axes.Height, "diagonal");
            svg.Text(axes.AtX(best.Epoch) - 4, axes.Top + 10, $"best: {best.Epoch}", "small", "end");
        }

        svg.Text(Left, 18, title, "caption");
        Legend(svg, Left, 36, [.. series.Select(one => (one.Name, Bar(one.Style)))]);
        return new Figure(title, Left + Across + Right, Top + Up + Under, svg.ToString());
    }

    private static string Bar(string style) => style switch { "first" => "bar", "second" => "bar2", _ => "bar3" };

    private static void Legend(SvgWriter svg, double x, double y, params ReadOnlySpan<(string Name, string Style)> entries)
    {
        foreach ((string name, string style) in entries)
        {
            svg.Rectangle(x, y - 9, 10, 10, style);
            svg.Text(x + 14, y, name);
            x += 30 + name.Length * 7.2;
        }
    }
}
