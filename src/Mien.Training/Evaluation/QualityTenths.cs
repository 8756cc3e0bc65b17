using Mien.Training.Augmentation;
using Mien.Training.Datasets;

namespace Mien.Training.Evaluation;

/// <summary>The faces of one tenth of <see cref="FaceQuality.Score"/>. Shares are 0..1.</summary>
/// <param name="From">Lowest score among them.</param>
/// <param name="To">Highest score among them.</param>
/// <param name="Faces">How many.</param>
/// <param name="Confidence">Mean probability of the answers.</param>
/// <param name="Accuracy">Share read right.</param>
public sealed record QualityTenth(double From, double To, int Faces, double Confidence, double Accuracy);

/// <summary>Whether quality tells where a model is wrong: accuracy by tenth of it.</summary>
public static class QualityTenths
{
    private const int Seed = 1;
    private const int Tenths = 10;

    /// <summary>
    /// Reads each face twice, as it is and spoiled by one of <see cref="Corruptions"/> at one of its strengths, each in
    /// turn, and sorts all by their quality.
    /// </summary>
    /// <param name="classifier">The model.</param>
    /// <param name="fit">Faces that the model can be judged on, as <see cref="Evaluator.Fit"/> gives them.</param>
    /// <returns>Ten rows of as many faces each, from the lowest quality up.</returns>
    /// <exception cref="ArgumentException">There are fewer than five faces.</exception>
    public static IReadOnlyList<QualityTenth> Measure(ExpressionClassifier classifier, LabelFit fit)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(fit);
        FaceTable faces = fit.Faces;
        if (2 * faces.Count < Tenths)
            throw new ArgumentException($"{faces.Count} faces, read twice, can't be parted into tenths.", nameof(fit));
        using var meter = new FaceQualityMeter();
        var read = new List<(double Score, double Confidence, bool Right)>(2 * faces.Count);
        foreach (byte[] pixels in (byte[][])[faces.Pixels, Spoiled(faces)])
        {
            float[] probabilities = fit.Probabilities(classifier.Classify(pixels, faces.Count));
            IReadOnlyList<FaceQuality> qualities = meter.Measure(pixels, faces.Count, faces.Size);
            int classes = faces.LabelNames.Count;
            for (int i = 0; i < faces.Count; i++)
            {
                ReadOnlySpan<float> row = probabilities.AsSpan(i * classes, classes);
                int answer = Metrics.MostProbable(row);
                read.Add((qualities[i].Score, row[answer], answer == faces.Labels[i]));
            }
        }

        (double Score, double Confidence, bool Right)[] sorted = [.. read.OrderBy(face => face.Score)];
        return [.. Enumerable.Range(0, Tenths).Select(tenth =>
            Of(sorted[(tenth * sorted.Length / Tenths)..((tenth + 1) * sorted.Length / Tenths)]))];
    }

    private static QualityTenth Of((double Score, double Confidence, bool Right)[] faces) => new(
        faces[0].Score, faces[^1].Score, faces.Length, faces.Average(face => face.Confidence), faces.Average(face => face.Right ? 1.0 : 0));

    private static byte[] Spoiled(FaceTable faces)
    {
        var random = new Random(Seed);
        byte[] pixels = new byte[faces.Pixels.Length];
        int area = faces.Size * faces.Size;
        for (int i = 0; i < faces.Count; i++)
        {
            Corruption kind = Corruptions.All[i % Corruptions.All.Count];
            int strength = 1 + i / Corruptions.All.Count % (int)Corruptions.Strongest;
            Corruptions.Apply(faces.Face(i), faces.Size, kind, strength, random, pixels.AsSpan(i * area, area));
        }

        return pixels;
    }
}
