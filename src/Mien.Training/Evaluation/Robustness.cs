using Mien.Training.Augmentation;
using Mien.Training.Datasets;

namespace Mien.Training.Evaluation;

/// <summary>How a model does on faces that are spoiled in one way. Shares are 0..1.</summary>
/// <param name="Corruption">What is wrong with the faces; null for the faces as they are.</param>
/// <param name="Strength">1, 2 or 3; 0 for the faces as they are.</param>
/// <param name="Setting">The strength in the corruption's own unit, such as `levels x 0.25`.</param>
/// <param name="Accuracy">Share read right.</param>
/// <param name="Kept">That accuracy as a share of the accuracy on the faces as they are.</param>
/// <param name="Confidence">Mean probability of the answers.</param>
/// <param name="Ece">Expected calibration error: against the shares of people where the faces have votes, else against the labels.</param>
public sealed record RobustnessRow(
    Corruption? Corruption, int Strength, string Setting, double Accuracy, double Kept, double Confidence, double Ece);

/// <summary>Accuracy and calibration on spoiled faces.</summary>
/// <remarks>After Hendrycks and Dietterich 2019 (arXiv:1903.12261), with three strengths a corruption.</remarks>
public static class Robustness
{
    private const int Seed = 1;

    /// <summary>Judges a model on faces as they are, then under every corruption at strengths 1, 2 and 3.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="faces">Faces that the model can be judged on, as <see cref="Evaluator.Fit"/> gives them, or a part of them.</param>
    /// <param name="fit">Shares out the probability of classes that do not judge; null where all do.</param>
    /// <returns>The row of the faces as they are, then one a corruption and strength.</returns>
    /// <exception cref="ArgumentException">There are no faces.</exception>
    public static IReadOnlyList<RobustnessRow> Measure(ExpressionClassifier classifier, FaceTable faces, LabelFit? fit = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(faces);
        if (faces.Count == 0)
            throw new ArgumentException("No faces to judge on.", nameof(faces));
        int classes = faces.LabelNames.Count;
        double[]? shares = faces.Votes is null ? null : VoteShares.Of(faces, fit?.SharedOut);
        RobustnessRow clean = Row(null, 0, Judge(faces.Pixels), 0);
        var rows = new List<RobustnessRow> { clean };
        foreach (Corruption corruption in Corruptions.All)
        {
            for (int strength = 1; strength <= Corruptions.Strongest; strength++)
                rows.Add(Row(corruption, strength, Judge(Spoiled(faces, corruption, strength)), clean.Accuracy));
        }

        return rows;

        (double Accuracy, double Confidence, double Ece) Judge(byte[] pixels)
        {
            float[] answers = classifier.Classify(pixels, faces.Count);
            float[] probabilities = fit?.Probabilities(answers) ?? answers;
            double confidence = 0;
            int right = 0;
            for (int i = 0; i < faces.Count; i++)
            {
                ReadOnlySpan<float> row = probabilities.AsSpan(i * classes, classes);
                int answer = Metrics.MostProbable(row);
                confidence += row[answer];
                right += answer == faces.Labels[i] ? 1 : 0;
            }

            double error = shares is null
                ? Metrics.ExpectedCalibrationError(probabilities, faces.Labels, classes)
                : VoteShares.CalibrationError(probabilities, shares, classes);
            return ((double)right / faces.Count, confidence / faces.Count, error);
        }
    }

    /// <summary>Mean over the spoiled rows.</summary>
    /// <param name="rows">As <see cref="Measure"/> gives them.</param>
    public static RobustnessRow Mean(IReadOnlyList<RobustnessRow> rows)
    {
        RobustnessRow[] spoiled = [.. rows.Where(row => row.Corruption is not null)];
        return new RobustnessRow(
            null, 0, "mean of the corruptions", spoiled.Average(row => row.Accuracy), spoiled.Average(row => row.Kept),
            spoiled.Average(row => row.Confidence), spoiled.Average(row => row.Ece));
    }

    /// <summary>The same chance for every model, so that two can be compared.</summary>
    private static byte[] Spoiled(FaceTable faces, Corruption corruption, int strength)
    {
        var random = new Random(Seed + (int)corruption * 10 + strength);
        byte[] pixels = new byte[faces.Pixels.Length];
        int area = faces.Size * faces.Size;
        for (int i = 0; i < faces.Count; i++)
            Corruptions.Apply(faces.Face(i), faces.Size, corruption, strength, random, pixels.AsSpan(i * area, area));
        return pixels;
    }

    private static RobustnessRow Row(Corruption? corruption, int strength, (double Accuracy, double Confidence, double Ece) figures,
        double clean) => new(
        corruption, strength, corruption is { } kind ? Corruptions.Describe(kind, strength) : "as they are",
        figures.Accuracy, corruption is null ? 1 : clean > 0 ? figures.Accuracy / clean : 0, figures.Confidence, figures.Ece);
}
