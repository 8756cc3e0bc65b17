namespace Mien.Detection;

/// <summary>Faces that are turned in the picture's plane: which way they stand, and where a box has to lie for that.</summary>
internal static class Turns
{
    // The networks see faces within half of that as well as upright ones. A window turned by exactly the first estimate
    // would carry its error on into the second (docs/experiments-log.md).
    private const float WindowStep = 45;

    // Medians of the hand-drawn boxes of 52 annotated faces in shares of the network's square: how far the middle lies
    // to the right of the square's and below it, and the sides.
    private const float Right = -0.008f;
    private const float Down = -0.079f;
    private const float Width = 0.916f;
    private const float Height = 1.254f;

    /// <summary>How far a face is turned, in degrees, clockwise as seen, -180..180.</summary>
    public static float Roll(in DetectedFace face) => FaceAligner.Locate(face.Keypoints).Degrees;

    /// <summary>How far a window is turned to look at a face: by the eighth of a turn that is nearest to its roll.</summary>
    public static float OfWindow(in DetectedFace face) => MathF.Round(Roll(face) / WindowStep) * WindowStep;

    /// <summary>Degrees between two ways to stand, 0..180.</summary>
    public static float Between(float degrees, float other) => MathF.Abs(MathF.IEEERemainder(degrees - other, 360));

    /// <summary>Whether two views of one face agree on how it stands: the mean of points that do not is no face's.</summary>
    public static bool Agree(in DetectedFace a, in DetectedFace b)
    {
        (float a1, float b1, _, _) = FaceAligner.Transform(a.Keypoints);
        (float a2, float b2, _, _) = FaceAligner.Transform(b.Keypoints);
        // Less than 60 degrees apart, of which the cosine is a half.
        return 2 * (a1 * a2 + b1 * b2) > MathF.Sqrt((a1 * a1 + b1 * b1) * (a2 * a2 + b2 * b2));
    }

    /// <summary>The same face as if it stood on its head in the same place.</summary>
    public static DetectedFace Opposite(in DetectedFace face)
    {
        PicturePoint center = face.Box.Center;
        return face.Map(face.Box, point => new PicturePoint(2 * center.X - point.X, 2 * center.Y - point.Y));
    }

    /// <summary>A face of a picture turned by quarters back to that picture (see <see cref="Imaging.Pyramid.Turn"/>).</summary>
    /// <param name="face">In pixels of the turned picture.</param>
    /// <param name="quarters">1 to 3.</param>
    /// <param name="width">Of the picture that was turned.</param>
    /// <param name="height">Likewise.</param>
    public static DetectedFace Back(in DetectedFace face, int quarters, float width, float height)
    {
        PicturePoint center = At(face.Box.Center);
        (float across, float down) = quarters == 2 ? (face.Box.Width, face.Box.Height) : (face.Box.Height, face.Box.Width);
        return face.Map(new Box(center.X - across / 2, center.Y - down / 2, across, down), At);

        PicturePoint At(PicturePoint point) => quarters switch
        {
            1 => new PicturePoint(width - point.Y, point.X),
            2 => new PicturePoint(width - point.X, height - point.Y),
            _ => new PicturePoint(point.Y, height - point.X),
        };
    }

    /// <summary>
    /// From the network's square, brow to chin, to the box that a person draws: hairline to chin, cheek to cheek; around a
    /// turned face, around the ellipse in it.
    /// </summary>
    public static Box Fit(in DetectedFace face)
    {
        (float sine, float cosine) = MathF.SinCos(Roll(face) * (MathF.PI / 180));
        Box square = face.Box;
        PicturePoint center = square.Center;
        float width = square.Width * MathF.Sqrt(Width * cosine * (Width * cosine) + Height * sine * (Height * sine));
        float height = square.Height * MathF.Sqrt(Height * cosine * (Height * cosine) + Width * sine * (Width * sine));
        float x = center.X + square.Width * (Right * cosine - Down * sine);
        float y = center.Y + square.Height * (Right * sine + Down * cosine);
        return new Box(x - width / 2, y - height / 2, width, height);
    }
}
