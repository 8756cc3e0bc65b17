using Mien.Faces;

namespace Mien;

/// <summary>How well a face can be read: size, sharpness and pose. Poses are estimates from six points, good to about ten degrees.</summary>
public sealed record FaceQuality
{
    // The front of an ear and the tip of the nose as seen from above: the nose stands out 1.2 times as far as the ears
    // stand apart from the middle.
    private const float NoseReach = 1.2f;

    // Seen from the front, the nose's tip is so far down from eyes to mouth (median of FER2013's faces) ...
    private const float NoseHeight = 0.549f;

    // ... and stands out by half the distance of eyes and mouth.
    private const float NoseDepth = 0.5f;

    // What FER2013's crops have: larger faces are shrunk to it.
    private const float EnoughPixels = 48;

    // Half as sharp as the middle one of FER2013's faces.
    private const float EnoughSharpness = 0.5f;

    /// <summary>Side of the square that was cut out for the network, in pixels of the picture.</summary>
    public required float Pixels { get; init; }

    /// <summary>Fine detail against contrast in what the network sees: 1 as in the middle one of FER2013's Training faces, towards 0 the more it is blurred.</summary>
    public required float Sharpness { get; init; }

    /// <summary>Head tilted towards a shoulder, degrees, clockwise as seen; the network gets it upright.</summary>
    public required float Roll { get; init; }

    /// <summary>Head turned to the side, degrees, positive to the right of the picture.</summary>
    public required float Yaw { get; init; }

    /// <summary>Head bent, degrees, positive downwards.</summary>
    public required float Pitch { get; init; }

    /// <summary>All of it in one number, 0..1: 1 for a sharp face of 48 pixels and more seen from the front.</summary>
    public float Score => Math.Min(1, Pixels / EnoughPixels) * Math.Min(1, Sharpness / EnoughSharpness)
        * Cosine(Yaw) * Cosine(Pitch);

    /// <summary>Judges a face by its points and its aligned crop.</summary>
    /// <param name="keypoints">Where the face is.</param>
    /// <param name="crop">[size*size] grey levels of the aligned face.</param>
    /// <param name="size">Side of the crop.</param>
    internal static FaceQuality Of(in FaceKeypoints keypoints, ReadOnlySpan<byte> crop, int size)
    {
        FaceCrop square = FaceAligner.Locate(keypoints);
        float angle = square.Degrees * MathF.PI / 180;
        Point middle = Middle(keypoints.RightEye, keypoints.LeftEye);
        (float noseAcross, _) = Along(keypoints.Nose, Middle(keypoints.RightEar, keypoints.LeftEar));
        (float ears, _) = Along(keypoints.LeftEar, keypoints.RightEar);
        (_, float nose) = Along(keypoints.Nose, middle);
        (_, float mouth) = Along(keypoints.Mouth, middle);
        return new FaceQuality
        {
            Pixels = square.Side,
            Sharpness = SharpnessOf(crop, size),
            Roll = square.Degrees,
            Yaw = Degrees(2 * noseAcross / (NoseReach * Math.Max(ears, 1e-3f))),
            Pitch = Degrees((nose / Math.Max(mouth, 1e-3f) - NoseHeight) / NoseDepth),
        };

        // Across and down the face from one point to another, in pixels.
        (float Across, float Down) Along(Point to, Point from)
        {
            float x = to.X - from.X;
            float y = to.Y - from.Y;
            return (MathF.Cos(angle) * x + MathF.Sin(angle) * y, MathF.Cos(angle) * y - MathF.Sin(angle) * x);
        }
    }

    /// <summary>Mean absolute Laplacian by the standard deviation of the grey levels, in units of FER2013's median.</summary>
    /// <param name="crop">[size*size] grey levels.</param>
    /// <param name="size">Side of the crop.</param>
    internal static float SharpnessOf(ReadOnlySpan<byte> crop, int size)
    {
        // Median over every 60th of FER2013's Training faces; half of them lie between 0.108 and 0.156.
        const float Median = 0.128f;
        long edges = 0;
        long sum = 0;
        long squares = 0;
        for (int y = 1; y < size - 1; y++)
        {
            for (int i = y * size + 1; i < (y + 1) * size - 1; i++)
            {
                edges += Math.Abs(4 * crop[i] - crop[i - 1] - crop[i + 1] - crop[i - size] - crop[i + size]);
                sum += crop[i];
                squares += crop[i] * crop[i];
            }
        }

        float count = (size - 2) * (size - 2);
        float mean = sum / count;
        float deviation = MathF.Sqrt(Math.Max(squares / count - mean * mean, 0));
        // A plain crop has no detail, whatever its noise.
        return edges / count / 4 / Math.Max(deviation, 1) / Median;
    }

    private static Point Middle(Point a, Point b) => new((a.X + b.X) / 2, (a.Y + b.Y) / 2);

    private static float Degrees(float tangent) => MathF.Atan(tangent) * 180 / MathF.PI;

    private static float Cosine(float degrees) => MathF.Cos(degrees * MathF.PI / 180);
}
