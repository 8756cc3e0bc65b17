using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mien.Imaging;

/// <summary>Samples of one level, addressed in pixels of the full picture.</summary>
internal readonly struct Sampler(byte[] pixels, int width, int height, float scaleX, float scaleY)
{
    /// <summary>Whether a point of the full picture lies inside it.</summary>
    public bool Contains(float x, float y) => x >= 0 && y >= 0 && x * scaleX < width && y * scaleY < height;

    /// <summary>Red, green and blue at a point of the full picture, 0..255 each, by bilinear interpolation; beyond the edge the edge goes on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<float> Sample(float x, float y)
    {
        float left = Math.Clamp(x * scaleX - 0.5f, 0, width - 1);
        float top = Math.Clamp(y * scaleY - 0.5f, 0, height - 1);
        int x0 = (int)left;
        int y0 = (int)top;
        int x1 = Math.Min(x0 + 1, width - 1);
        int y1 = Math.Min(y0 + 1, height - 1);
        float fx = left - x0;
        float fy = top - y0;
        ReadOnlySpan<uint> upper = Row(y0);
        ReadOnlySpan<uint> lower = Row(y1);
        return Colour(upper[x0]) * ((1 - fx) * (1 - fy))
            + Colour(upper[x1]) * (fx * (1 - fy))
            + Colour(lower[x0]) * ((1 - fx) * fy)
            + Colour(lower[x1]) * (fx * fy);
    }

    /// <summary>The same by bicubic interpolation (Keys 1981, a = -0.5): keeps edges that bilinear samples blur.</summary>
    public Vector128<float> SampleCubic(float x, float y)
    {
        float left = Math.Clamp(x * scaleX - 0.5f, 0, width - 1);
        float top = Math.Clamp(y * scaleY - 0.5f, 0, height - 1);
        Vector128<float> columns = Cubic(left - MathF.Floor(left));
        Vector128<float> rows = Cubic(top - MathF.Floor(top));
        int first = (int)left - 1;
        Vector128<float> sum = default;
        for (int i = 0; i < 4; i++)
        {
            ReadOnlySpan<uint> row = Row(Math.Clamp((int)top - 1 + i, 0, height - 1));
            for (int j = 0; j < 4; j++)
                sum += Colour(row[Math.Clamp(first + j, 0, width - 1)]) * (rows[i] * columns[j]);
        }

        return Vector128.Min(Vector128.Max(sum, Vector128<float>.Zero), Vector128.Create(255f));
    }

    /// <summary>Weights of the pixel before, the two around and the pixel after a point, <paramref name="t"/> past the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Cubic(float t) => Vector128.Create(
        ((-0.5f * t + 1) * t - 0.5f) * t,
        (1.5f * t - 2.5f) * t * t + 1,
        ((-1.5f * t + 2) * t + 0.5f) * t,
        (0.5f * t - 0.5f) * t * t);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Colour(uint pixel) =>
        Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(pixel).AsByte())).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<uint> Row(int y) => MemoryMarshal.Cast<byte, uint>(pixels.AsSpan(y * width * 4, width * 4));
}
