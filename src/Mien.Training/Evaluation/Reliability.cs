namespace Mien.Training.Evaluation;

/// <summary>One bin of confidence. Shares are 0..1; 0 where the bin is empty.</summary>
/// <param name="Low">Its lower edge, excluded.</param>
/// <param name="High">Its upper edge, included.</param>
/// <param name="Count">Faces in it.</param>
/// <param name="Confidence">Their mean highest probability.</param>
/// <param name="Accuracy">The share of them that is right.</param>
public sealed record ReliabilityBin(double Low, double High, int Count, double Confidence, double Accuracy);

/// <summary>How honest confidence is, by bins (Niculescu-Mizil and Caruana 2005; Guo et al. 2017, arXiv:1706.04599).</summary>
public static class Reliability
{
    /// <summary>The bins that <see cref="Metrics.ExpectedCalibrationError"/> averages over.</summary>
    /// <param name="probabilities">[N*K], row-major; rows sum to 1.</param>
    /// <param name="labels">[N], each below K.</param>
    /// <param name="classes">K.</param>
    /// <returns>15 bins of equal width, lowest first.</returns>
    /// <exception cref="ArgumentException">Lengths don't match, N is 0, or a label is K or more.</exception>
    public static IReadOnlyList<ReliabilityBin> Bins(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> labels, int classes)
    {
        Metrics.Check(probabilities, labels, classes);
        int[] counts = new int[Metrics.CalibrationBins];
        int[] correct = new int[Metrics.CalibrationBins];
        double[] confidence = new double[Metrics.CalibrationBins];
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<float> row = probabilities.Slice(i * classes, classes);
            int predicted = Metrics.MostProbable(row);
            int bin = Metrics.CalibrationBin(row[predicted]);
            counts[bin]++;
            confidence[bin] += row[predicted];
            correct[bin] += predicted == labels[i] ? 1 : 0;
        }

        return [.. Enumerable.Range(0, counts.Length).Select(bin => new ReliabilityBin(
            (double)bin / counts.Length, (bin + 1.0) / counts.Length, counts[bin],
            counts[bin] == 0 ? 0 : confidence[bin] / counts[bin], counts[bin] == 0 ? 0 : (double)correct[bin] / counts[bin]))];
    }
}
