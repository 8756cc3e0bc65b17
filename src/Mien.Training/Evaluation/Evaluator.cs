using System.Diagnostics;
using Mien.Training.Datasets;

namespace Mien.Training.Evaluation;

/// <summary>Judges an exported model on one split of a data set, through ONNX Runtime, as it is used.</summary>
public static class Evaluator
{
    /// <summary>Classifies every face of a split and computes all figures.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="table">The data set; faces of classes that the model lacks are left out and counted.</param>
    /// <param name="split">The split to judge on.</param>
    /// <param name="flip">Averages each face's probabilities with those of its mirror image, at twice the cost.</param>
    /// <param name="onlyPresent">Shares the probability of classes that the data set lacks out among the others.</param>
    /// <exception cref="MienException">The split is empty, no class is the model's, or the face size differs from the model's.</exception>
    public static Evaluation Evaluate(
        ExpressionClassifier classifier, FaceTable table, Split split, bool flip = false, bool onlyPresent = false) =>
        Evaluate(classifier, Fit(classifier, table, split, onlyPresent), flip);

    /// <summary>Classifies the faces of a fit and computes all figures.</summary>
    /// <param name="classifier">The model that the fit was made for.</param>
    /// <param name="fit">See <see cref="Fit"/>.</param>
    /// <param name="flip">Averages each face's probabilities with those of its mirror image, at twice the cost.</param>
    public static Evaluation Evaluate(ExpressionClassifier classifier, LabelFit fit, bool flip = false)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(fit);
        FaceTable faces = fit.Faces;
        long begun = Stopwatch.GetTimestamp();
        float[] answers = classifier.Classify(faces.Pixels, faces.Count, flip);
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return Figures(fit, fit.Probabilities(answers)) with { ImagesPerSecond = faces.Count / seconds };
    }

    /// <summary>All figures of answers for the faces of a fit.</summary>
    /// <param name="fit">The faces.</param>
    /// <param name="probabilities">[N*K], as <see cref="LabelFit.Probabilities"/> gives them.</param>
    /// <exception cref="ArgumentException">Lengths don't match.</exception>
    public static Evaluation Figures(LabelFit fit, float[] probabilities)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(probabilities);
        return Metrics.Evaluate(probabilities, fit.Faces.Labels, fit.Faces.LabelNames) with
        {
            LeftOut = fit.LeftOut,
            SharedOut = fit.SharedOut,
            Votes = fit.Faces.Votes is null ? null : VoteShares.Judge(fit, probabilities),
        };
    }

    /// <summary>The faces of a split, or of all, that a model can be judged on, and over which classes.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="table">The whole data set.</param>
    /// <param name="split">The split; null for all faces.</param>
    /// <param name="onlyPresent">Shares the probability of classes that the data set lacks out among the others.</param>
    /// <exception cref="MienException">The split is empty, no class is the model's, or the face size differs from the model's.</exception>
    public static LabelFit Fit(ExpressionClassifier classifier, FaceTable table, Split? split = null, bool onlyPresent = false)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(table);
        var fit = LabelFit.Of(classifier.Card.Labels, table, split, onlyPresent);
        return classifier.Card.Input.Size == table.Size
            ? fit
            : throw new MienException(
                $"The model reads faces of {classifier.Card.Input.Size} pixels, the data has {table.Size}. Pass a model trained on this "
                    + "size.");
    }
}
