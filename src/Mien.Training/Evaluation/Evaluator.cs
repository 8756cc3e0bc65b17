using System.Diagnostics;
using Mien.Training.Datasets;

namespace Mien.Training.Evaluation;

/// <summary>Judges an exported model on one split of a data set, through ONNX Runtime, as it is used.</summary>
public static class Evaluator
{
    /// <summary>Classifies every face of a split and computes all figures.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="table">The data set.</param>
    /// <param name="split">The split to judge on.</param>
    /// <param name="flip">Averages each face's probabilities with those of its mirror image, at twice the cost.</param>
    /// <exception cref="MienException">The split is empty, or labels or face size differ from the model's.</exception>
    public static Evaluation Evaluate(ExpressionClassifier classifier, FaceTable table, Split split, bool flip = false)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(table);
        FaceTable faces = FacesFor(classifier, table, split);
        long begun = Stopwatch.GetTimestamp();
        float[] probabilities = Probabilities(classifier, faces, faces.Pixels, flip);
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return Metrics.Evaluate(probabilities, faces.Labels, faces.LabelNames) with { ImagesPerSecond = faces.Count / seconds };
    }

    /// <summary>The faces of a split, once it is sure that the model can be judged on them.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="table">The data set.</param>
    /// <param name="split">The split.</param>
    /// <exception cref="MienException">The split is empty, or labels or face size differ from the model's.</exception>
    public static FaceTable FacesFor(ExpressionClassifier classifier, FaceTable table, Split split)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(table);
        FaceTable faces = table.Select(split);
        if (faces.Count == 0)
            throw new MienException($"No {split} faces in the data. It has {string.Join(", ", table.Splits.Distinct().Order())}: pass one of them as --split.");
        Check(classifier, table);
        return faces;
    }

    /// <summary>Makes sure that a model can be judged on a table.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="table">The data set.</param>
    /// <exception cref="MienException">Labels or face size differ from the model's.</exception>
    public static void Check(ExpressionClassifier classifier, FaceTable table)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(table);
        IReadOnlyList<string> labels = classifier.Card.Labels;
        // Classes that the data has beyond the model's (FER+'s contempt) are faces that it can only read wrong.
        bool fits = table.LabelNames.Count >= labels.Count && labels.SequenceEqual(table.LabelNames.Take(labels.Count));
        if (!fits || (table.LabelNames.Count > labels.Count && !table.LabelNames.SequenceEqual(FerPlus.Labels)))
            throw new MienException($"The model's labels are {string.Join(", ", labels)}, the data's {string.Join(", ", table.LabelNames)}. Pass a model trained on these labels.");
        if (classifier.Card.Input.Size != table.Size)
            throw new MienException($"The model reads faces of {classifier.Card.Input.Size} pixels, the data has {table.Size}. Pass a model trained on this size.");
    }

    /// <summary>What a model answers, in the classes of the data, [N*K].</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="faces">The faces, for their classes and their number.</param>
    /// <param name="pixels">Their grey levels, or those of changed copies.</param>
    /// <param name="flip">Averages with the mirror image.</param>
    internal static float[] Probabilities(ExpressionClassifier classifier, FaceTable faces, byte[] pixels, bool flip = false)
    {
        float[] probabilities = classifier.Classify(pixels, faces.Count, flip);
        int classes = classifier.Card.Labels.Count;
        return faces.LabelNames.Count > classes ? Widened(probabilities, classes, faces.LabelNames.Count) : probabilities;
    }

    /// <summary>[N*from] -> [N*to], the further classes at 0.</summary>
    private static float[] Widened(float[] probabilities, int from, int to)
    {
        float[] wide = new float[probabilities.Length / from * to];
        for (int i = 0; i < probabilities.Length; i++)
            wide[i / from * to + i % from] = probabilities[i];
        return wide;
    }
}
