namespace Mien.Training.Runs;

/// <summary>Linear warm-up, then half a cosine down to zero (Loshchilov and Hutter 2017, arXiv:1608.03983).</summary>
/// <param name="Peak">Highest learning rate.</param>
/// <param name="WarmUpSteps">Steps to reach it.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
public sealed record Schedule(double Peak, int WarmUpSteps, int TotalSteps)
{
    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">0 up to <see cref="TotalSteps"/>.</param>
    public double LearningRate(int step)
    {
        if (step < WarmUpSteps)
            return Peak * (step + 1) / WarmUpSteps;
        double progress = (double)(step - WarmUpSteps) / Math.Max(1, TotalSteps - WarmUpSteps);
        return Peak * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(progress, 1)));
    }
}
