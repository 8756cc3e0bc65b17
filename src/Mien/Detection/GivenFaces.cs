using Mien.Imaging;

namespace Mien.Detection;

/// <summary>Checks faces that other code found, before they are cut out.</summary>
internal static class GivenFaces
{
    /// <param name="faces">The faces, in the picture's pixels.</param>
    /// <param name="picture">The picture that they are in.</param>
    /// <param name="source">Who found them, for messages.</param>
    /// <exception cref="MienException">A face is outside the picture, or its box, score or keypoints can't be used.</exception>
    public static void Require(IReadOnlyList<DetectedFace>? faces, Picture picture, string source)
    {
        if (faces is null)
            throw new MienException($"{source} gave null in place of faces. Give an empty list where there are none.");
        for (int i = 0; i < faces.Count; i++)
        {
            if (Fault(faces[i], picture) is { } fault)
                throw new MienException($"{source}: face {i + 1} of {faces.Count} {fault}.");
        }
    }

    private static string? Fault(in DetectedFace face, Picture picture)
    {
        Box box = face.Box;
        if (!AllFinite(box.X, box.Y, box.Width, box.Height) || box.Width <= 0 || box.Height <= 0)
            return $"has the box {box}, which has no area";
        if (box.X >= picture.Width || box.Y >= picture.Height || box.X + box.Width <= 0 || box.Y + box.Height <= 0)
            return $"has the box {box}, which lies outside the picture of {picture.Width}x{picture.Height} pixels";
        if (!float.IsFinite(face.Score))
            return "has a score that is not a number";
        FaceKeypoints points = face.Keypoints;
        foreach (PicturePoint point in (ReadOnlySpan<PicturePoint>)[points.RightEye, points.LeftEye, points.Nose, points.Mouth,
            points.RightEar, points.LeftEar])
        {
            if (!AllFinite(point.X, point.Y))
                return "has a keypoint that is not a number";
        }

        return points.RightEye == points.LeftEye ? "has both eyes at one place, so it can't be aligned" : null;
    }

    private static bool AllFinite(params ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
                return false;
        }

        return true;
    }
}
