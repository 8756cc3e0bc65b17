using Mien.Imaging;

namespace Mien.Training.Evaluation;

/// <summary>Where a face of a data set lies in a picture made around it.</summary>
/// <param name="X">Center, in pixels of the picture.</param>
/// <param name="Y">Center, downwards.</param>
/// <param name="Side">Side of the face's square in pixels.</param>
/// <param name="Degrees">Turn, clockwise as seen.</param>
public sealed record FacePlacement(double X, double Y, double Side, double Degrees);

/// <summary>Pictures made around a data set's faces: a soft, random gray ground with one face somewhere in it.</summary>
public static class FaceScene
{
    // The face's border goes on outwards and fades within this share of its side: a photo has no frame round a face.
    private const double Fade = 0.25;

    // The ground is blurred noise on a grid of so many pixels.
    private const int GroundGrid = 24;

    // Samples a pixel each way: a face may be shrunk to less than half without aliasing.
    private const int Samples = 2;

    /// <summary>Draws one picture.</summary>
    /// <param name="face">[size*size] gray levels, row-major.</param>
    /// <param name="size">Side of the face as it is stored.</param>
    /// <param name="width">Width of the picture in pixels.</param>
    /// <param name="height">Height of the picture in pixels.</param>
    /// <param name="placement">Where the face goes.</param>
    /// <param name="random">Decides the ground.</param>
    public static Picture Draw(ReadOnlySpan<byte> face, int size, int width, int height, FacePlacement placement, Random random)
    {
        ArgumentNullException.ThrowIfNull(placement);
        ArgumentNullException.ThrowIfNull(random);
        byte[] pixels = Ground(width, height, random);
        double angle = placement.Degrees * Math.PI / 180;
        (double cos, double sin) = (Math.Cos(angle), Math.Sin(angle));
        double reach = placement.Side * (0.5 + Fade) * 1.5;
        for (int y = Math.Max(0, (int)(placement.Y - reach)); y < Math.Min(height, placement.Y + reach); y++)
        {
            for (int x = Math.Max(0, (int)(placement.X - reach)); x < Math.Min(width, placement.X + reach); x++)
            {
                double sum = 0;
                double share = 0;
                for (int i = 0; i < Samples * Samples; i++)
                {
                    double dx = x + (i % Samples + 0.5) / Samples - placement.X;
                    double dy = y + (i / Samples + 0.5) / Samples - placement.Y;
                    // Into the face's own square, 0..1.
                    double u = (cos * dx + sin * dy) / placement.Side + 0.5;
                    double v = (cos * dy - sin * dx) / placement.Side + 0.5;
                    double outside = Math.Max(Math.Max(-u, u - 1), Math.Max(-v, v - 1));
                    double opaque = Math.Clamp(1 - outside / Fade, 0, 1);
                    share += opaque;
                    if (opaque > 0)
                        sum += opaque * Sample(face, size, u * size - 0.5, v * size - 0.5);
                }

                const int All = Samples * Samples;
                pixels[y * width + x] = (byte)Math.Round((sum + (All - share) * pixels[y * width + x]) / All);
            }
        }

        return Picture.FromGray(pixels, width, height);
    }

    /// <summary>Bicubic (Keys 1981, a = -0.5), as most programs enlarge pictures.</summary>
    private static double Sample(ReadOnlySpan<byte> face, int size, double x, double y)
    {
        x = Math.Clamp(x, 0, size - 1);
        y = Math.Clamp(y, 0, size - 1);
        int left = (int)x - 1;
        int top = (int)y - 1;
        double sum = 0;
        for (int i = 0; i < 4; i++)
        {
            double weight = Cubic(y - top - i);
            int row = Math.Clamp(top + i, 0, size - 1) * size;
            for (int j = 0; j < 4; j++)
                sum += weight * Cubic(x - left - j) * face[row + Math.Clamp(left + j, 0, size - 1)];
        }

        return Math.Clamp(sum, 0, 255);
    }

    private static double Cubic(double distance)
    {
        double t = Math.Abs(distance);
        return t < 1 ? (1.5 * t - 2.5) * t * t + 1 : t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
    }

    private static byte[] Ground(int width, int height, Random random)
    {
        int columns = width / GroundGrid + 2;
        int rows = height / GroundGrid + 2;
        byte[] grid = new byte[columns * rows];
        random.NextBytes(grid);
        byte[] pixels = new byte[width * height];
        for (int y = 0; y < height; y++)
        {
            int top = y / GroundGrid;
            double fy = (double)(y % GroundGrid) / GroundGrid;
            for (int x = 0; x < width; x++)
            {
                int i = top * columns + x / GroundGrid;
                double fx = (double)(x % GroundGrid) / GroundGrid;
                double level = (grid[i] * (1 - fx) + grid[i + 1] * fx) * (1 - fy)
                    + (grid[i + columns] * (1 - fx) + grid[i + columns + 1] * fx) * fy;
                // Grain, as every camera has some.
                pixels[y * width + x] = (byte)Math.Clamp(level + random.Next(-4, 5), 0, 255);
            }
        }

        return pixels;
    }
}
