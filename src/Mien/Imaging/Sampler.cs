using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mien.Imaging;

/// <summary>Samples of one level, addressed in pixels of the full picture.</summary>
/// <param name="level">The level.</param>
/// <param name="fullWidth">Width of the full picture.</param>
/// <param name="fullHeight">Height likewise.</param>
/// <param name="scale">The level's pixels in one of the full picture's.</param>
/// <param name="side">Side in the level's pixels of the squares that <see cref="Mean"/> takes.</param>
/// <param name="points">Share that samples between pixels have in these means, 0..1.</param>
internal readonly struct Sampler(Level level, int fullWidth, int fullHeight, float scale, float side, float points)
{
    // Narrower squares would be lost in the rounding of places some thousand pixels from the corner.
    private const float Narrowest = 0.01f;

    private readonly byte[] _pixels = level.Pixels;
    private readonly int _width = level.Width;
    private readonly int _height = level.Height;
    private readonly float _side = Math.Max(side, Narrowest);

    /// <summary>Whether a point of the full picture lies inside it.</summary>
    public bool Contains(float x, float y) => x >= 0 && y >= 0 && x < fullWidth && y < fullHeight;

    /// <summary>Red, green and blue at a point of the full picture, 0..255 each, by bilinear interpolation; beyond the edge the edge goes
    /// on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<float> Sample(float x, float y)
    {
        float left = Math.Clamp(x * scale - 0.5f, 0, _width - 1);
        float top = Math.Clamp(y * scale - 0.5f, 0, _height - 1);
        int x0 = (int)left;
        int y0 = (int)top;
        int x1 = Math.Min(x0 + 1, _width - 1);
        int y1 = Math.Min(y0 + 1, _height - 1);
        float fx = left - x0;
        float fy = top - y0;
        ReadOnlySpan<uint> upper = Row(y0);
        ReadOnlySpan<uint> lower = Row(y1);
        return Color(upper[x0]) * ((1 - fx) * (1 - fy))
            + Color(upper[x1]) * (fx * (1 - fy))
            + Color(lower[x0]) * ((1 - fx) * fy)
            + Color(lower[x1]) * (fx * fy);
    }

    /// <summary>
    /// The mean over an upright square around a point, or in part a sample there, 0..255 for each color; beyond the edge the
    /// edge goes on.
    /// </summary>
    public Vector128<float> Mean(float x, float y) => points switch
    {
        0 => MeanOfSquare(x * scale, y * scale),
        1 => SampleCubic(x * scale, y * scale),
        _ => SampleCubic(x * scale, y * scale) * points + MeanOfSquare(x * scale, y * scale) * (1 - points),
    };

    private Vector128<float> MeanOfSquare(float x, float y)
    {
        float left = x - _side / 2;
        float top = y - _side / 2;
        float right = left + _side;
        float bottom = top + _side;
        int first = (int)MathF.Floor(left);
        int last = (int)MathF.Ceiling(right) - 1;
        Vector128<float> sum = default;
        for (int row = (int)MathF.Floor(top); row < bottom; row++)
        {
            ReadOnlySpan<uint> pixels = Row(Math.Clamp(row, 0, _height - 1));
            // Pixels between the first and the last lie in the square with all their width.
            Vector128<float> line = Color(pixels[Math.Clamp(first, 0, _width - 1)]) * (Math.Min(right, first + 1) - left);
            for (int column = first + 1; column < last; column++)
                line += Color(pixels[Math.Clamp(column, 0, _width - 1)]);
            if (last > first)
                line += Color(pixels[Math.Clamp(last, 0, _width - 1)]) * (right - last);
            sum += line * (Math.Min(bottom, row + 1) - Math.Max(top, row));
        }

        return sum / (_side * _side);
    }

    /// <summary>By bicubic interpolation (Keys 1981, a = -0.5): keeps edges that bilinear samples blur.</summary>
    private Vector128<float> SampleCubic(float x, float y)
    {
        float left = Math.Clamp(x - 0.5f, 0, _width - 1);
        float top = Math.Clamp(y - 0.5f, 0, _height - 1);
        Vector128<float> columns = Cubic(left - MathF.Floor(left));
        Vector128<float> rows = Cubic(top - MathF.Floor(top));
        int first = (int)left - 1;
        Vector128<float> sum = default;
        for (int i = 0; i < 4; i++)
        {
            ReadOnlySpan<uint> row = Row(Math.Clamp((int)top - 1 + i, 0, _height - 1));
            for (int j = 0; j < 4; j++)
                sum += Color(row[Math.Clamp(first + j, 0, _width - 1)]) * (rows[i] * columns[j]);
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
    private static Vector128<float> Color(uint pixel) =>
        Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(pixel).AsByte())).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<uint> Row(int y) => MemoryMarshal.Cast<byte, uint>(_pixels.AsSpan(y * _width * 4, _width * 4));
}
