using System.Globalization;
using Mien.Imaging;
using SkiaSharp;

namespace Mien.Training.Augmentation;

/// <summary>Spoils faces as bad light, bad cameras and things before the face do; evaluation and augmentation share it.</summary>
/// <remarks>
/// The kinds and the three strengths follow Hendrycks and Dietterich 2019 (arXiv:1903.12261), set for faces of 48
/// pixels. Levels are rounded to bytes, as a camera gives them. All chance comes from the given generator.
/// </remarks>
public static class Corruptions
{
    /// <summary>The largest strength; a strength of 0 changes nothing, values between the whole numbers are interpolated.</summary>
    public const double Strongest = 3;

    // Sizes are given for such a face and scaled for others.
    private const double UsualSize = 48;

    /// <summary>What a kind's strengths of 0, 1, 2 and 3 mean.</summary>
    private static readonly Dictionary<Corruption, (double[] Values, string Words)> Scales = new()
    {
        [Corruption.Darkness] = ([1, 0.25, 0.12, 0.06], "levels x {0}"),
        [Corruption.LowContrast] = ([1, 0.5, 0.25, 0.12], "contrast x {0}"),
        [Corruption.OverExposure] = ([1, 1.5, 2.2, 3], "levels x {0}"),
        [Corruption.GaussianNoise] = ([0, 10, 25, 50], "{0} levels"),
        [Corruption.ShotNoise] = ([1000, 60, 25, 10], "{0} photons"),
        [Corruption.Blur] = ([0, 1, 2, 3], "{0} px"),
        [Corruption.MotionBlur] = ([1, 5, 9, 13], "{0} px"),
        [Corruption.Jpeg] = ([100, 30, 10, 5], "quality {0}"),
        [Corruption.Pixelation] = ([UsualSize, 24, 16, 12], "{0} px"),
        [Corruption.Mask] = ([0, 1, 2, 3], "size {0}"),
        [Corruption.Sunglasses] = ([0, 1, 2, 3], "size {0}"),
        [Corruption.Hand] = ([0, 1, 2, 3], "size {0}"),
        [Corruption.Half] = ([0.2, 0.3, 0.4, 0.5], "share {0}"),
        [Corruption.Rotation] = ([0, 10, 20, 30], "{0} degrees"),
        [Corruption.Squeeze] = ([1, 0.85, 0.7, 0.55], "one side x {0}"),
    };

    /// <summary>Every kind, in the order of tables.</summary>
    public static IReadOnlyList<Corruption> All { get; } = Enum.GetValues<Corruption>();

    /// <summary>What a strength means in the kind's own unit, such as `levels x 0.25`; sizes in pixels are for faces of 48
    /// pixels.</summary>
    /// <param name="kind">What is wrong with a face.</param>
    /// <param name="strength">0..3.</param>
    public static string Describe(Corruption kind, double strength) =>
        string.Format(CultureInfo.InvariantCulture, Scales[kind].Words, At(kind, strength));

    /// <summary>Writes a spoiled copy of a face.</summary>
    /// <param name="face">[size*size] gray levels, row-major.</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="kind">What is wrong with it.</param>
    /// <param name="strength">0..3.</param>
    /// <param name="random">Where all chance comes from.</param>
    /// <param name="destination">[size*size]; may be <paramref name="face"/> itself.</param>
    /// <exception cref="ArgumentException">A length is not size*size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The strength is not 0 to 3, or there is no such kind.</exception>
    public static void Apply(ReadOnlySpan<byte> face, int size, Corruption kind, double strength, Random random, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (face.Length != size * size || destination.Length != face.Length)
            throw new ArgumentException($"{face.Length} pixels to {destination.Length}, expected {size}x{size}.", nameof(face));
        if (!(strength is >= 0 and <= Strongest))
            throw new ArgumentOutOfRangeException(nameof(strength), strength, "Expected 0 to 3.");
        if (!Scales.ContainsKey(kind))
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such corruption.");
        face.CopyTo(destination);
        if (strength == 0)
            return;
        double scale = size / UsualSize;
        double value = At(kind, strength);
        switch (kind)
        {
            case Corruption.Darkness:
                Multiply(destination, value, 0);
                break;
            case Corruption.LowContrast:
                Multiply(destination, value, Mean(destination));
                break;
            case Corruption.OverExposure:
                Multiply(destination, value, 0);
                break;
            case Corruption.GaussianNoise:
                AddNoise(destination, value, random);
                break;
            case Corruption.ShotNoise:
                AddShotNoise(destination, value, random);
                break;
            case Corruption.Blur:
                PixelFilters.Blur(destination, size, value * scale);
                break;
            case Corruption.MotionBlur:
                PixelFilters.MotionBlur(destination, size, value * scale, random.NextDouble() * Math.PI);
                break;
            case Corruption.Jpeg:
                Compress(destination, size, (int)Math.Round(value));
                break;
            case Corruption.Pixelation:
                Pixelate(destination, size, (int)Math.Round(value * scale));
                break;
            case Corruption.Rotation:
                double angle = Either(random) * value * Math.PI / 180;
                PixelFilters.Warp(destination, size, angle, 1, 1);
                break;
            case Corruption.Squeeze:
                (double width, double height) = random.Next(2) == 0 ? (value, 1.0) : (1.0, value);
                PixelFilters.Warp(destination, size, 0, width, height);
                break;
            default:
                Occlusions.Draw(destination, size, kind, (float)value, random);
                break;
        }
    }

    /// <summary>The value at a strength, linear between those of 0, 1, 2 and 3.</summary>
    private static double At(Corruption kind, double strength)
    {
        double[] values = Scales[kind].Values;
        int below = Math.Min((int)strength, values.Length - 2);
        return values[below] + (values[below + 1] - values[below]) * (strength - below);
    }

    private static int Either(Random random) => random.Next(2) == 0 ? -1 : 1;

    private static double Mean(ReadOnlySpan<byte> face)
    {
        long sum = 0;
        foreach (byte level in face)
            sum += level;
        return (double)sum / face.Length;
    }

    private static byte Level(double value) => (byte)Math.Clamp((int)Math.Round(value), 0, 255);

    private static void Multiply(Span<byte> face, double factor, double around)
    {
        foreach (ref byte level in face)
            level = Level(around + (level - around) * factor);
    }

    private static void AddNoise(Span<byte> face, double deviation, Random random)
    {
        foreach (ref byte level in face)
            level = Level(level + deviation * Gaussian(random));
    }

    private static void AddShotNoise(Span<byte> face, double photons, Random random)
    {
        foreach (ref byte level in face)
            level = Level(Poisson(level / 255.0 * photons, random) / photons * 255);
    }

    /// <summary>Box and Muller 1958.</summary>
    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Knuth 1969 for small means; the normal distribution where it makes no difference after rounding.</summary>
    private static double Poisson(double mean, Random random)
    {
        if (mean > 50)
            return Math.Max(0, Math.Round(mean + Math.Sqrt(mean) * Gaussian(random)));
        double limit = Math.Exp(-mean);
        int count = 0;
        for (double product = random.NextDouble(); product > limit; product *= random.NextDouble())
            count++;
        return count;
    }

    private static void Compress(Span<byte> face, int size, int quality)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Gray8, SKAlphaType.Opaque));
        face.CopyTo(bitmap.GetPixelSpan());
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, quality);
        using SKBitmap decoded = SKBitmap.Decode(data, bitmap.Info);
        decoded.GetPixelSpan().CopyTo(face);
    }

    private static void Pixelate(Span<byte> face, int size, int side)
    {
        byte[] small = new byte[side * side];
        Preprocessing.Resize(face, size, size, side, small);
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
                face[y * size + x] = small[y * side / size * side + x * side / size];
        }
    }
}
