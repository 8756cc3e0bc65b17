using Mien.Detection;
using Mien.Imaging;
using SkiaSharp;

namespace Mien;

/// <summary>Draws faces' boxes, labels and confidence into a copy of a picture.</summary>
public static class Annotator
{
    // What libjpeg writes.
    private const int MostJpegPixels = 65_500;

    /// <summary>Writes a copy as PNG or JPEG, told from the name's ending (.jpg and .jpeg, else PNG).</summary>
    /// <remarks>An existing file is replaced as a whole, never written into.</remarks>
    /// <param name="picture">The picture; it is not changed.</param>
    /// <param name="faces">Its faces.</param>
    /// <param name="path">The file to write.</param>
    /// <exception cref="MienException">The file can't be written.</exception>
    public static void Save(Picture picture, IReadOnlyList<Face> faces, string path)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(faces);
        bool jpeg = Path.GetExtension(path).ToLowerInvariant() is ".jpg" or ".jpeg";
        byte[] encoded = Encode(picture, faces, jpeg, path);
        AtomicFile.Write(path, file => file.Write(encoded), toDisk: false);
    }

    /// <summary>A copy with its faces marked, as a file's bytes.</summary>
    /// <param name="picture">The picture; it is not changed.</param>
    /// <param name="faces">Its faces.</param>
    /// <param name="jpeg">JPEG of quality 92; PNG where false.</param>
    /// <exception cref="MienException">A picture of more pixels a side than JPEG can have.</exception>
    public static byte[] Encode(Picture picture, IReadOnlyList<Face> faces, bool jpeg)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(faces);
        return Encode(picture, faces, jpeg, "picture");
    }

    private static byte[] Encode(Picture picture, IReadOnlyList<Face> faces, bool jpeg, string name)
    {
        // Asked before anything is drawn.
        if (jpeg && Math.Max(picture.Width, picture.Height) > MostJpegPixels)
        {
            throw new MienException(FormattableString.Invariant($"{name}: {picture.Width}x{picture.Height} pixels are more than the ")
                + FormattableString.Invariant($"{MostJpegPixels} a side that JPEG can have. Write PNG."));
        }

        using SKBitmap bitmap = Draw(picture, faces);
        using SKData data = bitmap.Encode(jpeg ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png, 92)
            ?? throw new MienException(FormattableString.Invariant($"{name}: {picture.Width}x{picture.Height} pixels can't be encoded."));
        return data.ToArray();
    }

    /// <summary>A copy of a picture with its faces marked.</summary>
    /// <param name="picture">The picture; it is not changed.</param>
    /// <param name="faces">Its faces.</param>
    public static Picture Annotate(Picture picture, IReadOnlyList<Face> faces)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(faces);
        using SKBitmap bitmap = Draw(picture, faces);
        return Picture.FromRgba(bitmap.GetPixelSpan(), bitmap.Width, bitmap.Height);
    }

    private static SKBitmap Draw(Picture picture, IReadOnlyList<Face> faces)
    {
        picture.RequireWhole("draw on it");
        SKBitmap bitmap = picture.ToBitmap();
        using var canvas = new SKCanvas(bitmap);
        Draw(canvas, picture.Width, picture.Height, faces);
        return bitmap;
    }

    /// <summary>Draws onto a canvas of so many pixels; each face may have a word of its own before its label.</summary>
    internal static void Draw(SKCanvas canvas, int width, int height, IReadOnlyList<Face> faces, IReadOnlyList<string>? words = null)
    {
        // Readable on a phone's screen whatever the picture's size, but never wider than the face by much.
        float unit = Math.Max(1, Math.Min(Math.Max(width, height) / 500f, Math.Min(width, height) / 100f));
        foreach (Face face in faces)
        {
            using var line = new SKPaint { Color = ColorOf(face), IsStroke = true, StrokeWidth = 2 * unit, IsAntialias = true };
            canvas.DrawRect(face.Box.X, face.Box.Y, face.Box.Width, face.Box.Height, line);
        }

        // Labels last: no box crosses one.
        for (int i = 0; i < faces.Count; i++)
            DrawLabel(canvas, width, faces[i], words?[i] ?? "", unit);
    }

    private static void DrawLabel(SKCanvas canvas, int pictureWidth, Face face, string word, float unit)
    {
        const float Smallest = 7;
        const float Largest = 15;
        Box box = face.Box;
        string text = $"{word}{face.Label} {face.Confidence * 100:F0}%";
        float size = Math.Clamp(box.Width / LabelText.Width(text, 1), Smallest * unit, Largest * unit);
        float margin = size / 4;
        text = LabelText.Fit(text, pictureWidth - 2 * margin, size);
        float width = LabelText.Width(text, size) + 2 * margin;
        float height = LabelText.CapHeight(size) + 2 * margin;
        float x = Math.Clamp(box.X - unit, 0, Math.Max(0, pictureWidth - width));
        // Above the box; inside it, over the hair rather than the mouth, where the picture ends.
        float y = Math.Max(box.Y - height, 0);
        SKColor color = ColorOf(face);
        using var ground = new SKPaint { Color = color };
        canvas.DrawRect(x, y, width, height, ground);
        using var ink = new SKPaint { Color = Luminance(color) > 0.4 ? SKColors.Black : SKColors.White, IsAntialias = true };
        LabelText.Draw(canvas, text, x + margin, y + margin, size, ink);
    }

    private static SKColor ColorOf(Face face) =>
        SKColor.Parse(face.IsUncertain ? Palette.Uncertain : Palette.Of(face.Label, face.MostProbable));

    private static double Luminance(SKColor color) => (0.2126 * color.Red + 0.7152 * color.Green + 0.0722 * color.Blue) / 255;
}
