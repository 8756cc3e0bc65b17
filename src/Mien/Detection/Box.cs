using System.Globalization;
using Mien.Imaging;

namespace Mien.Detection;

/// <summary>A rectangle in pixels of the upright picture; it may reach over the picture's edge.</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Upper edge.</param>
/// <param name="Width">Width, 0 or more.</param>
/// <param name="Height">Height, 0 or more.</param>
public readonly record struct Box(float X, float Y, float Width, float Height)
{
    /// <summary>Width times height.</summary>
    public float Area => Width * Height;

    /// <summary>Its middle.</summary>
    internal PicturePoint Center => new(X + Width / 2, Y + Height / 2);

    /// <summary>In whole pixels, as <c>60,56 131x131</c>: left, top, width, height.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{X:F0},{Y:F0} {Width:F0}x{Height:F0}");

    /// <summary>Intersection over union with another box, 0..1.</summary>
    public float IntersectionOverUnion(Box other)
    {
        float shared = Intersection(other);
        float union = Area + other.Area - shared;
        return union > 0 ? shared / union : 0;
    }

    /// <summary>Area that two boxes share.</summary>
    public float Intersection(Box other)
    {
        float width = Math.Min(X + Width, other.X + other.Width) - Math.Max(X, other.X);
        float height = Math.Min(Y + Height, other.Y + other.Height) - Math.Max(Y, other.Y);
        return Math.Max(0, width) * Math.Max(0, height);
    }

    /// <summary>The part inside a picture.</summary>
    internal Box Within(int width, int height)
    {
        float left = Math.Clamp(X, 0, width);
        float top = Math.Clamp(Y, 0, height);
        return new Box(left, top, Math.Clamp(X + Width, 0, width) - left, Math.Clamp(Y + Height, 0, height) - top);
    }
}

/// <summary>A point in pixels of the upright picture; pixel (0,0) spans 0..1.</summary>
/// <param name="X">Rightwards.</param>
/// <param name="Y">Downwards.</param>
public readonly record struct PicturePoint(float X, float Y);

/// <summary>What BlazeFace marks in a face; right and left are the person's own.</summary>
/// <param name="RightEye">Center of the eye that stands left in the picture.</param>
/// <param name="LeftEye">Center of the eye that stands right in the picture.</param>
/// <param name="Nose">Tip of the nose.</param>
/// <param name="Mouth">Center of the mouth.</param>
/// <param name="RightEar">Front of the ear that stands left in the picture.</param>
/// <param name="LeftEar">Front of the ear that stands right in the picture.</param>
public readonly record struct FaceKeypoints(PicturePoint RightEye, PicturePoint LeftEye, PicturePoint Nose, PicturePoint Mouth,
    PicturePoint RightEar, PicturePoint LeftEar);

/// <summary>A face that was found, before its expression is read.</summary>
/// <param name="Box">Hairline to chin, cheek to cheek, about.</param>
/// <param name="Score">The detector's confidence, 0..1.</param>
/// <param name="Keypoints">Eyes, nose, mouth, ears.</param>
public readonly record struct DetectedFace(Box Box, float Score, FaceKeypoints Keypoints)
{
    /// <summary>A face of a picture that was decoded at a part of its size, in pixels of the whole one.</summary>
    internal DetectedFace InWhole(Picture picture)
    {
        PicturePoint corner = At(new PicturePoint(Box.X, Box.Y));
        var box = new Box(corner.X, corner.Y, Box.Width * picture.Reduction, Box.Height * picture.Reduction);
        return Map(box.Within(picture.WholeWidth, picture.WholeHeight), At);

        PicturePoint At(PicturePoint point) => new(point.X * picture.Reduction + picture.Corner.X, point.Y * picture.Reduction
            + picture.Corner.Y);
    }

    /// <summary>The same face elsewhere.</summary>
    /// <param name="box">Its box there.</param>
    /// <param name="place">Where a point comes to lie.</param>
    internal DetectedFace Map(Box box, Func<PicturePoint, PicturePoint> place) => new(
        box,
        Score,
        new FaceKeypoints(place(Keypoints.RightEye), place(Keypoints.LeftEye), place(Keypoints.Nose), place(Keypoints.Mouth),
            place(Keypoints.RightEar), place(Keypoints.LeftEar)));
}

/// <summary>The square that is cut out of a picture for the network.</summary>
/// <param name="Center">Its center, in pixels of the upright picture.</param>
/// <param name="Side">Its side in pixels.</param>
/// <param name="Degrees">How far it is turned, clockwise as seen, -180..180.</param>
public readonly record struct FaceCrop(PicturePoint Center, float Side, float Degrees);
