namespace Mien.Training.Runs;

/// <summary>Where a run stands, told a few times a second.</summary>
public sealed record TrainingProgress
{
    /// <summary>The epoch at work, 1 for the first.</summary>
    public required int Epoch { get; init; }

    /// <summary>Epochs planned.</summary>
    public required int Epochs { get; init; }

    /// <summary>Steps done in this epoch.</summary>
    public required int Step { get; init; }

    /// <summary>Steps of an epoch.</summary>
    public required int Steps { get; init; }

    /// <summary>Mean loss of this epoch so far.</summary>
    public required double Loss { get; init; }

    /// <summary>Accuracy on this epoch's augmented faces so far, 0..1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Faces learned from a second.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Estimate of the time to the end of the last epoch.</summary>
    public required TimeSpan TimeLeft { get; init; }

    /// <summary>The epoch's figures where it has just ended; null in between.</summary>
    public EpochMetrics? Finished { get; init; }
}

/// <summary>Why a run ended.</summary>
public enum TrainingEnd
{
    /// <summary>All epochs are done.</summary>
    Completed,

    /// <summary>PublicTest accuracy stood still for the patience.</summary>
    StoppedEarly,

    /// <summary>It was canceled; `--resume` goes on.</summary>
    Canceled,
}

/// <summary>What a run gave.</summary>
/// <param name="End">Why it ended.</param>
/// <param name="Best">The epoch whose averaged weights were exported; null where none was finished.</param>
/// <param name="ModelFile">The exported network; null where no epoch was finished.</param>
/// <param name="Temperature">Softmax temperature fitted on PublicTest; 1 where no epoch was finished.</param>
public sealed record TrainingResult(TrainingEnd End, EpochMetrics? Best, string? ModelFile, float Temperature);
