using SkiaSharp;

namespace Mien.Training.Augmentation;

/// <summary>Paints shapes over a gray face in varied shades and patterns, softened at the edges as a camera does. The face is a unit
/// square.</summary>
internal sealed class CoverPainter(byte[] face, int size, Random random)
{
    // Shapes are drawn so many times larger and then averaged.
    private const int Finer = 4;

    private readonly byte[] _alpha = new byte[size * Finer * size * Finer];

    /// <summary>Where all chance comes from.</summary>
    public Random Random => random;

    /// <summary>The mean level of the face's middle.</summary>
    public float Skin { get; } = MiddleOf(face, size);

    /// <summary>Paints what <paramref name="draw"/> draws.</summary>
    /// <param name="draw">Draws the shape on a canvas of the unit square, with an opaque paint.</param>
    /// <param name="level">Its mean gray level.</param>
    /// <param name="pattern">Largest difference of its pattern in levels; 0 for plain.</param>
    /// <param name="opacity">0..1.</param>
    public void Paint(Action<SKCanvas, SKPaint> draw, float level, float pattern = 0, float opacity = 1)
    {
        float[] cover = Rasterize(draw);
        float light = Around(35);
        double direction = random.NextDouble() * 2 * Math.PI;
        Func<float, float, float> texture = Texture(pattern);
        float shadow = random.Next(2) == 0 ? 0 : (float)random.NextDouble() * 0.35f;
        int below = 1 + random.Next(2);
        for (int y = size - 1; y >= 0; y--)
        {
            for (int x = 0; x < size; x++)
            {
                float u = (x + 0.5f) / size;
                float v = (y + 0.5f) / size;
                float own = cover[y * size + x];
                // A soft edge on the face below the thing.
                float dark = y >= below ? shadow * Math.Max(cover[(y - below) * size + x] - own, 0) : 0;
                float shade = level + light * ((u - 0.5f) * MathF.Cos((float)direction) + (v - 0.5f) * MathF.Sin((float)direction))
                    + texture(u, v);
                float mixed = face[y * size + x] * (1 - dark) * (1 - own * opacity) + shade * own * opacity;
                face[y * size + x] = (byte)Math.Clamp(mixed + 0.5f, 0, 255);
            }
        }
    }

    /// <summary>Evenly between -range and range.</summary>
    public float Around(float range) => (float)(random.NextDouble() * 2 - 1) * range;

    /// <summary>Evenly between two values.</summary>
    public float Between(float least, float most) => least + (float)random.NextDouble() * (most - least);

    private float[] Rasterize(Action<SKCanvas, SKPaint> draw)
    {
        int side = size * Finer;
        using (var bitmap = new SKBitmap(new SKImageInfo(side, side, SKColorType.Alpha8, SKAlphaType.Premul)))
        {
            bitmap.Erase(SKColors.Transparent);
            using var canvas = new SKCanvas(bitmap);
            using var paint = new SKPaint { IsAntialias = true, Color = SKColors.Black };
            canvas.Scale(side);
            draw(canvas, paint);
            canvas.Flush();
            for (int y = 0; y < side; y++)
                bitmap.GetPixelSpan().Slice(y * bitmap.RowBytes, side).CopyTo(_alpha.AsSpan(y * side));
        }

        float[] cover = new float[size * size];
        for (int i = 0; i < _alpha.Length; i++)
            cover[i / side / Finer * size + i % side / Finer] += _alpha[i];
        for (int i = 0; i < cover.Length; i++)
            cover[i] /= 255f * Finer * Finer;
        return cover;
    }

    /// <summary>Plain, stripes, checks, dots, folds or patches.</summary>
    private Func<float, float, float> Texture(float amplitude)
    {
        if (amplitude == 0)
            return (_, _) => 0;
        float angle = Between(0, MathF.PI);
        (float across, float down) = (MathF.Cos(angle), MathF.Sin(angle));
        float rate = Between(4, 45);
        float phase = Between(0, 6);
        switch (random.Next(5))
        {
            case 0:
                return (u, v) => amplitude * MathF.Sin(rate * (across * u + down * v) + phase);
            case 1:
                return (u, v) => amplitude * MathF.Sign(MathF.Sin(rate * (across * u + down * v)
                    + phase) * MathF.Sin(rate * (across * v - down * u) + phase));
            case 2:
                return (u, v) => MathF.Sin(rate * u + phase) * MathF.Sin(rate * v + phase) > 0.5f ? amplitude : 0;
            case 3:
                float slow = rate / 6;
                return (u, v) => amplitude * MathF.Sin(slow * (across * u + down * v) + phase + 2 * MathF.Sin(3 * v + phase));
            default:
                int cells = random.Next(3, 24);
                float[] patches = [.. Enumerable.Range(0, cells * cells).Select(_ => Around(amplitude))];
                return (u, v) => patches[(int)(v * cells) * cells + (int)(u * cells)];
        }
    }

    private static float MiddleOf(byte[] face, int size)
    {
        int sum = 0;
        int count = 0;
        for (int y = size * 2 / 5; y < size * 7 / 10; y++)
        {
            for (int x = size * 3 / 10; x < size * 7 / 10; x++, count++)
                sum += face[y * size + x];
        }

        return (float)sum / count;
    }
}
