using Mien.Imaging;

namespace Mien.Tests.Imaging;

public class PreprocessingTests
{
    [Theory]
    [InlineData(255, 255, 255, 255)]
    [InlineData(0, 0, 0, 0)]
    [InlineData(255, 0, 0, 76)] // 0.299 * 255 = 76.2
    [InlineData(0, 255, 0, 150)] // 0.587 * 255 = 149.7
    [InlineData(0, 0, 255, 29)] // 0.114 * 255 = 29.1
    public void Gray_is_the_luma_of_BT_601(byte red, byte green, byte blue, byte expected) =>
        Assert.Equal(expected, Preprocessing.Gray(red, green, blue));

    [Fact]
    public void Normalizing_subtracts_the_mean_and_divides_by_the_deviation()
    {
        byte[] gray = new byte[64];
        (gray[0], gray[1]) = (255, 51);
        float[] result = new float[64];
        Preprocessing.Normalize(gray, new InputSpec(8, 0.5f, 0.25f), result);
        Assert.Equal(2f, result[0], 1e-5);
        Assert.Equal(-1.2f, result[1], 1e-5);
        Assert.Equal(-2f, result[2], 1e-5);
    }

    [Fact]
    public void A_face_normalized_by_its_own_levels_has_mean_0_and_deviation_1()
    {
        // Levels 10 and 30 in equal numbers: mean 20, deviation 10.
        byte[] gray = [.. Enumerable.Range(0, 64).Select(i => (byte)(i % 2 == 0 ? 10 : 30))];
        float[] result = new float[64];
        Preprocessing.Normalize(gray, new InputSpec(8, 0.5f, 0.25f, InputLevels.Face), result);
        Assert.Equal(-1f, result[0], 1e-6);
        Assert.Equal(1f, result[1], 1e-6);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(1, 100)]
    [InlineData(3, 20)]
    public void Brighter_and_more_contrasty_light_makes_no_difference_to_a_face_with_its_own_levels(int contrast, int brightness)
    {
        var random = new Random(1);
        byte[] gray = [.. Enumerable.Range(0, 64).Select(_ => (byte)random.Next(70))];
        byte[] lit = [.. gray.Select(level => (byte)(level * contrast + brightness))];
        var spec = new InputSpec(8, 0.5f, 0.25f, InputLevels.Face);
        float[] expected = new float[64];
        float[] result = new float[64];
        Preprocessing.Normalize(gray, spec, expected);
        Preprocessing.Normalize(lit, spec, result);
        Assert.Equal(expected, result, (a, b) => Math.Abs(a - b) <= 1e-5);
    }

    [Fact]
    public void A_blank_face_stays_blank_and_its_noise_is_not_enlarged()
    {
        byte[] gray = new byte[64];
        Array.Fill<byte>(gray, 77);
        float[] result = new float[64];
        Preprocessing.Normalize(gray, new InputSpec(8, 0.5f, 0.25f, InputLevels.Face), result);
        Assert.All(result, value => Assert.Equal(0, value, 1e-5));
        gray[0] = 78;
        Preprocessing.Normalize(gray, new InputSpec(8, 0.5f, 0.25f, InputLevels.Face), result);
        Assert.Equal(1 - 1 / 64f, result[0], 1e-4);
    }

    [Fact]
    public void A_picture_of_the_right_size_comes_back_unchanged()
    {
        byte[] gray = new byte[48 * 48];
        new Random(1).NextBytes(gray);
        byte[] result = new byte[48 * 48];
        Preprocessing.Resize(gray, 48, 48, 48, result);
        Assert.Equal(gray, result);
    }

    [Theory]
    [InlineData(7, 5)]
    [InlineData(300, 200)]
    public void A_plain_picture_stays_plain_at_every_size(int width, int height)
    {
        byte[] gray = new byte[width * height];
        Array.Fill(gray, (byte)93);
        byte[] result = new byte[48 * 48];
        Preprocessing.Resize(gray, width, height, 48, result);
        Assert.All(result, level => Assert.Equal(93, level));
    }

    [Fact]
    public void Shrinking_skips_no_pixel()
    {
        // One bright line in ten, at any phase, leaves a tenth of its light on average.
        byte[] gray = new byte[480 * 480];
        for (int i = 0; i < gray.Length; i++)
            gray[i] = (byte)(i % 480 % 10 == 3 ? 250 : 0);
        byte[] result = new byte[48 * 48];
        Preprocessing.Resize(gray, 480, 480, 48, result);
        Assert.Equal(25, result.Average(level => (double)level), 1.0);
        Assert.All(result, level => Assert.InRange(level, 10, 50));
    }

    [Fact]
    public void Lengths_that_do_not_match_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Preprocessing.Resize(new byte[10], 3, 3, 48, new byte[2304]));
        Assert.Throws<ArgumentException>(() => Preprocessing.Normalize(new byte[10], InputSpec.Fer2013, new float[2304]));
    }
}
