namespace Mien.Training.Evaluation;

/// <summary>How much better than chance faces were read, each class counted alike.</summary>
/// <param name="MeanRecall">Mean over the classes that occur of the share that was read as labeled, 0..1.</param>
/// <param name="Chance">The same for answers that have nothing to do with the faces.</param>
/// <param name="Count">How many faces.</param>
public sealed record ReadingSkill(double MeanRecall, double Chance, int Count)
{
    // Of the way from chance to all right.
    private const double LeastShare = 0.2;

    /// <summary>Whether answers are too near chance to judge labels by: a fifth of the way, or within two standard errors.</summary>
    public bool IsNearChance =>
        MeanRecall < Chance + Math.Max(LeastShare * (1 - Chance), 2 * Math.Sqrt(Chance * (1 - Chance) / Count));

    /// <summary>Compares answers with labels.</summary>
    /// <param name="probabilities">[N*classes], row-major.</param>
    /// <param name="labels">[N].</param>
    /// <param name="classes">How many classes.</param>
    public static ReadingSkill Of(ReadOnlySpan<float> probabilities, IReadOnlyList<byte> labels, int classes)
    {
        ArgumentNullException.ThrowIfNull(labels);
        int[] all = new int[classes];
        int[] right = new int[classes];
        for (int i = 0; i < labels.Count; i++)
        {
            all[labels[i]]++;
            right[labels[i]] += Metrics.MostProbable(probabilities.Slice(i * classes, classes)) == labels[i] ? 1 : 0;
        }

        int[] occurring = [.. Enumerable.Range(0, classes).Where(k => all[k] > 0)];
        return new ReadingSkill(occurring.Average(k => (double)right[k] / all[k]), 1.0 / occurring.Length, labels.Count);
    }
}
