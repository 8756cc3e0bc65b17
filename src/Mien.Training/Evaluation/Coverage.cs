namespace Mien.Training.Evaluation;

/// <summary>What is gained by answering only where confidence is high. Shares are 0..1.</summary>
/// <param name="Coverage">Share of faces that are answered.</param>
/// <param name="Accuracy">Share of these that is right.</param>
/// <param name="Confidence">The lowest confidence among them.</param>
public sealed record CoveragePoint(double Coverage, double Accuracy, double Confidence);

/// <summary>Accuracy against coverage (El-Yaniv and Wiener 2010, "On the Foundations of Noise-free Selective Classification").</summary>
public static class Coverage
{
    /// <summary>The curve: the most confident faces first.</summary>
    /// <param name="probabilities">[N*K], row-major; rows sum to 1.</param>
    /// <param name="labels">[N], each below K.</param>
    /// <param name="classes">K.</param>
    /// <param name="points">How many points of equal steps in coverage, from 1 up.</param>
    /// <returns>From the least coverage to all faces.</returns>
    /// <exception cref="ArgumentException">Lengths don't match, N is 0, or a label is K or more.</exception>
    public static IReadOnlyList<CoveragePoint> Curve(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> labels, int classes,
        int points = 100)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(points);
        Metrics.Check(probabilities, labels, classes);
        var faces = new (float Confidence, bool Right)[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<float> row = probabilities.Slice(i * classes, classes);
            int predicted = Metrics.MostProbable(row);
            faces[i] = (row[predicted], predicted == labels[i]);
        }

        faces = [.. faces.OrderByDescending(face => face.Confidence)];
        var curve = new List<CoveragePoint>();
        int right = 0;
        int taken = 0;
        for (int point = 1; point <= points; point++)
        {
            int until = (int)Math.Ceiling((double)point * faces.Length / points);
            for (; taken < until; taken++)
                right += faces[taken].Right ? 1 : 0;
            curve.Add(new CoveragePoint((double)taken / faces.Length, (double)right / taken, faces[taken - 1].Confidence));
        }

        return curve;
    }

    /// <summary>What a lowest confidence (`mien predict --min-confidence`) leaves and how much of it is right.</summary>
    /// <param name="probabilities">[N*K], row-major; rows sum to 1.</param>
    /// <param name="labels">[N], each below K.</param>
    /// <param name="classes">K.</param>
    /// <param name="minConfidence">The lowest confidence, 0..1.</param>
    /// <returns>Its accuracy is 0 where no face is answered.</returns>
    /// <exception cref="ArgumentException">Lengths don't match, N is 0, or a label is K or more.</exception>
    public static CoveragePoint At(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> labels, int classes, double minConfidence)
    {
        Metrics.Check(probabilities, labels, classes);
        int answered = 0;
        int right = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<float> row = probabilities.Slice(i * classes, classes);
            int predicted = Metrics.MostProbable(row);
            if (row[predicted] < minConfidence)
                continue;
            answered++;
            right += predicted == labels[i] ? 1 : 0;
        }

        return new CoveragePoint((double)answered / labels.Length, (double)right / Math.Max(answered, 1), minConfidence);
    }
}
