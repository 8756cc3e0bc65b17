using Mien.Imaging;

namespace Mien.Tests.Imaging;

public class CropMeasuresTests
{
    private const int Size = 48;

    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(25)]
    public void Noise_is_measured_in_gray_levels_whatever_lies_below(double deviation)
    {
        // A slope is no noise: its second differences are 0.
        byte[] slope = Noisy([.. Enumerable.Range(0, Size * Size).Select(i => (byte)(80 + i % Size + i / Size))], deviation, seed: 1);
        Assert.Equal(deviation, CropMeasures.Of(slope, Size).Noise, deviation * 0.06);
    }

    [Fact]
    public void Contrast_is_the_middle_s_deviation_without_the_noise_s_part()
    {
        // The left half at 100, the right one at 140: 20 levels from their mean.
        byte[] halves = [.. Enumerable.Range(0, Size * Size).Select(i => (byte)(i % Size < Size / 2 ? 100 : 140))];
        Assert.Equal(20, CropMeasures.Of(halves, Size).Contrast, 0.01);
        Assert.Equal(20, CropMeasures.Of(Noisy(halves, 15, seed: 2), Size).Contrast, 1.5);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 0.25)]
    [InlineData(8, 0.5)]
    [InlineData(16, 1)]
    [InlineData(249, 1)]
    [InlineData(255, 0)]
    public void Exposure_falls_in_the_dark_and_where_all_is_white(byte level, double expected)
    {
        byte[] plain = new byte[Size * Size];
        plain.AsSpan().Fill(level);
        Assert.Equal(expected, CropMeasures.Of(plain, Size).Exposure, 1e-6);
    }

    [Fact]
    public void Exposure_falls_by_the_share_of_white_in_the_middle_alone()
    {
        byte[] quarter = [.. Enumerable.Range(0, Size * Size)
            .Select(i => (byte)(i % Size >= Size / 2 && i / Size >= Size / 2 ? 255 : 100))];
        Assert.Equal(0.75, CropMeasures.Of(quarter, Size).Exposure, 1e-6);
        byte[] border = [.. Enumerable.Range(0, Size * Size).Select(i => (byte)(i % Size < Size / 6 ? 255 : 100))];
        Assert.Equal(1, CropMeasures.Of(border, Size).Exposure, 1e-6);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(15)]
    public void Noise_does_not_pass_for_sharpness(double deviation)
    {
        // Waves as long as the face are as blurred as can be.
        byte[] blurred = [.. Enumerable.Range(0, Size * Size).Select(i => (byte)(128 + 80 * Math.Sin(2 * Math.PI * (i % Size) / Size)))];
        byte[] edges = [.. Enumerable.Range(0, Size * Size).Select(i => (byte)(i % Size / 6 % 2 == 0 ? 60 : 200))];
        float sharp = CropMeasures.Of(edges, Size).Sharpness;
        Assert.True(sharp > 1, $"{sharp}");
        foreach (int seed in Enumerable.Range(1, 10))
        {
            Assert.InRange(CropMeasures.Of(Noisy(blurred, deviation, seed), Size).Sharpness, 0, 0.5f);
            Assert.Equal(sharp, CropMeasures.Of(Noisy(edges, deviation, seed), Size).Sharpness, sharp * 0.1f);
        }
    }

    [Fact]
    public void Sharpness_does_not_depend_on_the_light()
    {
        byte[] face = [.. Enumerable.Range(0, Size * Size)
            .Select(i => (byte)(120 + 60 * Math.Sin(i % Size * 0.9) * Math.Cos(i / Size * 0.7)))];
        byte[] dark = [.. face.Select(level => (byte)Math.Round(level * 0.25))];
        Assert.Equal(CropMeasures.Of(face, Size).Sharpness, CropMeasures.Of(dark, Size).Sharpness, 0.05f);
    }

    private static byte[] Noisy(byte[] face, double deviation, int seed)
    {
        var random = new Random(seed);
        // Box and Muller 1958.
        return [.. face.Select(level => (byte)Math.Clamp(Math.Round(level
            + deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())), 0, 255))];
    }
}
