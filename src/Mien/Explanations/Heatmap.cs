namespace Mien.Explanations;

/// <summary>How much each place of a face matters to an answer.</summary>
/// <param name="Size">Side in pixels, that of the face.</param>
/// <param name="Values">[Size*Size], row-major, 0 (nothing) .. 1 (the place that matters most); all 0 where nothing does.</param>
public sealed record Heatmap(int Size, float[] Values)
{
    /// <summary>Stretches a coarse map to a face's size, bilinearly, negative values taken as 0, and scales it to 0..1.</summary>
    /// <param name="coarse">[height*width], row-major.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="size">Side of the face in pixels.</param>
    internal static Heatmap Stretch(ReadOnlySpan<float> coarse, int height, int width, int size)
    {
        float highest = 0;
        foreach (float value in coarse)
            highest = Math.Max(highest, value);
        float[] values = new float[size * size];
        if (highest <= 0)
            return new Heatmap(size, values);
        for (int y = 0; y < size; y++)
        {
            (int top, int bottom, float down) = Neighbors(y, size, height);
            for (int x = 0; x < size; x++)
            {
                (int left, int right, float across) = Neighbors(x, size, width);
                float above = Mix(coarse[top * width + left], coarse[top * width + right], across);
                float below = Mix(coarse[bottom * width + left], coarse[bottom * width + right], across);
                values[y * size + x] = Mix(above, below, down) / highest;
            }
        }

        return new Heatmap(size, values);
    }

    /// <summary>The share of pixels that matter most, as a mask: the <paramref name="share"/> * Size * Size highest values, first ones
    /// first among equals.</summary>
    /// <param name="share">0..1.</param>
    /// <returns>[Size*Size], true where marked.</returns>
    public bool[] Strongest(double share)
    {
        bool[] marked = new bool[Values.Length];
        foreach (int place in Enumerable.Range(0, Values.Length).OrderByDescending(i => Values[i])
            .Take((int)Math.Round(share * Values.Length)))
            marked[place] = true;
        return marked;
    }

    private static float Mix(float a, float b, float share) => Math.Max(a, 0) * (1 - share) + Math.Max(b, 0) * share;

    private static (int Low, int High, float Share) Neighbors(int place, int size, int cells)
    {
        float at = Math.Clamp((place + 0.5f) * cells / size - 0.5f, 0, cells - 1);
        int low = (int)at;
        return (low, Math.Min(low + 1, cells - 1), at - low);
    }
}
