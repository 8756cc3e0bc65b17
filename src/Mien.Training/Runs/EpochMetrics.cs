namespace Mien.Training.Runs;

/// <summary>One line of metrics.jsonl. Shares are 0..1; losses are natural-log cross-entropies.</summary>
public sealed record EpochMetrics
{
    /// <summary>1 for the first.</summary>
    public required int Epoch { get; init; }

    /// <summary>Learning rate at the epoch's last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Mean loss over the epoch's augmented faces, label smoothing and class weights included.</summary>
    public required double TrainLoss { get; init; }

    /// <summary>Accuracy over the epoch's augmented faces, as they were learned.</summary>
    public required double TrainAccuracy { get; init; }

    /// <summary>PublicTest loss of the averaged weights, without smoothing.</summary>
    public required double PublicTestLoss { get; init; }

    /// <summary>PublicTest accuracy of the averaged weights.</summary>
    public required double PublicTestAccuracy { get; init; }

    /// <summary>PublicTest macro F1 of the averaged weights.</summary>
    public required double PublicTestMacroF1 { get; init; }

    /// <summary>Whether this is the best PublicTest accuracy so far.</summary>
    public required bool Best { get; init; }

    /// <summary>Training speed, evaluation left out.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Duration of the epoch with its evaluation.</summary>
    public required double Seconds { get; init; }
}
