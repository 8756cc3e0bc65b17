using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mien.Imaging;

/// <summary>A picture with its halves, quarters and so on, made as they are asked for, to sample at any scale without aliasing.</summary>
/// <remarks>
/// Williams 1983, "Pyramidal parametrics"; each level averages 2x2 pixels of the one before. A pixel of level i spans exactly
/// 2^i pixels of the full picture. Where a side is odd, the edge goes on: the last pixel is the mean of what is there.
/// </remarks>
internal sealed class Pyramid : IDisposable
{
    // From so many pixels a side on, a square's mean alone counts; at 1 pixel and less it would show the pixels' own corners,
    // which costs a face of 20 pixels 12 points of accuracy (docs/experiments-log.md).
    private const float NoPoints = 1.5f;

    private readonly List<Level> _levels = [];
    private readonly bool _ownsFirst;

    public Pyramid(Picture picture) => _levels.Add(new Level(picture.Width, picture.Height, picture.Pixels));

    private Pyramid(Level first)
    {
        _levels.Add(first);
        _ownsFirst = true;
    }

    /// <summary>Width of the full picture, in pixels.</summary>
    public int Width => _levels[0].Width;

    /// <summary>Height likewise.</summary>
    public int Height => _levels[0].Height;

    /// <summary>The picture shrunk by 2 to the power of <paramref name="index"/>; the last level where it gets no smaller.</summary>
    public Level this[int index] => _levels[Existing(index)];

    /// <summary>Point samples, on the level whose pixels are at most <paramref name="step"/> wide.</summary>
    /// <param name="step">Distance between samples in pixels of the full picture.</param>
    public Sampler At(float step) => On(Existing(step < 2 ? 0 : (int)MathF.Log2(step)), side: 1, points: 1);

    /// <summary>
    /// Means over squares, as the picture shrunk to one sample a square has them; where the squares are smaller than pixels,
    /// samples between pixels.
    /// </summary>
    /// <param name="step">Side of the squares and distance between them in pixels of the full picture.</param>
    /// <remarks>
    /// A square has 2 to 4 pixels a side of its level: on a coarser one its mean would be too soft or too sharp by where the
    /// scale lies between two powers of two. On a coarser level a pixel is a mean itself, so the square is so much narrower
    /// that both together spread as far as the whole square does (equal variance).
    /// </remarks>
    public Sampler Means(float step)
    {
        int index = Existing(step < 4 ? 0 : (int)MathF.Log2(step) - 1);
        float side = step / (1 << index);
        return On(index, index == 0 ? side : MathF.Sqrt(side * side - 1), Math.Clamp(2 * (NoPoints - step), 0, 1));
    }

    /// <summary>A pyramid of its own whose full picture is this one made smaller, sampled bilinearly from the next larger level.</summary>
    /// <param name="ratio">Width of this one's pixels in the new one's, above 0, at most 1; a last part of a pixel becomes a whole
    /// one.</param>
    public Pyramid Shrink(float ratio)
    {
        int index = (int)MathF.Log2(1 / ratio);
        int width = Shrunk(Width);
        int height = Shrunk(Height);
        byte[] pixels = ArrayPool<byte>.Shared.Rent(width * height * 4);
        Resample.Bilinear(this[index], 1 / (ratio * (1 << index)), width, height, pixels);
        return new Pyramid(new Level(width, height, pixels));

        // A hundredth of a pixel is a rounding error.
        int Shrunk(int side) => Math.Max(1, (int)MathF.Ceiling(side * ratio - 0.01f));
    }

    /// <summary>A pyramid of its own with other levels of each color.</summary>
    /// <param name="table">[256]: what becomes of each level.</param>
    public Pyramid Map(ReadOnlySpan<byte> table)
    {
        int length = Width * Height * 4;
        byte[] pixels = ArrayPool<byte>.Shared.Rent(length);
        ReadOnlySpan<byte> from = _levels[0].Pixels.AsSpan(0, length);
        for (int i = 0; i < from.Length; i++)
            pixels[i] = table[from[i]];
        return new Pyramid(new Level(Width, Height, pixels));
    }

    /// <summary>A pyramid of its own whose full picture is this one turned so that what is turned clockwise by so many quarters stands
    /// upright.</summary>
    /// <param name="quarters">1 to 3.</param>
    public Pyramid Turn(int quarters)
    {
        (int width, int height) = quarters == 2 ? (Width, Height) : (Height, Width);
        byte[] pixels = ArrayPool<byte>.Shared.Rent(width * height * 4);
        Span<uint> to = MemoryMarshal.Cast<byte, uint>(pixels.AsSpan(0, width * height * 4));
        ReadOnlySpan<uint> from = MemoryMarshal.Cast<byte, uint>(_levels[0].Pixels.AsSpan(0, width * height * 4));
        // The first pixel of a line, and the way to the next one and to the next line.
        (int first, int across, int down) = quarters switch
        {
            1 => (Width - 1, Width, -1),
            2 => (Width * Height - 1, -1, -Width),
            _ => ((Height - 1) * Width, -Width, 1),
        };
        for (int y = 0, i = 0; y < height; y++)
        {
            for (int x = 0, j = first + y * down; x < width; x++, j += across)
                to[i++] = from[j];
        }

        return new Pyramid(new Level(width, height, pixels));
    }

    /// <summary>Gives the levels' memory back; the picture itself stays.</summary>
    public void Dispose()
    {
        int first = _ownsFirst ? 0 : 1;
        for (int i = first; i < _levels.Count; i++)
            ArrayPool<byte>.Shared.Return(_levels[i].Pixels);
        _levels.RemoveRange(first, _levels.Count - first);
    }

    private Sampler On(int index, float side, float points) => new(_levels[index], Width, Height, 1f / (1 << index), side, points);

    /// <summary>Makes levels up to one; the last that there is.</summary>
    private int Existing(int index)
    {
        while (_levels.Count <= index && Math.Max(_levels[^1].Width, _levels[^1].Height) > 1)
            _levels.Add(Halve(_levels[^1]));
        return Math.Min(index, _levels.Count - 1);
    }

    private static Level Halve(Level from)
    {
        int width = (from.Width + 1) / 2;
        int height = (from.Height + 1) / 2;
        byte[] pixels = ArrayPool<byte>.Shared.Rent(width * height * 4);
        int stride = from.Width * 4;
        for (int y = 0; y < height; y++)
        {
            int below = Math.Min(2 * y + 1, from.Height - 1);
            Halve(from.Pixels.AsSpan(2 * y * stride, stride), from.Pixels.AsSpan(below * stride, stride),
                pixels.AsSpan(y * width * 4, width * 4));
        }

        return new Level(width, height, pixels);
    }

    /// <summary>Two lines to one of half the pixels, rounded up.</summary>
    private static void Halve(ReadOnlySpan<byte> upper, ReadOnlySpan<byte> lower, Span<byte> line)
    {
        int i = 0;
        int pairs = upper.Length / 8 * 4;
        if (Vector128.IsHardwareAccelerated)
        {
            ref byte up = ref MemoryMarshal.GetReference(upper);
            ref byte low = ref MemoryMarshal.GetReference(lower);
            // Four pixels of the result from eight above and eight below.
            for (; i + 16 <= pairs; i += 16)
            {
                Vector128<ushort> left = Pair(Vector128.LoadUnsafe(ref up, (nuint)(2 * i)), Vector128.LoadUnsafe(ref low, (nuint)(2 * i)));
                Vector128<ushort> right = Pair(Vector128.LoadUnsafe(ref up, (nuint)(2 * i + 16)),
                    Vector128.LoadUnsafe(ref low, (nuint)(2 * i + 16)));
                Vector128.Narrow(left, right).StoreUnsafe(ref MemoryMarshal.GetReference(line), (nuint)i);
            }
        }

        for (; i < pairs; i++)
        {
            int j = (i & ~3) * 2 + (i & 3);
            line[i] = (byte)((upper[j] + upper[j + 4] + lower[j] + lower[j + 4] + 2) >> 2);
        }

        // The last pixel of an odd number has no neighbor.
        for (; i < line.Length; i++)
            line[i] = (byte)((upper[i + pairs] + lower[i + pairs] + 1) >> 1);
    }

    /// <summary>Two pixels, as 16-bit numbers, from four above and four below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Pair(Vector128<byte> upper, Vector128<byte> lower)
    {
        Vector128<ushort> first = Vector128.WidenLower(upper) + Vector128.WidenLower(lower);
        Vector128<ushort> second = Vector128.WidenUpper(upper) + Vector128.WidenUpper(lower);
        Vector128<ushort> even = Vector128.Create(first.GetLower(), second.GetLower());
        Vector128<ushort> odd = Vector128.Create(first.GetUpper(), second.GetUpper());
        return (even + odd + Vector128.Create((ushort)2)) >>> 2;
    }
}

/// <summary>One level of a pyramid.</summary>
/// <param name="Width">Width in the level's own pixels.</param>
/// <param name="Height">Height likewise.</param>
/// <param name="Pixels">At least [Height*Width*4]: red, green, blue and an unused byte, row-major.</param>
internal readonly record struct Level(int Width, int Height, byte[] Pixels);
