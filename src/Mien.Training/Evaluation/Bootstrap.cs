namespace Mien.Training.Evaluation;

/// <summary>A 95 % interval.</summary>
/// <param name="Low">2.5 % of the resamples lie below.</param>
/// <param name="High">2.5 % of the resamples lie above.</param>
public readonly record struct Interval(double Low, double High);

/// <summary>Percentile bootstrap over faces (Efron 1979): how far figures would move with other faces of the same kind.</summary>
public static class Bootstrap
{
    /// <summary>95 % intervals of accuracy and macro F1, the latter over the classes that occur in a resample.</summary>
    /// <param name="probabilities">[N*K], row-major; rows sum to 1.</param>
    /// <param name="labels">[N], each below K.</param>
    /// <param name="classes">K.</param>
    /// <param name="resamples">How many, from 100 up.</param>
    /// <param name="seed">The same seed gives the same intervals.</param>
    /// <exception cref="ArgumentException">Lengths don't match, N is 0, or a label is K or more.</exception>
    public static (Interval Accuracy, Interval MacroF1) Intervals(
        ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> labels, int classes, int resamples = 1000, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 100);
        Metrics.Check(probabilities, labels, classes);
        byte[] predicted = new byte[labels.Length];
        for (int i = 0; i < predicted.Length; i++)
            predicted[i] = (byte)Metrics.MostProbable(probabilities.Slice(i * classes, classes));

        var random = new Random(seed);
        double[] accuracies = new double[resamples];
        double[] scores = new double[resamples];
        int[] cells = new int[classes * classes];
        for (int sample = 0; sample < resamples; sample++)
        {
            Array.Clear(cells);
            for (int draw = 0; draw < labels.Length; draw++)
            {
                int face = random.Next(labels.Length);
                cells[labels[face] * classes + predicted[face]]++;
            }

            (accuracies[sample], scores[sample]) = Figures(cells, classes, labels.Length);
        }

        return (Middle(accuracies), Middle(scores));
    }

    private static (double Accuracy, double MacroF1) Figures(int[] cells, int classes, int count)
    {
        int right = 0;
        int present = 0;
        double scores = 0;
        for (int k = 0; k < classes; k++)
        {
            int hits = cells[k * classes + k];
            int labeled = 0;
            int predicted = 0;
            for (int other = 0; other < classes; other++)
            {
                labeled += cells[k * classes + other];
                predicted += cells[other * classes + k];
            }

            right += hits;
            present += labeled > 0 ? 1 : 0;
            scores += labeled == 0 ? 0 : 2.0 * hits / (labeled + predicted);
        }

        return ((double)right / count, scores / present);
    }

    internal static Interval Middle(double[] values)
    {
        Array.Sort(values);
        return new Interval(values[(int)(0.025 * (values.Length - 1))], values[(int)Math.Ceiling(0.975 * (values.Length - 1))]);
    }
}
