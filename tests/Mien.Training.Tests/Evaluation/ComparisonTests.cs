using Mien.Training.Evaluation;

namespace Mien.Training.Tests.Evaluation;

public class ComparisonTests
{
    // By hand: 2 (C(12,0) + C(12,1) + C(12,2)) / 2^12; by symmetry; the coin that always falls even; R's binom.test(600, 1300).
    [Theory]
    [InlineData(10, 2, 158 / 4096.0)]
    [InlineData(2, 10, 158 / 4096.0)]
    [InlineData(0, 0, 1)]
    [InlineData(5, 5, 1)]
    [InlineData(0, 4, 0.125)]
    public void McNemars_p_is_that_of_the_fair_coin(int heads, int tails, double p) =>
        Assert.Equal(p, Comparison.McNemar(heads, tails), 1e-9);

    [Fact]
    public void McNemars_p_stands_where_two_to_the_n_overflows() =>
        // Normal approximation with continuity correction: z = (|1300-1200|-1)/sqrt(2500) = 1.98, p = 0.0477.
        Assert.Equal(0.0477, Comparison.McNemar(1300, 1200), 5e-4);

    [Fact]
    public void A_pair_differs_by_the_faces_that_only_one_reads_right()
    {
        byte[] labels = [.. Enumerable.Repeat((byte)0, 100)];
        byte[] first = [.. Enumerable.Range(0, 100).Select(i => (byte)(i < 90 ? 0 : 1))];
        byte[] second = [.. Enumerable.Range(0, 100).Select(i => (byte)(i is >= 20 and < 95 ? 0 : 255))];

        var comparison = Comparison.Of([("a", first, 0), ("b", second, 0)], labels, 2);

        PairedDifference pair = Assert.Single(comparison.Pairs);
        Assert.Equal(0.15, pair.Difference, 1e-12);
        Assert.Equal((20, 5), (pair.OnlyFirst, pair.OnlySecond));
        // The mean of 100 values of variance 0.2275: a normal interval of 1.96 deviations, 0.0565 to 0.2435.
        Assert.InRange(pair.Low, 0.0565 - 0.02, 0.0565 + 0.02);
        Assert.InRange(pair.High, 0.2435 - 0.02, 0.2435 + 0.02);
        Assert.Equal(0.9, comparison.Models[0].Accuracy, 1e-12);
        // Class 0: 90 hits among 90 + 100; no face is of class 1.
        Assert.Equal(180.0 / 190, comparison.Models[0].MacroF1, 1e-12);
    }

    [Fact]
    public void Answers_for_other_faces_are_refused() =>
        Assert.Throws<ArgumentException>(() => Comparison.Of([("a", new byte[2], 0)], new byte[3], 2));
}
