namespace Mien.Training.Augmentation;

/// <summary>Blurs and warps of small gray pictures; the border repeats, results are rounded to bytes.</summary>
internal static class PixelFilters
{
    /// <summary>Gaussian blur, rows then columns.</summary>
    public static void Blur(Span<byte> face, int size, double deviation)
    {
        if (deviation <= 0)
            return;
        int radius = (int)Math.Ceiling(3 * deviation);
        float[] kernel = [.. Enumerable.Range(-radius, 2 * radius + 1).Select(x => (float)Math.Exp(-x * x / (2 * deviation * deviation)))];
        float sum = kernel.Sum();
        float[] rows = new float[size * size];
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                float value = 0;
                for (int k = -radius; k <= radius; k++)
                    value += kernel[k + radius] * face[y * size + Math.Clamp(x + k, 0, size - 1)];
                rows[y * size + x] = value / sum;
            }
        }

        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                float value = 0;
                for (int k = -radius; k <= radius; k++)
                    value += kernel[k + radius] * rows[Math.Clamp(y + k, 0, size - 1) * size + x];
                face[y * size + x] = (byte)(value / sum + 0.5f);
            }
        }
    }

    /// <summary>Mean over a line of the given length, centered at each pixel.</summary>
    public static void MotionBlur(Span<byte> face, int size, double length, double angle)
    {
        byte[] source = face.ToArray();
        int taps = 2 * (int)Math.Ceiling(length) + 1;
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                double sum = 0;
                for (int tap = 0; tap < taps; tap++)
                {
                    double along = ((tap + 0.5) / taps - 0.5) * length;
                    sum += Sample(source, size, x + along * Math.Cos(angle), y + along * Math.Sin(angle));
                }

                face[y * size + x] = (byte)(sum / taps + 0.5);
            }
        }
    }

    /// <summary>Turns a picture about its middle and multiplies its width and height.</summary>
    public static void Warp(Span<byte> face, int size, double angle, double width, double height)
    {
        byte[] source = face.ToArray();
        double middle = (size - 1) / 2.0;
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                double across = (x - middle) / width;
                double down = (y - middle) / height;
                double sourceX = middle + across * Math.Cos(angle) + down * Math.Sin(angle);
                double sourceY = middle - across * Math.Sin(angle) + down * Math.Cos(angle);
                face[y * size + x] = (byte)(Sample(source, size, sourceX, sourceY) + 0.5);
            }
        }
    }

    /// <summary>Bilinear.</summary>
    private static double Sample(ReadOnlySpan<byte> face, int size, double x, double y)
    {
        x = Math.Clamp(x, 0, size - 1);
        y = Math.Clamp(y, 0, size - 1);
        int left = Math.Min((int)x, size - 2);
        int top = Math.Min((int)y, size - 2);
        double right = x - left;
        double bottom = y - top;
        int place = top * size + left;
        return (face[place] * (1 - right) + face[place + 1] * right) * (1 - bottom)
            + (face[place + size] * (1 - right) + face[place + size + 1] * right) * bottom;
    }
}
