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

    [Theory]
    [InlineData(0.5f)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_sure_network_that_is_rarely_but_badly_wrong_gets_the_best_temperature(float scale)
    {
        // Of 100 rows, 98 are right by 10 and 2 wrong by 100. A loss bounded at -ln 1e-12 = 27.6 a row is lower at
        // T = 0.5 (2 * 27.6 / 100 = 0.553) than at T = 2 (98 * ln(1 + e^-5) / 100 more), and a search turns away from
        // the best, where 980 / (1 + e^(10/T)) = 200 / (1 + e^(-100/T)), at T near 7.
        float[] logits = [.. Enumerable.Range(0, 100).SelectMany(i => (float[])[(i < 98 ? 10 : 100) * scale, 0])];
        byte[] labels = [.. Enumerable.Range(0, 100).Select(i => (byte)(i < 98 ? 0 : 1))];
        double temperature = Calibration.FitTemperature(logits, labels, 2);
        Assert.InRange(temperature / scale, 6, 9);
        double fitted = Loss(logits, labels, temperature);
        for (double log = -3; log <= 3; log += 0.01)
            Assert.True(fitted <= Loss(logits, labels, Math.Exp(log)) + 1e-6, $"{Math.Exp(log)} is better than {temperature}");
    }

    [Fact]
    public void The_temperature_of_shares_gives_the_shares_back()
    {
        // Of each face 3 of 4 people say the first: softmax((2, 0) / T) = (0.75, 0.25) at T = 2 / ln 3. The label alone would
        // be given all, at the lowest temperature there is.
        Assert.Equal(2 / Math.Log(3), Calibration.FitTemperatureToShares([2, 0, 0, 2], [0.75, 0.25, 0.25, 0.75], 2), 1e-4);
        Assert.Equal(Math.Exp(-3), Calibration.FitTemperature([2, 0, 0, 2], [0, 1], 2), 1e-4);
    }

    [Fact]
    public void Lengths_that_do_not_match_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Calibration.FitTemperatureToShares(new float[6], new double[3], 3));
        Assert.Throws<ArgumentException>(() => Calibration.FitTemperatureToShares(new float[5], new double[5], 3));
        Assert.Throws<ArgumentException>(() => Calibration.FitTemperatureToShares([], [], 3));
        Assert.Throws<ArgumentException>(() => Calibration.FitTemperature(new float[5], new byte[2], 3));
        Assert.Throws<ArgumentException>(() => Calibration.FitTemperature([], [], 3));
        Assert.Throws<ArgumentException>(() => Calibration.FitTemperature(new float[3], [3], 3));
        Assert.Throws<ArgumentException>(() => Calibration.Softmax(new float[5], 3, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Calibration.Softmax(new float[6], 3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Calibration.Softmax(new float[6], 3, float.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Calibration.Softmax(new float[6], 0, 1));
    }

    /// <summary>Mean of -ln softmax(logits / T)[label] over rows of two, as ln of a sum of exponentials, in double precision.</summary>
    private static double Loss(float[] logits, byte[] labels, double temperature) => labels.Select((label, i) =>
    {
        double[] row = [.. logits.Skip(i * 2).Take(2).Select(logit => logit / temperature)];
        return row.Max() + Math.Log(row.Sum(x => Math.Exp(x - row.Max()))) - row[label];
    }).Average();

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
