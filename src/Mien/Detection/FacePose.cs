namespace Mien.Detection;

/// <summary>Size and pose of a face by its six points; angles in degrees.</summary>
/// <param name="Pixels">Side of the aligned square.</param>
/// <param name="Roll">Tilted towards a shoulder, clockwise as seen.</param>
/// <param name="Yaw">Turned, positive to the right of the picture.</param>
/// <param name="Pitch">Bent, positive downwards.</param>
internal readonly record struct FacePose(float Pixels, float Roll, float Yaw, float Pitch)
{
    // The front of an ear and the tip of the nose as seen from above: the nose stands out 1.2 times as far as the ears
    // stand apart from the middle.
    private const float NoseReach = 1.2f;

    // Seen from the front, the nose's tip is so far down from eyes to mouth (median of FER2013's faces) ...
    private const float NoseHeight = 0.549f;

    // ... and stands out by half the distance of eyes and mouth.
    private const float NoseDepth = 0.5f;

    public static FacePose Of(in FaceKeypoints keypoints)
    {
        FaceCrop square = FaceAligner.Locate(keypoints);
        float angle = square.Degrees * MathF.PI / 180;
        PicturePoint middle = Middle(keypoints.RightEye, keypoints.LeftEye);
        (float noseAcross, _) = Along(keypoints.Nose, Middle(keypoints.RightEar, keypoints.LeftEar));
        (float ears, _) = Along(keypoints.LeftEar, keypoints.RightEar);
        (_, float nose) = Along(keypoints.Nose, middle);
        (_, float mouth) = Along(keypoints.Mouth, middle);
        return new FacePose(square.Side, square.Degrees, Degrees(2 * noseAcross / (NoseReach * Math.Max(ears, 1e-3f))),
            Degrees((nose / Math.Max(mouth, 1e-3f) - NoseHeight) / NoseDepth));

        // Across and down the face from one point to another, in pixels.
        (float Across, float Down) Along(PicturePoint to, PicturePoint from)
        {
            float x = to.X - from.X;
            float y = to.Y - from.Y;
            return (MathF.Cos(angle) * x + MathF.Sin(angle) * y, MathF.Cos(angle) * y - MathF.Sin(angle) * x);
        }
    }

    private static PicturePoint Middle(PicturePoint a, PicturePoint b) => new((a.X + b.X) / 2, (a.Y + b.Y) / 2);

    private static float Degrees(float tangent) => MathF.Atan(tangent) * 180 / MathF.PI;
}
