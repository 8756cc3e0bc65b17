using Mien.Imaging;

namespace Mien.Detection;

/// <summary>
/// The gray levels that faces are searched on: those of dark and of flat pictures are stretched, as the networks learned from
/// well lit ones.
/// </summary>
internal static class SearchLevels
{
    // Range from the darkest to the brightest hundredth below which a picture is stretched; that of well lit photos is 150 and more.
    private const int LeastRange = 96;

    // What it is stretched to, and by how much at most: what is darker still is noise for the most part.
    private const float Range = 220;
    private const float MostGain = 20;

    // The levels are counted on a small copy of so many pixels and more on the longer side: lamps and noise of a few pixels don't count.
    private const float CountedSide = 64;

    // Shares of the picture that are left darker and brighter.
    private const float Tail = 0.01f;

    private const int Levels = 256;

    /// <summary>A copy whose levels are stretched; null where they need not be.</summary>
    public static Pyramid? Stretch(Pyramid pyramid)
    {
        Level small = pyramid[(int)MathF.Log2(Math.Max(1, Math.Max(pyramid.Width, pyramid.Height) / CountedSide))];
        Span<int> counts = stackalloc int[Levels];
        counts.Clear();
        int bytes = small.Width * small.Height * 4;
        for (int i = 0; i < bytes; i += 4)
        {
            counts[small.Pixels[i]]++;
            counts[small.Pixels[i + 1]]++;
            counts[small.Pixels[i + 2]]++;
        }

        int left = (int)(Tail * small.Width * small.Height * 3);
        int low = Beyond(counts, left, 0, 1);
        int high = Beyond(counts, left, Levels - 1, -1);
        // A picture of one color shows nothing at any range.
        if (high <= low || high - low >= LeastRange)
            return null;
        float gain = Math.Min(MostGain, Range / (high - low));
        float middle = (low + high) / 2f;
        Span<byte> table = stackalloc byte[Levels];
        for (int i = 0; i < Levels; i++)
            table[i] = (byte)Math.Clamp(MathF.Floor(127.5f + (i - middle) * gain + 0.5f), 0, Levels - 1);
        return pyramid.Map(table);
    }

    /// <summary>The first level from one end on with more than <paramref name="left"/> values at or before it.</summary>
    private static int Beyond(ReadOnlySpan<int> counts, int left, int first, int step)
    {
        int level = first;
        for (int sum = counts[level]; sum <= left; sum += counts[level])
            level += step;
        return level;
    }
}
