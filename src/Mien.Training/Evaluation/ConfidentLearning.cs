namespace Mien.Training.Evaluation;

/// <summary>By what the likely wrong labels are put in order, the likeliest first.</summary>
public enum ErrorRanking
{
    /// <summary>The label's probability less that of the most probable other class.</summary>
    Margin,

    /// <summary>The label's probability.</summary>
    Confidence,
}

/// <summary>A row whose label is likely wrong.</summary>
/// <param name="Row">Its place in the table.</param>
/// <param name="Given">Its label.</param>
/// <param name="Suggested">The class that the model is confident of.</param>
/// <param name="Margin">Normalized margin: p(given) less the highest probability among the others, -1..1.</param>
/// <param name="Confidence">Self-confidence: p(given), 0..1.</param>
public readonly record struct LabelError(int Row, byte Given, byte Suggested, float Margin, float Confidence);

/// <summary>Likely wrong labels from a model's answers on rows that it has not learned from, as pure functions.</summary>
/// <remarks>Confident learning: Northcutt, Jiang and Chuang 2021, Journal of Artificial Intelligence Research 70
/// (arXiv:1911.00068).</remarks>
public static class ConfidentLearning
{
    /// <summary>For each class the mean probability that its own rows have for it (the paper's equation 2).</summary>
    /// <param name="probabilities">[N*K], row-major; rows sum to 1.</param>
    /// <param name="labels">[N], each below K.</param>
    /// <param name="classes">K.</param>
    /// <returns>[K]; infinite for a class without rows, which nothing then reaches.</returns>
    /// <exception cref="ArgumentException">Lengths don't match, N is 0, or a label is K or more.</exception>
    public static double[] Thresholds(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> labels, int classes)
    {
        Metrics.Check(probabilities, labels, classes);
        double[] sums = new double[classes];
        int[] counts = new int[classes];
        for (int i = 0; i < labels.Length; i++)
        {
            sums[labels[i]] += probabilities[i * classes + labels[i]];
            counts[labels[i]]++;
        }

        return [.. sums.Zip(counts, (sum, count) => count == 0 ? double.PositiveInfinity : sum / count)];
    }

    /// <summary>The class that a row belongs to with confidence: the most probable of those that reach their threshold (equation
    /// 1).</summary>
    /// <param name="row">[K] probabilities.</param>
    /// <param name="thresholds">[K].</param>
    /// <returns>0 .. K-1; -1 where none reaches it.</returns>
    public static int ConfidentClass(ReadOnlySpan<float> row, ReadOnlySpan<double> thresholds)
    {
        int best = -1;
        for (int k = 0; k < row.Length; k++)
        {
            if (row[k] >= thresholds[k] && (best < 0 || row[k] > row[best]))
                best = k;
        }

        return best;
    }

    /// <summary>The confident joint, [K][K]: rows are given labels, columns the classes that the model is confident of (equation
    /// 1).</summary>
    /// <inheritdoc cref="Thresholds" path="/param"/>
    /// <inheritdoc cref="Thresholds" path="/exception"/>
    public static int[][] ConfidentJoint(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> labels, int classes)
    {
        double[] thresholds = Thresholds(probabilities, labels, classes);
        int[][] joint = [.. Enumerable.Range(0, classes).Select(_ => new int[classes])];
        for (int i = 0; i < labels.Length; i++)
        {
            int confident = ConfidentClass(probabilities.Slice(i * classes, classes), thresholds);
            if (confident >= 0)
                joint[labels[i]][confident]++;
        }

        return joint;
    }

    /// <summary>
    /// The share of all rows that has each given and each true label, [K][K], summing to 1: the joint's rows scaled to the
    /// labels' numbers (equation 3). A class whose rows are none of them confident is taken to be labeled right.
    /// </summary>
    /// <param name="joint">[K][K].</param>
    /// <param name="labelCounts">[K] rows of each given label.</param>
    /// <exception cref="ArgumentException">Lengths don't match, or there are no rows.</exception>
    public static double[][] EstimateJoint(int[][] joint, IReadOnlyList<int> labelCounts)
    {
        ArgumentNullException.ThrowIfNull(joint);
        if (joint.Length != labelCounts.Count)
            throw new ArgumentException($"{labelCounts.Count} counts for {joint.Length} classes.", nameof(labelCounts));
        double all = labelCounts.Sum();
        if (all == 0)
            throw new ArgumentException("No rows to estimate from.", nameof(labelCounts));
        return [.. joint.Select((row, given) =>
        {
            double sum = row.Sum();
            return row.Select((count, k) => (sum > 0 ? count / sum : k == given ? 1 : 0) * labelCounts[given] / all).ToArray();
        })];
    }

    /// <summary>The label's probability less the highest among the others, -1..1 (Wei et al. 2018).</summary>
    /// <param name="row">[K] probabilities, K from 2 up.</param>
    /// <param name="label">Below K.</param>
    public static float NormalizedMargin(ReadOnlySpan<float> row, int label)
    {
        float other = float.NegativeInfinity;
        for (int k = 0; k < row.Length; k++)
        {
            if (k != label)
                other = Math.Max(other, row[k]);
        }

        return row[label] - other;
    }

    /// <summary>
    /// The rows off the confident joint's diagonal: those that the model is confident belong to another class than
    /// their label, the likeliest errors first; equals in the table's order.
    /// </summary>
    /// <param name="probabilities">[N*K], row-major; rows sum to 1.</param>
    /// <param name="labels">[N], each below K.</param>
    /// <param name="classes">K.</param>
    /// <param name="ranking">What decides the order.</param>
    /// <inheritdoc cref="Thresholds" path="/exception"/>
    public static IReadOnlyList<LabelError> Find(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> labels, int classes,
        ErrorRanking ranking = ErrorRanking.Margin)
    {
        double[] thresholds = Thresholds(probabilities, labels, classes);
        var errors = new List<LabelError>();
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<float> row = probabilities.Slice(i * classes, classes);
            int confident = ConfidentClass(row, thresholds);
            if (confident >= 0 && confident != labels[i])
                errors.Add(new LabelError(i, labels[i], (byte)confident, NormalizedMargin(row, labels[i]), row[labels[i]]));
        }

        return [.. errors.OrderBy(error => ranking == ErrorRanking.Margin ? error.Margin : error.Confidence).ThenBy(error => error.Row)];
    }
}
