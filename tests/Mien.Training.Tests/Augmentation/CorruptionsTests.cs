using Mien.Training.Augmentation;
using SkiaSharp;

namespace Mien.Training.Tests.Augmentation;

public class CorruptionsTests
{
    private const int Size = 48;

    public static TheoryData<Corruption> Kinds => [.. Corruptions.All];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_strength_changes_nothing_and_more_strength_changes_more(Corruption kind)
    {
        byte[] face = Portrait();
        double before = 0;
        Assert.Equal(face, Spoiled(face, kind, 0));
        for (int strength = 1; strength <= 3; strength++)
        {
            double difference = Enumerable.Range(1, 30).Average(seed => Difference(face, Spoiled(face, kind, strength, seed)));
            Assert.True(difference > before, $"{kind} {strength}: {difference} after {before}");
            before = difference;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_same_chance_spoils_a_face_in_the_same_way(Corruption kind) =>
        Assert.Equal(Spoiled(Portrait(), kind, 2, seed: 5), Spoiled(Portrait(), kind, 2, seed: 5));

    [Theory]
    [InlineData(Corruption.Darkness, 1, 200, 50)]
    [InlineData(Corruption.Darkness, 3, 200, 12)]
    [InlineData(Corruption.OverExposure, 1, 100, 150)]
    [InlineData(Corruption.OverExposure, 3, 100, 255)]
    public void Light_multiplies_the_levels_and_clips_them(Corruption kind, int strength, byte level, byte expected) =>
        Assert.All(Spoiled(Plain(level), kind, strength), value => Assert.Equal(expected, value));

    [Fact]
    public void Low_contrast_keeps_the_mean_and_divides_what_differs_from_it()
    {
        byte[] stripes = [.. Enumerable.Range(0, Size * Size).Select(i => (byte)(i % 2 == 0 ? 60 : 140))];
        byte[] spoiled = Spoiled(stripes, Corruption.LowContrast, 2);
        Assert.Equal(90, spoiled[0]);
        Assert.Equal(110, spoiled[1]);
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 25)]
    public void Gaussian_noise_has_the_deviation_that_its_setting_says(int strength, double deviation)
    {
        double[] noise = [.. Spoiled(Plain(128), Corruption.GaussianNoise, strength).Select(level => level - 128.0)];
        Assert.Equal(0, noise.Average(), 2.0);
        Assert.Equal(deviation, Math.Sqrt(noise.Average(value => value * value)), deviation * 0.05);
    }

    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 25)]
    public void Shot_noise_has_the_variance_of_counted_photons(int strength, double photons)
    {
        // Of n expected photons the count deviates by the root of n.
        double expected = Math.Sqrt(128 / 255.0 * photons) / photons * 255;
        double[] noise = [.. Spoiled(Plain(128), Corruption.ShotNoise, strength).Select(level => level - 128.0)];
        Assert.Equal(expected, Math.Sqrt(noise.Average(value => value * value)), expected * 0.06);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_blurred_edge_has_the_slope_of_the_normal_distribution(int strength)
    {
        byte[] edge = [.. Enumerable.Range(0, Size * Size).Select(i => (byte)(i % Size < 24 ? 0 : 200))];
        byte[] spoiled = Spoiled(edge, Corruption.Blur, strength);
        // Half a pixel right of the edge; the normal density's height at 0 is 0.3989 / deviation.
        double slope = (spoiled[24 * Size + 24] - spoiled[24 * Size + 23]) / 200.0;
        Assert.Equal(0.3989 / strength, slope, 0.02);
    }

    [Fact]
    public void Motion_blur_smears_a_point_over_a_line_of_the_length_that_its_setting_says()
    {
        byte[] point = new byte[Size * Size];
        point[24 * Size + 24] = 255;
        byte[] spoiled = Spoiled(point, Corruption.MotionBlur, 2);
        (int X, int Y)[] lit = [.. Enumerable.Range(0, Size * Size).Where(i => spoiled[i] > 3).Select(i => (i % Size, i / Size))];
        double length = lit.Max(a => lit.Max(b => Math.Sqrt(Math.Pow(a.X - b.X, 2) + Math.Pow(a.Y - b.Y, 2))));
        Assert.InRange(length, 7, 11);
        Assert.Equal(255, spoiled.Sum(level => level), 30.0);
    }

    [Fact]
    public void Jpeg_is_what_the_encoder_gives_at_that_quality()
    {
        byte[] face = Portrait();
        using var bitmap = new SKBitmap(new SKImageInfo(Size, Size, SKColorType.Gray8, SKAlphaType.Opaque));
        face.CopyTo(bitmap.GetPixelSpan());
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 10);
        using SKBitmap expected = SKBitmap.Decode(data);
        byte[] spoiled = Spoiled(face, Corruption.Jpeg, 2);
        for (int i = 0; i < spoiled.Length; i++)
            Assert.Equal(expected.GetPixel(i % Size, i / Size).Red, spoiled[i]);
    }

    [Fact]
    public void Pixelation_gives_blocks_of_their_mean()
    {
        byte[] spoiled = Spoiled(Portrait(), Corruption.Pixelation, 2);
        for (int i = 0; i < spoiled.Length; i++)
            Assert.Equal(spoiled[i / Size / 3 * 3 * Size + i % Size / 3 * 3], spoiled[i]);
    }

    [Theory]
    [InlineData(Corruption.Mask, 0.785, 0.2)]
    [InlineData(Corruption.Sunglasses, 0.386, 0.785)]
    public void A_mask_covers_the_mouth_and_sunglasses_the_eyes_alone(Corruption kind, double covered, double open)
    {
        byte[] face = Portrait();
        // Pixels beside the middle, where an eye and a corner of the mouth are.
        int Place(double height) => (int)(height * Size) * Size + (int)(0.32 * Size);
        int touched = 0;
        for (int seed = 1; seed <= 50; seed++)
        {
            byte[] spoiled = Spoiled(face, kind, 3, seed);
            touched += spoiled[Place(covered)] != face[Place(covered)] ? 1 : 0;
            Assert.Equal(face[Place(open)], spoiled[Place(open)]);
        }

        Assert.True(touched >= 48, $"{touched} of 50");
    }

    [Theory]
    [InlineData(1, 0.3)]
    [InlineData(3, 0.5)]
    public void A_half_covers_the_share_of_the_face_that_its_setting_says(int strength, double share)
    {
        byte[] face = Portrait();
        double changed = Enumerable.Range(1, 40).Average(seed =>
        {
            byte[] spoiled = Spoiled(face, Corruption.Half, strength, seed);
            return Enumerable.Range(0, face.Length).Count(i => spoiled[i] != face[i]) / (double)face.Length;
        });
        Assert.Equal(share, changed, 0.03);
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(3, 30)]
    public void A_rotation_moves_a_point_by_the_angle_that_its_setting_says(int strength, double degrees)
    {
        byte[] point = new byte[Size * Size];
        for (int i = 0; i < 9; i++)
            point[(23 + i / 3) * Size + 39 + i % 3] = 250;
        byte[] spoiled = Spoiled(point, Corruption.Rotation, strength);
        double sum = spoiled.Sum(level => (double)level);
        double x = Enumerable.Range(0, spoiled.Length).Sum(i => spoiled[i] * (i % Size - 23.5)) / sum;
        double y = Enumerable.Range(0, spoiled.Length).Sum(i => spoiled[i] * (i / Size - 23.5)) / sum;
        Assert.Equal(degrees, Math.Abs(Math.Atan2(y, x) * 180 / Math.PI - Math.Atan2(0.5, 16.5) * 180 / Math.PI), 1.0);
        Assert.Equal(Math.Sqrt(16.5 * 16.5 + 0.25), Math.Sqrt(x * x + y * y), 0.3);
    }

    [Fact]
    public void A_wrong_length_strength_or_kind_is_refused()
    {
        byte[] face = Portrait();
        Assert.Throws<ArgumentException>(() => Corruptions.Apply(face, 47, Corruption.Blur, 1, new Random(1), face));
        Assert.Throws<ArgumentOutOfRangeException>(() => Spoiled(face, Corruption.Blur, 3.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Spoiled(face, Corruption.Blur, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Spoiled(face, (Corruption)99, 1));
    }

    private static byte[] Spoiled(byte[] face, Corruption kind, double strength, int seed = 1)
    {
        byte[] spoiled = new byte[face.Length];
        Corruptions.Apply(face, Size, kind, strength, new Random(seed), spoiled);
        return spoiled;
    }

    private static double Difference(byte[] a, byte[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Average();

    private static byte[] Plain(byte level)
    {
        byte[] face = new byte[Size * Size];
        Array.Fill(face, level);
        return face;
    }

    /// <summary>Something with soft shapes and edges, all levels from 60 to 190, no face of anybody's.</summary>
    private static byte[] Portrait() => [.. Enumerable.Range(0, Size * Size).Select(i =>
    {
        double x = i % Size - 23.5;
        double y = i / Size - 23.5;
        double shade = 125 + 40 * Math.Sin(x / 5) * Math.Cos(y / 7) + (x * x + y * y < 150 ? 25 : 0);
        return (byte)shade;
    })];
}
