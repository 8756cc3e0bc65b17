using SkiaSharp;

namespace Mien.Training.Augmentation;

/// <summary>Draws things that cover a part of a face, where FER2013's crops have eyes, nose and mouth.</summary>
internal static class Occlusions
{
    // Shares of the side, as FaceAligner has them.
    private const float EyeLine = 0.386f;
    private const float MouthLine = 0.785f;

    /// <summary>Draws one kind over a face.</summary>
    /// <param name="face">[size*size] gray levels, changed in place.</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="kind">Mask, Sunglasses, Hand or Half.</param>
    /// <param name="extent">How much is covered: a size of 0 to 3, or the share of a half.</param>
    /// <param name="random">Shape, place and shade.</param>
    public static void Draw(Span<byte> face, int size, Corruption kind, float extent, Random random)
    {
        float gray = kind == Corruption.Hand ? Skin(face, random) : random.Next(256);
        using var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Gray8, SKAlphaType.Opaque));
        face.CopyTo(bitmap.GetPixelSpan());
        using (var canvas = new SKCanvas(bitmap))
        using (var paint = new SKPaint { IsAntialias = true, Color = Gray(gray) })
        {
            // From here on the face is a unit square.
            canvas.Scale(size);
            switch (kind)
            {
                case Corruption.Mask:
                    Mask(canvas, paint, extent, gray, random);
                    break;
                case Corruption.Sunglasses:
                    Sunglasses(canvas, paint, extent, random);
                    break;
                case Corruption.Hand:
                    Hand(canvas, paint, extent, gray, random);
                    break;
                default:
                    Half(canvas, paint, extent, random);
                    break;
            }
        }

        bitmap.GetPixelSpan().CopyTo(face);
    }

    private static void Mask(SKCanvas canvas, SKPaint paint, float extent, float gray, Random random)
    {
        // The upper edge moves from below the nose up to between the eyes.
        float top = 0.68f - 0.07f * extent + Around(random, 0.03f);
        float bottom = 1.02f + Around(random, 0.05f);
        float side = 0.40f + Around(random, 0.06f);
        float middle = 0.5f + Around(random, 0.03f);
        using var outline = new SKPathBuilder();
        outline.MoveTo(middle - side, top + 0.08f);
        outline.QuadTo(middle - side * 0.4f, top, middle, top - 0.02f);
        outline.QuadTo(middle + side * 0.4f, top, middle + side, top + 0.08f);
        outline.LineTo(middle + side * 0.85f, bottom - 0.12f);
        outline.QuadTo(middle, bottom + 0.1f, middle - side * 0.85f, bottom - 0.12f);
        outline.Close();
        Shade(paint, gray, random, new SKPoint(middle - side, top), new SKPoint(middle + side, bottom));
        using SKPath path = outline.Detach();
        canvas.DrawPath(path, paint);
        if (random.Next(2) == 0)
            return;
        // Pleats and bands.
        paint.Shader = null;
        paint.Color = Gray(gray + Either(random) * (15 + random.Next(30)));
        paint.StrokeWidth = 0.015f;
        for (int line = 1; line <= 3; line++)
        {
            float y = top + (bottom - top) * line * 0.22f;
            canvas.DrawLine(middle - side * 0.8f, y, middle + side * 0.8f, y, paint);
        }
    }

    private static void Sunglasses(SKCanvas canvas, SKPaint paint, float extent, Random random)
    {
        float gray = random.Next(4) == 0 ? random.Next(256) : random.Next(60);
        float radius = 0.10f + 0.025f * extent;
        float height = radius * (0.75f + Around(random, 0.2f));
        float apart = 0.188f + Around(random, 0.02f);
        float y = EyeLine + Around(random, 0.03f);
        float middle = 0.5f + Around(random, 0.03f);
        Shade(paint, gray, random, new SKPoint(0, y - height), new SKPoint(1, y + height));
        bool round = random.Next(2) == 0;
        foreach (float x in (float[])[middle - apart, middle + apart])
        {
            if (round)
                canvas.DrawOval(x, y, radius, height, paint);
            else
                canvas.DrawRoundRect(new SKRect(x - radius, y - height, x + radius, y + height), 0.04f, 0.04f, paint);
        }

        paint.Shader = null;
        paint.Color = Gray(gray);
        paint.StrokeWidth = 0.03f;
        canvas.DrawLine(middle - apart - radius - 0.2f, y - height * 0.3f, middle + apart + radius + 0.2f, y - height * 0.3f, paint);
    }

    private static void Hand(SKCanvas canvas, SKPaint paint, float extent, float gray, Random random)
    {
        float size = 0.14f + 0.055f * extent;
        // Over the mouth, over the eyes or from a side.
        (float x, float y) = random.Next(4) switch
        {
            0 => (0.5f, MouthLine),
            1 => (0.5f, EyeLine),
            2 => (0.2f, 0.6f),
            _ => (0.8f, 0.6f),
        };
        canvas.Translate(x + Around(random, 0.06f), y + Around(random, 0.06f));
        canvas.RotateDegrees(random.Next(360));
        for (int finger = 0; finger < 4; finger++)
        {
            float shade = gray + Around(random, 12);
            float across = (finger - 1.5f) * size * 0.52f;
            float length = size * (1.7f + (float)random.NextDouble() * 0.5f);
            Shade(paint, shade, random, new SKPoint(across - size * 0.25f, 0), new SKPoint(across + size * 0.25f, 0));
            canvas.DrawRoundRect(new SKRect(across - size * 0.25f, -length, across + size * 0.25f, 0), size * 0.24f, size * 0.24f, paint);
        }

        Shade(paint, gray, random, new SKPoint(-size, -size), new SKPoint(size, size));
        canvas.DrawRoundRect(new SKRect(-size * 1.05f, -size * 0.4f, size * 1.05f, size * 1.5f), size * 0.4f, size * 0.4f, paint);
    }

    private static void Half(SKCanvas canvas, SKPaint paint, float share, Random random)
    {
        canvas.RotateDegrees(90 * random.Next(4), 0.5f, 0.5f);
        canvas.RotateDegrees(Around(random, 10), 0.5f, 0.5f);
        canvas.DrawRect(new SKRect(-1, -1, 2, share), paint);
    }

    /// <summary>A shade that changes across the thing, as light does.</summary>
    private static void Shade(SKPaint paint, float gray, Random random, SKPoint from, SKPoint to)
    {
        float change = Around(random, 30);
        paint.Shader?.Dispose();
        paint.Shader = SKShader.CreateLinearGradient(from, to, [Gray(gray - change), Gray(gray + change)], SKShaderTileMode.Clamp);
    }

    /// <summary>About the mean level of the face's middle: a hand is lit as the face is.</summary>
    private static float Skin(ReadOnlySpan<byte> face, Random random)
    {
        int size = (int)Math.Sqrt(face.Length);
        int sum = 0;
        int count = 0;
        for (int y = size * 2 / 5; y < size * 7 / 10; y++)
        {
            for (int x = size * 3 / 10; x < size * 7 / 10; x++, count++)
                sum += face[y * size + x];
        }

        return (float)sum / count + Around(random, 25);
    }

    private static SKColor Gray(float level)
    {
        byte gray = (byte)Math.Clamp(level, 0, 255);
        return new SKColor(gray, gray, gray);
    }

    private static int Either(Random random) => random.Next(2) == 0 ? -1 : 1;

    private static float Around(Random random, float range) => (float)(random.NextDouble() * 2 - 1) * range;
}
