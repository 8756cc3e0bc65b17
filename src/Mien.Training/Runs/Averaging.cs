namespace Mien.Training.Runs;

/// <summary>How much a step counts in the averaged weights.</summary>
internal static class Averaging
{
    /// <summary>How far the average moves toward a step's weights, 0..1.</summary>
    /// <param name="options">The recipe.</param>
    /// <param name="epoch">From 0.</param>
    /// <param name="step">From 0, counted from the run's beginning.</param>
    /// <param name="steps">Steps an epoch.</param>
    public static double Share(TrainingOptions options, int epoch, int step, int steps)
    {
        int first = (int)Math.Ceiling(options.AverageFrom * options.Epochs);
        return options.AverageFrom > 0 && epoch >= first
            ? 1.0 / (step - first * steps + 1)
            // At first faster, so that it forgets the random start.
            : 1 - Math.Min(options.AverageDecay, (1.0 + step) / (10 + step));
    }
}
