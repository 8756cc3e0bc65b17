using Mien.Training.Datasets;
using Mien.Training.Evaluation;

namespace Mien.Reports.Predictions;

/// <summary>The faces of one split with what a model says of them.</summary>
public sealed class JudgedFaces
{
    private readonly byte[] _predicted;

    private JudgedFaces(Split split, LabelFit fit, FaceTable faces, float[] probabilities)
    {
        Split = split;
        Fit = fit;
        Faces = faces;
        Probabilities = probabilities;
        int classes = faces.LabelNames.Count;
        _predicted = [.. Enumerable.Range(0, faces.Count)
            .Select(i => (byte)Metrics.MostProbable(probabilities.AsSpan(i * classes, classes)))];
        Evaluation = Metrics.Evaluate(probabilities, faces.Labels, faces.LabelNames) with
        {
            LeftOut = fit.LeftOut,
            SharedOut = fit.SharedOut
        };
    }

    /// <summary>The split.</summary>
    public Split Split { get; }

    /// <summary>How the data's classes and the model's go together: which are missing, which faces are left out.</summary>
    public LabelFit Fit { get; }

    /// <summary>Faces of the split that can be judged; more than <see cref="FaceTable.Count"/> where only a sample was read.</summary>
    public int Whole => Fit.Faces.Count;

    /// <summary>The faces that were read, with the model's classes as labels.</summary>
    public FaceTable Faces { get; }

    /// <summary>[N*K], row-major; rows sum to 1.</summary>
    public float[] Probabilities { get; }

    /// <summary>All figures.</summary>
    public Evaluation Evaluation { get; }

    /// <summary>Place of the most probable class of a face.</summary>
    public int Predicted(int face) => _predicted[face];

    /// <summary>Whether a face's most probable class is its label.</summary>
    public bool Right(int face) => _predicted[face] == Faces.Labels[face];

    /// <summary>Probability of a face's most probable class, 0..1.</summary>
    public float Confidence(int face) => Probabilities[face * Faces.LabelNames.Count + _predicted[face]];

    /// <summary>Probability of a face's label, 0..1.</summary>
    public float LabelProbability(int face) => Probabilities[face * Faces.LabelNames.Count + Faces.Labels[face]];

    /// <summary>Reads the faces of a split.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="table">The data set.</param>
    /// <param name="split">The split.</param>
    /// <param name="limit">Read about so many faces at most, stratified by class; 0 for all.</param>
    /// <param name="onlyPresent">Shares the probability of classes that the data set lacks out among the others.</param>
    /// <exception cref="MienException">The split is empty, no class is the model's, or the face size differs from the model's.</exception>
    public static JudgedFaces Judge(ExpressionClassifier classifier, FaceTable table, Split split, int limit = 0, bool onlyPresent = false)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(table);
        LabelFit fit = Evaluator.Fit(classifier, table, split, onlyPresent);
        FaceTable faces = limit > 0 ? fit.Faces.TakeStratified(limit, seed: 1) : fit.Faces;
        return new JudgedFaces(split, fit, faces, fit.Probabilities(classifier.Classify(faces.Pixels, faces.Count)));
    }

    /// <summary>A random sample, the same with the same seed.</summary>
    public int[] Sample(int count, int seed = 1)
    {
        int[] all = [.. Enumerable.Range(0, Faces.Count)];
        new Random(seed).Shuffle(all);
        return all[..Math.Min(count, all.Length)];
    }

    /// <summary>Wrong answers, the most confident first.</summary>
    public int[] Mistakes(int count) =>
        [.. Enumerable.Range(0, Faces.Count).Where(i => !Right(i)).OrderByDescending(Confidence).ThenBy(i => i).Take(count)];

    /// <summary>Confident disagreement with the label: wrong answers whose label the model gives the lowest probability, first.</summary>
    public int[] LikelyLabelErrors(int count) =>
        [.. Enumerable.Range(0, Faces.Count).Where(i => !Right(i)).OrderBy(LabelProbability).ThenByDescending(Confidence).ThenBy(i => i)
            .Take(count)];

    /// <summary>All answers, the least confident first.</summary>
    public int[] LeastConfident(int count) =>
        [.. Enumerable.Range(0, Faces.Count).OrderBy(Confidence).ThenBy(i => i).Take(count)];
}
