using Mien.Training.Evaluation;

namespace Mien.Training.Tests.Evaluation;

public class BootstrapTests
{
    [Fact]
    public void Macro_F1_is_over_the_classes_that_a_resample_has()
    {
        // Every answer is right, and no face is of the third class: no resample can fall below 1.
        byte[] labels = [.. Enumerable.Range(0, 40).Select(i => (byte)(i % 2))];
        float[] probabilities = [.. labels.SelectMany(label => label == 0 ? (float[])[0.9f, 0.1f, 0] : [0.1f, 0.9f, 0])];
        (Interval accuracy, Interval score) = Bootstrap.Intervals(probabilities, labels, 3, resamples: 200);
        Assert.Equal((new Interval(1, 1), new Interval(1, 1)), (accuracy, score));
    }
}
