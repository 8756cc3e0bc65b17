using Mien.Training.Runs;

namespace Mien.Training.Tests.Runs;

public class AveragingTests
{
    [Fact]
    public void From_the_share_of_epochs_on_all_steps_count_alike()
    {
        const int steps = 5;
        TrainingOptions options = TrainingOptions.Default with { Epochs = 4, AverageFrom = 0.5 };
        double[] weights = [.. Enumerable.Range(0, 4 * steps).Select(step => (double)step * step)];
        double average = 0;
        for (int step = 0; step < weights.Length; step++)
            average += (weights[step] - average) * Averaging.Share(options, step / steps, step, steps);
        Assert.Equal(weights[(2 * steps)..].Average(), average, 1e-9);
    }

    [Fact]
    public void Before_it_and_without_it_the_average_decays()
    {
        TrainingOptions options = TrainingOptions.Default with { Epochs = 4, AverageDecay = 0.9 };
        foreach (double from in (double[])[0, 0.75])
        {
            Assert.Equal(0.9, Averaging.Share(options with { AverageFrom = from }, epoch: 0, step: 0, steps: 200), 1e-9);
            Assert.Equal(0.1, Averaging.Share(options with { AverageFrom = from }, epoch: 2, step: 500, steps: 200), 1e-9);
        }
    }
}
