namespace Mien.Imaging;

/// <summary>Light, contrast, noise and sharpness of an aligned face; <see cref="FaceQuality"/> says what they mean.</summary>
/// <remarks>All sums are of whole numbers, so that every runtime gets the same.</remarks>
/// <param name="Exposure">0..1.</param>
/// <param name="Contrast">Gray levels.</param>
/// <param name="Noise">Gray levels.</param>
/// <param name="Sharpness">1 as in the middle one of FER2013's Training faces.</param>
internal readonly record struct CropMeasures(float Exposure, float Contrast, float Noise, float Sharpness)
{
    // Of 255 gray levels: an eighth of what the middle one of FER2013's faces has. Such faces are read nearly as well as lit ones.
    private const float EnoughLight = 16;

    private const int White = 250;

    // Median over every 60th of FER2013's Training faces.
    private const double MedianSharpness = 0.175;

    // The second difference along both axes multiplies the deviation of white noise by 6 (Immerkaer 1996); the median of
    // its absolute value is 0.6745 deviations.
    private const double NoiseGain = 6 * 0.6745;

    /// <param name="crop">[size*size] gray levels.</param>
    /// <param name="size">Side in pixels.</param>
    public static CropMeasures Of(ReadOnlySpan<byte> crop, int size)
    {
        (double mean, double variance, double white) = Middle(crop, size);
        double noise = NoiseOf(crop, size);
        double contrast = Math.Sqrt(Math.Max(variance - noise * noise, 0));
        return new CropMeasures((float)(Math.Min(1, mean / EnoughLight) * (1 - white)), (float)contrast, (float)noise,
            (float)SharpnessOf(crop, size));
    }

    /// <summary>Mean, variance and share of white of the middle two thirds: background and hair are not the face's.</summary>
    private static (double Mean, double Variance, double White) Middle(ReadOnlySpan<byte> crop, int size)
    {
        int edge = size / 6;
        long sum = 0;
        long squares = 0;
        int white = 0;
        for (int y = edge; y < size - edge; y++)
        {
            for (int i = y * size + edge; i < (y + 1) * size - edge; i++)
            {
                sum += crop[i];
                squares += crop[i] * crop[i];
                white += crop[i] >= White ? 1 : 0;
            }
        }

        double count = (size - 2 * edge) * (size - 2 * edge);
        double mean = sum / count;
        return (mean, squares / count - mean * mean, white / count);
    }

    /// <summary>
    /// Deviation of the noise: Immerkaer 1996, "Fast noise variance estimation", with the median in place of the mean, which
    /// the face's own edges hardly move.
    /// </summary>
    private static double NoiseOf(ReadOnlySpan<byte> crop, int size)
    {
        // Absolute values are whole numbers of 0 to 8 * 255.
        Span<int> counts = stackalloc int[8 * 255 + 1];
        counts.Clear();
        for (int y = 1; y < size - 1; y++)
        {
            for (int i = y * size + 1; i < (y + 1) * size - 1; i++)
                counts[Math.Abs(Corner(crop, i, size))]++;
        }

        int half = (size - 2) * (size - 2) / 2;
        int median = 0;
        for (int below = counts[0]; below <= half; below += counts[median])
            median++;
        // Within the whole number, by how far through its places the middle one is.
        int before = 0;
        for (int value = 0; value < median; value++)
            before += counts[value];
        double place = (half + 0.5 - before) / counts[median];
        return Math.Max(median - 0.5 + place, 0) / NoiseGain;
    }

    /// <summary>
    /// Root mean square of the Laplacian by the deviation of the gray levels, in units of FER2013's median. Both are freed of
    /// the noise's part, which the second difference along both axes tells: for white noise it leaves 0.
    /// </summary>
    private static double SharpnessOf(ReadOnlySpan<byte> crop, int size)
    {
        long edges = 0;
        long corners = 0;
        long sum = 0;
        long squares = 0;
        for (int y = 1; y < size - 1; y++)
        {
            for (int i = y * size + 1; i < (y + 1) * size - 1; i++)
            {
                int edge = 4 * crop[i] - crop[i - 1] - crop[i + 1] - crop[i - size] - crop[i + size];
                int corner = Corner(crop, i, size);
                edges += edge * edge;
                corners += corner * corner;
                sum += crop[i];
                squares += crop[i] * crop[i];
            }
        }

        double count = (size - 2) * (size - 2);
        double mean = sum / count;
        // White noise of deviation 1 gives the Laplacian a mean square of 20, the other difference one of 36.
        double noise = corners / count / 36;
        double detail = Math.Max(edges / count - 20 * noise, 0);
        double contrast = Math.Max(squares / count - mean * mean - noise, 1);
        return Math.Sqrt(detail / contrast) / 4 / MedianSharpness;
    }

    private static int Corner(ReadOnlySpan<byte> crop, int i, int size) =>
        crop[i - size - 1] - 2 * crop[i - size] + crop[i - size + 1]
        - 2 * crop[i - 1] + 4 * crop[i] - 2 * crop[i + 1]
        + crop[i + size - 1] - 2 * crop[i + size] + crop[i + size + 1];
}
