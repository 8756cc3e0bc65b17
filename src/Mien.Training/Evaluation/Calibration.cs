namespace Mien.Training.Evaluation;

/// <summary>Softmax with a temperature, and the temperature that makes probabilities honest (Guo et al. 2017, arXiv:1706.04599).</summary>
public static class Calibration
{
    private const double SmallestLogTemperature = -3;
    private const double LargestLogTemperature = 3;

    /// <summary>Softmax of each row of logits / temperature.</summary>
    /// <param name="logits">[N*K], row-major.</param>
    /// <param name="classes">K.</param>
    /// <param name="temperature">Above 0.</param>
    /// <returns>[N*K]; rows sum to 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">K is below 1, or the temperature is not above 0.</exception>
    /// <exception cref="ArgumentException">The logits are no whole rows.</exception>
    public static float[] Softmax(ReadOnlySpan<float> logits, int classes, float temperature)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (!(temperature > 0)) // NaN too
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "A temperature is above 0.");
        if (logits.Length % classes != 0)
            throw new ArgumentException($"{logits.Length} logits are no whole rows of {classes}.", nameof(logits));
        float[] probabilities = new float[logits.Length];
        for (int start = 0; start < logits.Length; start += classes)
        {
            ReadOnlySpan<float> row = logits.Slice(start, classes);
            float highest = row[0];
            foreach (float logit in row)
                highest = Math.Max(highest, logit);
            double sum = 0;
            foreach (float logit in row)
                sum += Math.Exp((logit - highest) / temperature);
            for (int k = 0; k < classes; k++)
                probabilities[start + k] = (float)(Math.Exp((row[k] - highest) / temperature) / sum);
        }

        return probabilities;
    }

    /// <summary>The temperature with the lowest negative log-likelihood, found by golden section on its logarithm.</summary>
    /// <param name="logits">[N*K], row-major, of rows that the network did not learn from.</param>
    /// <param name="labels">[N], each below K.</param>
    /// <param name="classes">K.</param>
    /// <returns>e^-3 .. e^3: where every row is right, no temperature is too low.</returns>
    /// <exception cref="ArgumentOutOfRangeException">K is below 1.</exception>
    /// <exception cref="ArgumentException">Lengths don't match, N is 0, or a label is K or more.</exception>
    public static float FitTemperature(ReadOnlySpan<float> logits, ReadOnlySpan<byte> labels, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        Metrics.Check(logits, labels, classes);
        double[] targets = new double[logits.Length];
        for (int i = 0; i < labels.Length; i++)
            targets[i * classes + labels[i]] = 1;
        return FitTemperatureToShares(logits, targets, classes);
    }

    /// <summary>The temperature with the lowest cross-entropy to shares, such as those of people who chose each class; found as for
    /// labels.</summary>
    /// <param name="logits">[N*K], row-major, of rows that the network did not learn from.</param>
    /// <param name="shares">[N*K], row-major; rows sum to 1.</param>
    /// <param name="classes">K.</param>
    /// <returns>e^-3 .. e^3.</returns>
    /// <exception cref="ArgumentOutOfRangeException">K is below 1.</exception>
    /// <exception cref="ArgumentException">Lengths don't match, are no whole rows, or N is 0.</exception>
    public static float FitTemperatureToShares(ReadOnlySpan<float> logits, ReadOnlySpan<double> shares, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (logits.Length != shares.Length || logits.Length == 0 || logits.Length % classes != 0)
            throw new ArgumentException($"{logits.Length} logits and {shares.Length} shares, expected the same number of rows of "
                + $"{classes}.", nameof(shares));
        // The likelihood has one peak in 1/T, so in log T too.
        double ratio = (Math.Sqrt(5) - 1) / 2;
        double low = SmallestLogTemperature;
        double high = LargestLogTemperature;
        double left = high - ratio * (high - low);
        double right = low + ratio * (high - low);
        double atLeft = Loss(logits, shares, classes, left);
        double atRight = Loss(logits, shares, classes, right);
        while (high - low > 1e-5)
        {
            if (atLeft <= atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - ratio * (high - low);
                atLeft = Loss(logits, shares, classes, left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + ratio * (high - low);
                atRight = Loss(logits, shares, classes, right);
            }
        }

        return (float)Math.Exp((low + high) / 2);
    }

    // Metrics.NegativeLogLikelihood bounds a row's loss. That would flatten this one at low temperatures, and on a
    // plain the search loses its way; a logarithm of a sum of exponentials needs no bound.
    private static double Loss(ReadOnlySpan<float> logits, ReadOnlySpan<double> shares, int classes, double logTemperature)
    {
        double temperature = Math.Exp(logTemperature);
        double loss = 0;
        for (int start = 0; start < logits.Length; start += classes)
        {
            ReadOnlySpan<float> row = logits.Slice(start, classes);
            double highest = row[Metrics.MostProbable(row)];
            double sum = 0;
            foreach (float logit in row)
                sum += Math.Exp((logit - highest) / temperature);
            loss += Math.Log(sum);
            for (int k = 0; k < classes; k++)
                loss += shares[start + k] * (highest - row[k]) / temperature;
        }

        return loss / (logits.Length / classes);
    }
}
