using System.Buffers;
using System.Runtime.InteropServices;

namespace Mien.Imaging;

/// <summary>Resizes whole levels of a pyramid by less than two.</summary>
internal static class Resample
{
    private const int One = 256;

    /// <summary>Samples a level at the middles of a coarser grid's pixels; beyond the edge the edge goes on.</summary>
    /// <param name="from">The level.</param>
    /// <param name="step">Width of the result's pixels in the level's, 1 to 2.</param>
    /// <param name="width">Width of the result.</param>
    /// <param name="height">Height likewise.</param>
    /// <param name="to">Receives at least [height*width*4] bytes.</param>
    public static void Bilinear(Level from, float step, int width, int height, byte[] to)
    {
        ReadOnlySpan<uint> source = MemoryMarshal.Cast<byte, uint>(from.Pixels);
        Span<uint> target = MemoryMarshal.Cast<byte, uint>(to.AsSpan());
        (int Left, int Right, uint Share)[] columns = ArrayPool<(int, int, uint)>.Shared.Rent(width);
        for (int x = 0; x < width; x++)
            columns[x] = Place(x, step, from.Width);
        for (int y = 0; y < height; y++)
        {
            (int top, int bottom, uint share) = Place(y, step, from.Height);
            ReadOnlySpan<uint> upper = source.Slice(top * from.Width, from.Width);
            ReadOnlySpan<uint> lower = source.Slice(bottom * from.Width, from.Width);
            Span<uint> line = target.Slice(y * width, width);
            for (int x = 0; x < line.Length; x++)
            {
                (int left, int right, uint across) = columns[x];
                line[x] = Mix(Mix(upper[left], upper[right], across), Mix(lower[left], lower[right], across), share);
            }
        }

        ArrayPool<(int, int, uint)>.Shared.Return(columns);
    }

    /// <summary>The two pixels that a sample lies between, and the second one's share in 256ths.</summary>
    private static (int First, int Second, uint Share) Place(int index, float step, int pixels)
    {
        float place = Math.Clamp((index + 0.5f) * step - 0.5f, 0, pixels - 1);
        return ((int)place, Math.Min((int)place + 1, pixels - 1), (uint)((place - (int)place) * One));
    }

    /// <summary>Two pixels of four bytes blended, two bytes at a time.</summary>
    private static uint Mix(uint first, uint second, uint share)
    {
        const uint EveryOther = 0x00FF00FF;
        uint even = (first & EveryOther) * (One - share) + (second & EveryOther) * share;
        uint odd = ((first >> 8) & EveryOther) * (One - share) + ((second >> 8) & EveryOther) * share;
        return ((even >> 8) & EveryOther) | (odd & ~EveryOther);
    }
}
