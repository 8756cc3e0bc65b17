using Mien.Training.Datasets;
using Mien.Training.Evaluation;

namespace Mien.Reports.Predictions;

/// <summary>The faces of one split with what a model says of them.</summary>
public sealed class JudgedFaces
{
    private readonly byte[] _predicted;

    private JudgedFaces(Split split, int whole, FaceTable faces, float[] probabilities)
    {
        Split = split;
        Whole = whole;
        Faces = faces;
        Probabilities = probabilities;
        int classes = faces.LabelNames.Count;
        _predicted = [.. Enumerable.Range(0, faces.Count).Select(i => (byte)Metrics.MostProbable(probabilities.AsSpan(i * classes, classes)))];
        Evaluation = Metrics.Evaluate(probabilities, faces.Labels, faces.LabelNames);
    }

    /// <summary>The split.</summary>
    public Split Split { get; }

    /// <summary>Faces of the split in the data; more than <see cref="FaceTable.Count"/> where only a sample was read.</summary>
    public int Whole { get; }

    /// <summary>The faces that were read.</summary>
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
    /// <exception cref="MienException">The split is empty, or labels or face size differ from the model's.</exception>
    public static JudgedFaces Judge(ExpressionClassifier classifier, FaceTable table, Split split, int limit = 0)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(table);
        FaceTable faces = Evaluator.FacesFor(classifier, table, split);
        int whole = faces.Count;
        if (limit > 0)
            faces = faces.TakeStratified(limit, seed: 1);
        return new JudgedFaces(split, whole, faces, classifier.Classify(faces.Pixels, faces.Count));
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
        [.. Enumerable.Range(0, Faces.Count).Where(i => !Right(i)).OrderBy(LabelProbability).ThenByDescending(Confidence).ThenBy(i => i).Take(count)];

    /// <summary>All answers, the least confident first.</summary>
    public int[] LeastConfident(int count) =>
        [.. Enumerable.Range(0, Faces.Count).OrderBy(Confidence).ThenBy(i => i).Take(count)];
}
