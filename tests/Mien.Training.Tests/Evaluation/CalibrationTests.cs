using Mien.Training.Evaluation;

namespace Mien.Training.Tests.Evaluation;

public class CalibrationTests
{
    [Fact]
    public void Softmax_agrees_with_its_formula_and_does_not_overflow()
    {
        float[] probabilities = Calibration.Softmax([1, 2, 3, 1000, 0, 0], 3, 1);
        double sum = Math.Exp(1) + Math.Exp(2) + Math.Exp(3);
        Assert.Equal(Math.Exp(3) / sum, probabilities[2], 6);
        Assert.Equal([1f, 0f, 0f], probabilities[3..]);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(2.5)]
    public void The_temperature_that_made_the_labels_is_found_again(double temperature)
    {
        var random = new Random(5);
        const int rows = 20_000;
        float[] logits = [.. Enumerable.Range(0, rows * 4).Select(_ => random.NextSingle() * 4)];
        float[] honest = Calibration.Softmax(logits, 4, (float)temperature);
        byte[] labels = [.. Enumerable.Range(0, rows).Select(i => Draw(honest.AsSpan(i * 4, 4), random))];
        Assert.Equal(temperature, Calibration.FitTemperature(logits, labels, 4), temperature * 0.06);
    }

    private static byte Draw(ReadOnlySpan<float> row, Random random)
    {
        double left = random.NextDouble();
        for (byte k = 0; k < row.Length - 1; k++)
        {
            left -= row[k];
            if (left < 0)
                return k;
        }

        return (byte)(row.Length - 1);
    }
}
