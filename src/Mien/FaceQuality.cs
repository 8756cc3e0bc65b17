using Mien.Detection;
using Mien.Imaging;

namespace Mien;

/// <summary>
/// How well a face can be read: light, contrast, noise, sharpness, size, pose, what covers it, and one share of all of it.
/// </summary>
/// <remarks>
/// All but size and pose are measured on the aligned face of <see cref="CropSize"/> pixels, whatever the size that the
/// model reads. Where the whole picture was taken as a face, no points are known: the pose is 0 then.
/// </remarks>
public sealed record FaceQuality
{
    /// <summary>Side in pixels of the aligned face that quality is measured on.</summary>
    public const int CropSize = 48;

    // What FER2013's crops have: larger faces are shrunk to it.
    private const float EnoughPixels = 48;

    // Half as sharp as the middle one of FER2013's faces.
    private const float EnoughSharpness = 0.5f;

    // A face with fewer gray levels than this deviation gives loses its finer edges to rounding.
    private const float EnoughContrast = 5;

    // Of the contrast. 19 of 20 portraits and 9 of 10 of FER2013's faces have less; JPEG and fine detail are in it.
    private const float UsualNoise = 0.11f;

    // The detector was made for heads held up: its points are the less exact the further a head is from that.
    private const float UsualRoll = 45;

    // From here on a face is as hard to find upright as one on its head.
    private const float StrongRoll = 120;
    private const float UpsideDown = 0.4f;

    // What is left of a covered face is still read right for about half of FER2013's.
    private const float Covered = 0.15f;

    /// <summary>
    /// Light, 0..1: 1 where the middle of the face is neither dark nor blown out. Falls below a mean of 16 of 255 levels,
    /// and by the share of pixels at white (250 and above).
    /// </summary>
    public required float Exposure { get; init; }

    /// <summary>Standard deviation of the middle of the face in gray levels, without the noise's part, 0..127.</summary>
    public required float Contrast { get; init; }

    /// <summary>Standard deviation of the noise in gray levels, 0 and up; 2 to 3 in good photos.</summary>
    public required float Noise { get; init; }

    /// <summary>Fine detail against contrast, freed of noise: 1 as in the middle one of FER2013's Training faces, towards 0 the more it is
    /// blurred.</summary>
    public required float Sharpness { get; init; }

    /// <summary>Side of the square that was cut out for the network, in pixels of the picture.</summary>
    public required float Pixels { get; init; }

    /// <summary>Head tilted towards a shoulder, degrees, clockwise as seen; the network gets it upright.</summary>
    public required float Roll { get; init; }

    /// <summary>Head turned to the side, degrees, positive to the right of the picture; good to about ten degrees.</summary>
    public required float Yaw { get; init; }

    /// <summary>Head bent, degrees, positive downwards; good to about ten degrees.</summary>
    public required float Pitch { get; init; }

    /// <summary>Probability that the mouth, the eyes or one side is covered, by a mask, sunglasses, a hand or the like, 0..1 (a small
    /// network's answer).</summary>
    public required float Cover { get; init; }

    /// <summary>Probability that the network sees the face upright, 0..1: towards 0 where it was cut out upside down or on its
    /// side.</summary>
    public required float Upright { get; init; }

    /// <summary>
    /// All of it in one share, 0..1: about 1 for an uncovered, sharp face of 48 pixels and more, seen from the front in fair
    /// light. The product of a share for each number.
    /// </summary>
    public float Score => Exposure * Math.Min(1, Contrast / EnoughContrast) * NoiseShare * Math.Min(1, Sharpness / EnoughSharpness)
        * Math.Min(1, Pixels / EnoughPixels) * RollShare * Cosine(Yaw) * Cosine(Pitch) * (1 - (1 - Covered) * Cover) * Upright;

    /// <summary>1 up to 45 degrees to either side, then falling evenly to 0.4 at 180.</summary>
    private float RollShare => 1 - (1 - UpsideDown) * Math.Clamp((Math.Abs(Roll) - UsualRoll) / (StrongRoll - UsualRoll), 0, 1);

    private float NoiseShare
    {
        get
        {
            float usual = UsualNoise * Math.Max(Contrast, 1) / Math.Max(Noise, 1e-3f);
            return usual >= 1 ? 1 : usual * MathF.Sqrt(usual);
        }
    }

    internal static FaceQuality Of(in FacePose pose, in CropMeasures measures, in CoverAnswer cover) => new()
    {
        Exposure = measures.Exposure,
        Contrast = measures.Contrast,
        Noise = measures.Noise,
        Sharpness = measures.Sharpness,
        Pixels = pose.Pixels,
        Roll = pose.Roll,
        Yaw = pose.Yaw,
        Pitch = pose.Pitch,
        Cover = cover.Cover,
        Upright = cover.Upright,
    };

    private static float Cosine(float degrees) => MathF.Cos(degrees * MathF.PI / 180);
}
