using Mien.Training.Runs;

namespace Mien.Training.Tests.Runs;

public class ScheduleTests
{
    private static readonly Schedule Schedule = new(0.1, WarmUpSteps: 10, TotalSteps: 110);

    [Fact]
    public void The_rate_rises_in_a_line_and_falls_in_half_a_cosine()
    {
        Assert.Equal(0.01, Schedule.LearningRate(0), 9);
        Assert.Equal(0.1, Schedule.LearningRate(9), 9);
        Assert.Equal(0.1, Schedule.LearningRate(10), 9);
        Assert.Equal(0.05, Schedule.LearningRate(60), 9);
        Assert.Equal(0, Schedule.LearningRate(110), 9);
    }
}
