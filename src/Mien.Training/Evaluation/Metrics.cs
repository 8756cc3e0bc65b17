namespace Mien.Training.Evaluation;

/// <summary>Figures as pure functions over probabilities and labels.</summary>
public static class Metrics
{
    /// <summary>Bins of the expected calibration error.</summary>
    public const int CalibrationBins = 15;

    private const double SmallestProbability = 1e-12;

    /// <summary>All figures at once.</summary>
    /// <param name="probabilities">[N*K], row-major; rows sum to 1.</param>
    /// <param name="labels">[N], each below K.</param>
    /// <param name="labelNames">K names, in label order.</param>
    /// <exception cref="ArgumentException">Lengths don't match, N is 0, or a label is K or more.</exception>
    public static Evaluation Evaluate(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> labels, IReadOnlyList<string> labelNames)
    {
        int[][] confusion = Confusion(probabilities, labels, labelNames.Count);
        double[] errors = ClassCalibrationErrors(probabilities, labels, labelNames.Count);
        var perClass = new Dictionary<string, ClassFigures>();
        for (int k = 0; k < labelNames.Count; k++)
            perClass[labelNames[k]] = FiguresOf(confusion, k, errors[k]);
        ClassFigures[] present = [.. perClass.Values.Where(figures => figures.Support > 0)];
        return new Evaluation
        {
            Count = labels.Length,
            Accuracy = (double)Enumerable.Range(0, confusion.Length).Sum(k => confusion[k][k]) / labels.Length,
            MacroF1 = present.Average(figures => figures.F1),
            BalancedAccuracy = present.Average(figures => figures.Recall),
            PerClass = perClass,
            Confusion = confusion,
            Nll = NegativeLogLikelihood(probabilities, labels, labelNames.Count),
            Brier = Brier(probabilities, labels, labelNames.Count),
            Ece = ExpectedCalibrationError(probabilities, labels, labelNames.Count),
            ClasswiseEce = present.Average(figures => figures.Ece),
        };
    }

    /// <summary>Counts, [K][K]: rows are true labels, columns the most probable classes (the first of equals).</summary>
    /// <inheritdoc cref="Evaluate" path="/exception"/>
    public static int[][] Confusion(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> labels, int classes)
    {
        Check(probabilities, labels, classes);
        int[][] confusion = [.. Enumerable.Range(0, classes).Select(_ => new int[classes])];
        for (int i = 0; i < labels.Length; i++)
            confusion[labels[i]][MostProbable(probabilities.Slice(i * classes, classes))]++;
        return confusion;
    }

    /// <summary>Mean of -ln p(label), natural logarithm.</summary>
    /// <inheritdoc cref="Evaluate" path="/exception"/>
    public static double NegativeLogLikelihood(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> labels, int classes)
    {
        Check(probabilities, labels, classes);
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
            sum -= Math.Log(Math.Max(probabilities[i * classes + labels[i]], SmallestProbability));
        return sum / labels.Length;
    }

    /// <summary>Mean over the rows of the squared distance from the label's unit vector, 0..2 (Brier 1950).</summary>
    /// <inheritdoc cref="Evaluate" path="/exception"/>
    public static double Brier(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> labels, int classes)
    {
        Check(probabilities, labels, classes);
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            for (int k = 0; k < classes; k++)
            {
                double distance = probabilities[i * classes + k] - (k == labels[i] ? 1 : 0);
                sum += distance * distance;
            }
        }

        return sum / labels.Length;
    }

    /// <summary>
    /// Mean gap between confidence and accuracy over 15 equal-width bins (b/15, (b+1)/15] of the highest probability,
    /// weighted by the bins' shares (Guo et al. 2017, arXiv:1706.04599). 0..1.
    /// </summary>
    /// <inheritdoc cref="Evaluate" path="/exception"/>
    public static double ExpectedCalibrationError(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> labels, int classes)
    {
        Check(probabilities, labels, classes);
        double[] confidence = new double[CalibrationBins];
        int[] correct = new int[CalibrationBins];
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<float> row = probabilities.Slice(i * classes, classes);
            int predicted = MostProbable(row);
            int bin = CalibrationBin(row[predicted]);
            confidence[bin] += row[predicted];
            correct[bin] += predicted == labels[i] ? 1 : 0;
        }

        return confidence.Zip(correct, (sum, hits) => Math.Abs(sum - hits)).Sum() / labels.Length;
    }

    /// <summary>
    /// For each class the gap between its mean probability and the share of faces that it labels, over 15 equal-width bins
    /// (b/15, (b+1)/15] of that probability (0 falls into the first), weighted by the bins' shares. All faces count, whatever
    /// their answer: a class that is never the answer can be overrated too (Kull et al. 2019, arXiv:1910.12656; Nixon et al. 2019,
    /// arXiv:1904.01685).
    /// </summary>
    /// <returns>[K], each 0..1.</returns>
    /// <inheritdoc cref="Evaluate" path="/exception"/>
    public static double[] ClassCalibrationErrors(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> labels, int classes)
    {
        Check(probabilities, labels, classes);
        double[] errors = new double[classes];
        double[] gaps = new double[CalibrationBins];
        for (int k = 0; k < classes; k++)
        {
            Array.Clear(gaps);
            for (int i = 0; i < labels.Length; i++)
            {
                float probability = probabilities[i * classes + k];
                gaps[CalibrationBin(probability)] += probability - (labels[i] == k ? 1 : 0);
            }

            errors[k] = gaps.Sum(Math.Abs) / labels.Length;
        }

        return errors;
    }

    /// <summary>Place of the highest value, the first of equals.</summary>
    /// <param name="row">[K] probabilities or scores.</param>
    /// <returns>0 .. K-1.</returns>
    public static int MostProbable(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int k = 1; k < row.Length; k++)
        {
            if (row[k] > row[best])
                best = k;
        }

        return best;
    }

    /// <summary>The bin of a confidence: (b/15, (b+1)/15].</summary>
    internal static int CalibrationBin(float confidence) =>
        Math.Clamp((int)Math.Ceiling(confidence * (double)CalibrationBins) - 1, 0, CalibrationBins - 1);

    private static ClassFigures FiguresOf(int[][] confusion, int k, double ece)
    {
        int hits = confusion[k][k];
        int support = confusion[k].Sum();
        int predicted = confusion.Sum(row => row[k]);
        return new ClassFigures(
            predicted == 0 ? 0 : (double)hits / predicted,
            support == 0 ? 0 : (double)hits / support,
            support + predicted == 0 ? 0 : 2.0 * hits / (support + predicted),
            support,
            ece);
    }

    internal static void Check(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> labels, int classes)
    {
        if (labels.Length == 0)
            throw new ArgumentException("No rows to evaluate.", nameof(labels));
        if (probabilities.Length != (long)labels.Length * classes)
            throw new ArgumentException($"{probabilities.Length} values for {labels.Length} rows of {classes} "
                + "classes.", nameof(probabilities));
        foreach (byte label in labels)
        {
            if (label >= classes)
                throw new ArgumentException($"A label is {label}, with {classes} classes.", nameof(labels));
        }
    }
}
