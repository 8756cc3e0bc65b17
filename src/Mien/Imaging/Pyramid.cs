namespace Mien.Imaging;

/// <summary>A picture with its halves, quarters and so on, made as they are asked for, to sample at any scale without aliasing.</summary>
/// <remarks>Williams 1983, "Pyramidal parametrics"; each level averages 2x2 pixels of the one before.</remarks>
internal sealed class Pyramid
{
    private readonly List<(int Width, int Height, byte[] Pixels)> _levels = [];

    public Pyramid(Picture picture)
    {
        Picture = picture;
        _levels.Add((picture.Width, picture.Height, picture.Pixels));
    }

    public Picture Picture { get; }

    /// <summary>Samples at a point of the full picture, on the level whose pixels are at most <paramref name="step"/> wide.</summary>
    /// <param name="step">Distance between samples in pixels of the full picture.</param>
    public Sampler At(double step)
    {
        int level = 0;
        while (step >= 2 && Math.Min(_levels[level].Width, _levels[level].Height) > 1)
        {
            if (_levels.Count == level + 1)
                _levels.Add(Halve(_levels[level]));
            level++;
            step /= 2;
        }

        (int width, int height, byte[] pixels) = _levels[level];
        return new Sampler(pixels, width, height, (float)width / Picture.Width, (float)height / Picture.Height);
    }

    private static (int, int, byte[]) Halve((int Width, int Height, byte[] Pixels) from)
    {
        int width = from.Width / 2;
        int height = from.Height / 2;
        byte[] pixels = new byte[width * height * 4];
        int stride = from.Width * 4;
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> upper = from.Pixels.AsSpan(2 * y * stride, stride);
            ReadOnlySpan<byte> lower = from.Pixels.AsSpan((2 * y + 1) * stride, stride);
            Span<byte> line = pixels.AsSpan(y * width * 4, width * 4);
            for (int i = 0; i < line.Length; i++)
            {
                int j = (i & ~3) * 2 + (i & 3);
                line[i] = (byte)((upper[j] + upper[j + 4] + lower[j] + lower[j + 4] + 2) >> 2);
            }
        }

        return (width, height, pixels);
    }
}

/// <summary>Bilinear samples of one level, addressed in pixels of the full picture.</summary>
internal readonly struct Sampler(byte[] pixels, int width, int height, float scaleX, float scaleY)
{
    /// <summary>Whether a point of the full picture lies inside it.</summary>
    public bool Contains(float x, float y) => x >= 0 && y >= 0 && x * scaleX < width && y * scaleY < height;

    /// <summary>Colour at a point of the full picture, 0..255 each; beyond the edge the edge goes on.</summary>
    public (float Red, float Green, float Blue) Sample(float x, float y)
    {
        float left = Math.Clamp(x * scaleX - 0.5f, 0, width - 1);
        float top = Math.Clamp(y * scaleY - 0.5f, 0, height - 1);
        int x0 = (int)left;
        int y0 = (int)top;
        int x1 = Math.Min(x0 + 1, width - 1);
        int y1 = Math.Min(y0 + 1, height - 1);
        float fx = left - x0;
        float fy = top - y0;
        int a = (y0 * width + x0) * 4;
        int b = (y0 * width + x1) * 4;
        int c = (y1 * width + x0) * 4;
        int d = (y1 * width + x1) * 4;
        float wa = (1 - fx) * (1 - fy);
        float wb = fx * (1 - fy);
        float wc = (1 - fx) * fy;
        float wd = fx * fy;
        return (
            pixels[a] * wa + pixels[b] * wb + pixels[c] * wc + pixels[d] * wd,
            pixels[a + 1] * wa + pixels[b + 1] * wb + pixels[c + 1] * wc + pixels[d + 1] * wd,
            pixels[a + 2] * wa + pixels[b + 2] * wb + pixels[c + 2] * wc + pixels[d + 2] * wd);
    }
}
