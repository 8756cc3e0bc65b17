using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mien.Imaging;

/// <summary>A picture with its halves, quarters and so on, made as they are asked for, to sample at any scale without aliasing.</summary>
/// <remarks>Williams 1983, "Pyramidal parametrics"; each level averages 2x2 pixels of the one before.</remarks>
internal sealed class Pyramid : IDisposable
{
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
    public Level this[int index]
    {
        get
        {
            while (_levels.Count <= index && Math.Min(_levels[^1].Width, _levels[^1].Height) > 1)
                _levels.Add(Halve(_levels[^1]));
            return _levels[Math.Min(index, _levels.Count - 1)];
        }
    }

    /// <summary>Samples at a point of the full picture, on the level whose pixels are at most <paramref name="step"/> wide.</summary>
    /// <param name="step">Distance between samples in pixels of the full picture.</param>
    public Sampler At(double step)
    {
        Level level = this[step < 2 ? 0 : (int)Math.Log2(step)];
        return new Sampler(level.Pixels, level.Width, level.Height, (float)level.Width / Width, (float)level.Height / Height);
    }

    /// <summary>A pyramid of its own whose full picture is this one made smaller, sampled bilinearly from the next larger level.</summary>
    /// <param name="ratio">Its width and height in shares of this one's, above 0, at most 1.</param>
    public Pyramid Shrink(float ratio)
    {
        Level from = this[(int)MathF.Log2(1 / ratio)];
        int width = Math.Max(1, (int)MathF.Round(Width * ratio));
        int height = Math.Max(1, (int)MathF.Round(Height * ratio));
        byte[] pixels = ArrayPool<byte>.Shared.Rent(width * height * 4);
        Resample.Bilinear(from, width, height, pixels);
        return new Pyramid(new Level(width, height, pixels));
    }

    /// <summary>A pyramid of its own whose full picture is this one turned so that what is turned clockwise by so many quarters stands upright.</summary>
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

    private static Level Halve(Level from)
    {
        int width = from.Width / 2;
        int height = from.Height / 2;
        byte[] pixels = ArrayPool<byte>.Shared.Rent(width * height * 4);
        int stride = from.Width * 4;
        for (int y = 0; y < height; y++)
        {
            Halve(from.Pixels.AsSpan(2 * y * stride, stride), from.Pixels.AsSpan((2 * y + 1) * stride, stride),
                pixels.AsSpan(y * width * 4, width * 4));
        }

        return new Level(width, height, pixels);
    }

    private static void Halve(ReadOnlySpan<byte> upper, ReadOnlySpan<byte> lower, Span<byte> line)
    {
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            ref byte up = ref MemoryMarshal.GetReference(upper);
            ref byte low = ref MemoryMarshal.GetReference(lower);
            // Four pixels of the result from eight above and eight below.
            for (; i + 16 <= line.Length; i += 16)
            {
                Vector128<ushort> left = Pair(Vector128.LoadUnsafe(ref up, (nuint)(2 * i)), Vector128.LoadUnsafe(ref low, (nuint)(2 * i)));
                Vector128<ushort> right = Pair(Vector128.LoadUnsafe(ref up, (nuint)(2 * i + 16)), Vector128.LoadUnsafe(ref low, (nuint)(2 * i + 16)));
                Vector128.Narrow(left, right).StoreUnsafe(ref MemoryMarshal.GetReference(line), (nuint)i);
            }
        }

        for (; i < line.Length; i++)
        {
            int j = (i & ~3) * 2 + (i & 3);
            line[i] = (byte)((upper[j] + upper[j + 4] + lower[j] + lower[j + 4] + 2) >> 2);
        }
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
