using System.Runtime.Intrinsics;
using Mien.Imaging;

namespace Mien.Detection;

/// <summary>Cuts a face out upright, with eyes and mouth where FER2013's crops have them.</summary>
/// <remarks>
/// The similarity transform (turn, scale, shift) that maps eyes and mouth best onto the layout, in closed form
/// (Umeyama 1991, for two dimensions).
/// </remarks>
public static class FaceAligner
{
    // Shares of the crop's side: medians over the 2,970 of 3,000 Training faces that the detector finds, made symmetric.
    private static readonly PicturePoint RightEye = new(0.312f, 0.386f);
    private static readonly PicturePoint LeftEye = new(0.688f, 0.386f);
    private static readonly PicturePoint Mouth = new(0.500f, 0.785f);

    /// <summary>The square that <see cref="Align(Picture, in FaceKeypoints, int, Span{byte})"/> cuts out.</summary>
    /// <param name="keypoints">Where the face is.</param>
    public static FaceCrop Locate(in FaceKeypoints keypoints)
    {
        (float a, float b, float x, float y) = Transform(keypoints);
        return new FaceCrop(new PicturePoint(x + (a - b) / 2, y + (a + b) / 2), MathF.Sqrt(a * a + b * b),
            MathF.Atan2(b, a) * 180 / MathF.PI);
    }

    /// <summary>Writes one aligned face as gray levels.</summary>
    /// <param name="picture">The whole picture.</param>
    /// <param name="keypoints">Where the face is in it.</param>
    /// <param name="size">Side of the crop in pixels.</param>
    /// <param name="destination">[size*size], row-major.</param>
    /// <exception cref="ArgumentException">The destination's length is not size*size.</exception>
    public static void Align(Picture picture, in FaceKeypoints keypoints, int size, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(picture);
        using var pyramid = new Pyramid(picture);
        Align(pyramid, keypoints, size, destination);
    }

    internal static void Align(Pyramid pyramid, in FaceKeypoints keypoints, int size, Span<byte> destination)
    {
        if (destination.Length != size * size)
            throw new ArgumentException($"{destination.Length} places for {size}x{size} pixels.", nameof(destination));
        (float a, float b, float x0, float y0) = Transform(keypoints);
        float step = MathF.Sqrt(a * a + b * b) / size;
        Sampler sampler = pyramid.Means(step);
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                float u = (x + 0.5f) / size;
                float v = (y + 0.5f) / size;
                Vector128<float> color = sampler.Mean(a * u - b * v + x0, b * u + a * v + y0);
                destination[y * size + x] = Preprocessing.Gray(Round(color[0]), Round(color[1]), Round(color[2]));
            }
        }
    }

    /// <summary>The map (u,v) -> (a u - b v + x, b u + a v + y) from the crop's unit square to the picture's pixels.</summary>
    internal static (float A, float B, float X, float Y) Transform(in FaceKeypoints keypoints)
    {
        ReadOnlySpan<PicturePoint> layout = [RightEye, LeftEye, Mouth];
        ReadOnlySpan<PicturePoint> found = [keypoints.RightEye, keypoints.LeftEye, keypoints.Mouth];
        PicturePoint from = Mean(layout);
        PicturePoint to = Mean(found);
        float dot = 0;
        float cross = 0;
        float spread = 0;
        for (int i = 0; i < layout.Length; i++)
        {
            float u = layout[i].X - from.X;
            float v = layout[i].Y - from.Y;
            float x = found[i].X - to.X;
            float y = found[i].Y - to.Y;
            dot += u * x + v * y;
            cross += u * y - v * x;
            spread += u * u + v * v;
        }

        float a = dot / spread;
        float b = cross / spread;
        return (a, b, to.X - a * from.X + b * from.Y, to.Y - b * from.X - a * from.Y);
    }

    private static PicturePoint Mean(ReadOnlySpan<PicturePoint> points)
    {
        float x = 0;
        float y = 0;
        foreach (PicturePoint point in points)
            (x, y) = (x + point.X, y + point.Y);
        return new PicturePoint(x / points.Length, y / points.Length);
    }

    private static byte Round(float value) => (byte)(value + 0.5f);
}
