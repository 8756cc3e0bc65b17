using Mien.Detection;
using Mien.Imaging;

namespace Mien.Tests.Detection;

/// <summary>What a crop has to be: the mean of the picture, taken as squares of one color, over each of the crop's turned
/// squares.</summary>
internal static class AreaMeans
{
    private const int Samples = 16;

    /// <summary>[size*size] gray levels, from the full picture alone, at 16 x 16 points a pixel.</summary>
    public static double[] Of(Picture picture, FaceKeypoints face, int size)
    {
        FaceCrop square = FaceAligner.Locate(face);
        double cosine = square.Side * Math.Cos(square.Degrees * Math.PI / 180),
            sine = square.Side * Math.Sin(square.Degrees * Math.PI / 180);
        byte[] gray = picture.ToGray();
        double[] means = new double[size * size];
        for (int i = 0; i < means.Length; i++)
        {
            long sum = 0;
            for (int sample = 0; sample < Samples * Samples; sample++)
            {
                double u = (i % size + (sample % Samples + 0.5) / Samples) / size - 0.5;
                double v = (i / size + (sample / Samples + 0.5) / Samples) / size - 0.5;
                int x = (int)Math.Floor(cosine * u - sine * v + square.Center.X);
                int y = (int)Math.Floor(sine * u + cosine * v + square.Center.Y);
                // Beyond the edge the edge goes on.
                sum += gray[Math.Clamp(y, 0, picture.Height - 1) * picture.Width + Math.Clamp(x, 0, picture.Width - 1)];
            }

            means[i] = (double)sum / (Samples * Samples);
        }

        return means;
    }

    /// <summary>The upper left part of a picture.</summary>
    public static Picture Cut(Picture picture, int width, int height) =>
        Picture.FromPixels(picture.ToRgba().AsSpan(0, picture.Width * height * 4), width, height, PixelLayout.Rgba, picture.Width * 4);
}
