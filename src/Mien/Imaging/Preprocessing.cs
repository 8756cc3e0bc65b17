namespace Mien.Imaging;

/// <summary>
/// Gray, resize, normalize: the only way from pixels to a network's input. Training, evaluation and prediction call it.
/// </summary>
/// <remarks>
/// Each step rounds to bytes before the next, so that a face kept as bytes in a data set and one read from a photo
/// give the same tensor.
/// </remarks>
public static class Preprocessing
{
    /// <summary>A face whose levels deviate by less is normalized as if they deviated by this much: a blank crop stays blank.</summary>
    public const float LeastDeviation = 1;

    /// <summary>Luma of one pixel (ITU-R BT.601), rounded to 0..255.</summary>
    public static byte Gray(byte red, byte green, byte blue) =>
        (byte)((red * 19595 + green * 38470 + blue * 7471 + 32768) >> 16);

    /// <summary>Writes one normalized face: [Size*Size] bytes -> [Size*Size] floats.</summary>
    /// <param name="gray">[Size*Size] gray levels, row-major.</param>
    /// <param name="spec">The network's input.</param>
    /// <param name="destination">[Size*Size], row-major.</param>
    /// <exception cref="ArgumentException">A length is not Size*Size.</exception>
    public static void Normalize(ReadOnlySpan<byte> gray, InputSpec spec, Span<float> destination)
    {
        if (gray.Length != spec.Size * spec.Size)
            throw new ArgumentException($"{gray.Length} pixels, expected {spec.Size}x{spec.Size}.", nameof(gray));
        if (destination.Length != gray.Length)
            throw new ArgumentException($"{destination.Length} places for {gray.Length} pixels.", nameof(destination));
        (float scale, float shift) = spec.Levels == InputLevels.Face
            ? OwnLevels(gray)
            : (1f / (255f * spec.Deviation), -spec.Mean / spec.Deviation);
        for (int i = 0; i < gray.Length; i++)
            destination[i] = gray[i] * scale + shift;
    }

    /// <summary>Scale and shift that give a face mean 0 and deviation 1; integer sums, so that every runtime gets the same.</summary>
    private static (float Scale, float Shift) OwnLevels(ReadOnlySpan<byte> gray)
    {
        long sum = 0;
        long squares = 0;
        foreach (byte level in gray)
        {
            sum += level;
            squares += level * level;
        }

        double mean = (double)sum / gray.Length;
        double deviation = Math.Sqrt(Math.Max((double)squares / gray.Length - mean * mean, 0));
        double scale = 1 / Math.Max(deviation, LeastDeviation);
        return ((float)scale, (float)(-mean * scale));
    }

    /// <summary>
    /// Resizes a gray picture to a square of <paramref name="size"/> pixels: triangle filter, widened when it shrinks
    /// so that no pixel is skipped (antialiased bilinear). A picture of the right size comes back unchanged.
    /// </summary>
    /// <param name="gray">[height*width] gray levels, row-major.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="size">Side of the result.</param>
    /// <param name="destination">[size*size] gray levels, row-major.</param>
    /// <exception cref="ArgumentException">A length does not match its picture.</exception>
    public static void Resize(ReadOnlySpan<byte> gray, int width, int height, int size, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        if (gray.Length != width * height)
            throw new ArgumentException($"{gray.Length} pixels, expected {width}x{height}.", nameof(gray));
        if (destination.Length != size * size)
            throw new ArgumentException($"{destination.Length} places for {size}x{size} pixels.", nameof(destination));
        if (width == size && height == size)
        {
            gray.CopyTo(destination);
            return;
        }

        var horizontal = new TriangleFilter(width, size);
        var vertical = new TriangleFilter(height, size);
        // Rows first into floats, then columns: one rounding, at the end.
        float[] rows = new float[height * size];
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> source = gray.Slice(y * width, width);
            for (int x = 0; x < size; x++)
            {
                float sum = 0;
                ReadOnlySpan<float> weights = horizontal.Weights(x, out int start);
                for (int i = 0; i < weights.Length; i++)
                    sum += weights[i] * source[start + i];
                rows[y * size + x] = sum;
            }
        }

        for (int y = 0; y < size; y++)
        {
            ReadOnlySpan<float> weights = vertical.Weights(y, out int start);
            for (int x = 0; x < size; x++)
            {
                float sum = 0;
                for (int i = 0; i < weights.Length; i++)
                    sum += weights[i] * rows[(start + i) * size + x];
                destination[y * size + x] = (byte)Math.Clamp((int)MathF.Round(sum), 0, 255);
            }
        }
    }

    /// <summary>For each place of a resized line, the source places that weigh in and how much.</summary>
    private sealed class TriangleFilter
    {
        private readonly int[] _starts;
        private readonly float[][] _weights;

        public TriangleFilter(int from, int to)
        {
            double step = (double)from / to;
            double radius = Math.Max(step, 1);
            _starts = new int[to];
            _weights = new float[to][];
            for (int i = 0; i < to; i++)
            {
                double center = (i + 0.5) * step;
                int start = Math.Max((int)Math.Floor(center - radius), 0);
                int end = Math.Min((int)Math.Ceiling(center + radius), from);
                float[] weights = new float[end - start];
                double total = 0;
                for (int j = 0; j < weights.Length; j++)
                {
                    double weight = Math.Max(0, 1 - Math.Abs((start + j + 0.5 - center) / radius));
                    weights[j] = (float)weight;
                    total += weight;
                }

                for (int j = 0; j < weights.Length; j++)
                    weights[j] = (float)(weights[j] / total);
                _starts[i] = start;
                _weights[i] = weights;
            }
        }

        public ReadOnlySpan<float> Weights(int place, out int start)
        {
            start = _starts[place];
            return _weights[place];
        }
    }
}
