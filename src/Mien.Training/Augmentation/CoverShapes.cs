using SkiaSharp;

namespace Mien.Training.Augmentation;

/// <summary>The things that <see cref="Covers"/> draws, in varied shapes, places and shades.</summary>
internal static class CoverShapes
{
    // Shares of the side, as FaceAligner has them.
    public const float EyeLine = 0.386f;
    public const float MouthLine = 0.785f;
    private const float EyesApart = 0.188f;

    /// <summary>A mask over mouth and chin, with or without nose, bands and pleats.</summary>
    public static void Mask(CoverPainter on)
    {
        float top = on.Between(0.5f, 0.69f);
        float nose = on.Between(0, 0.08f);
        float bottom = on.Between(0.95f, 1.15f);
        float side = on.Between(0.3f, 0.5f);
        float middle = 0.5f + on.Around(0.04f);
        float level = Any(on);
        float droop = on.Between(0.02f, 0.16f);
        on.Paint((canvas, paint) =>
        {
            using var outline = new SKPathBuilder();
            outline.MoveTo(middle - side, top + droop);
            outline.QuadTo(middle - side * 0.4f, top, middle, top - nose);
            outline.QuadTo(middle + side * 0.4f, top, middle + side, top + droop);
            outline.LineTo(middle + side * 0.85f, bottom - 0.15f);
            outline.QuadTo(middle, bottom + 0.12f, middle - side * 0.85f, bottom - 0.15f);
            outline.Close();
            using SKPath path = outline.Detach();
            canvas.DrawPath(path, paint);
        }, level, Pattern(on));
        float trace = level + (on.Random.Next(2) * 2 - 1) * on.Between(8, 45);
        if (on.Random.Next(2) == 0)
        {
            // Bands to the ears.
            on.Paint((canvas, paint) =>
            {
                paint.StrokeWidth = 0.015f;
                canvas.DrawLine(middle - side, top + droop + 0.02f, -0.05f, EyeLine + 0.05f, paint);
                canvas.DrawLine(middle + side, top + droop + 0.02f, 1.05f, EyeLine + 0.05f, paint);
            }, level);
        }

        int pleats = on.Random.Next(4);
        for (int pleat = 1; pleat <= pleats; pleat++)
        {
            float y = top + (bottom - top) * pleat / (pleats + 1);
            float bend = on.Around(0.05f);
            on.Paint((canvas, paint) =>
            {
                paint.StrokeWidth = 0.018f;
                paint.Style = SKPaintStyle.Stroke;
                using var line = new SKPathBuilder();
                line.MoveTo(middle - side * 0.85f, y);
                line.QuadTo(middle, y + bend, middle + side * 0.85f, y);
                using SKPath path = line.Detach();
                canvas.DrawPath(path, paint);
            }, trace);
        }
    }

    /// <summary>A scarf up to the nose.</summary>
    public static void Scarf(CoverPainter on)
    {
        float top = on.Between(0.52f, 0.7f);
        float wave = on.Around(0.08f);
        float lean = on.Around(0.08f);
        on.Paint((canvas, paint) =>
        {
            using var outline = new SKPathBuilder();
            outline.MoveTo(-0.2f, top + lean);
            outline.CubicTo(0.3f, top + wave, 0.7f, top - wave, 1.2f, top - lean);
            outline.LineTo(1.2f, 1.2f);
            outline.LineTo(-0.2f, 1.2f);
            outline.Close();
            using SKPath path = outline.Detach();
            canvas.DrawPath(path, paint);
        }, Any(on), on.Between(5, 50));
    }

    /// <summary>Round, square, drop-shaped or in one piece.</summary>
    public static void Sunglasses(CoverPainter on)
    {
        float level = on.Random.Next(5) == 0 ? Any(on) : on.Between(0, 60);
        float radius = on.Between(0.10f, 0.19f);
        float height = radius * on.Between(0.55f, 1.05f);
        float apart = EyesApart + on.Around(0.025f);
        float y = EyeLine + on.Around(0.03f);
        float middle = 0.5f + on.Around(0.03f);
        int shape = on.Random.Next(4);
        float opacity = on.Random.Next(3) == 0 ? on.Between(0.75f, 1) : 1;
        on.Paint((canvas, paint) =>
        {
            if (shape == 3)
                canvas.DrawRoundRect(new SKRect(middle - apart - radius, y - height, middle + apart + radius, y + height), height * 0.7f,
                    height * 0.7f, paint);
            foreach (float x in (float[])[middle - apart, middle + apart])
            {
                if (shape == 0)
                    canvas.DrawOval(x, y, radius, height, paint);
                else if (shape == 1)
                    canvas.DrawRoundRect(new SKRect(x - radius, y - height, x + radius, y + height), 0.05f, 0.05f, paint);
                else if (shape == 2)
                    Drop(canvas, paint, x, y, radius, height, x < middle ? 1 : -1);
            }
        }, level, on.Random.Next(2) * on.Between(0, 25), opacity);
        float frame = on.Random.Next(3) == 0 ? Any(on) : on.Between(0, 70);
        on.Paint((canvas, paint) =>
        {
            paint.StrokeWidth = on.Between(0.015f, 0.045f);
            float bridge = y - height * on.Between(0, 0.7f);
            canvas.DrawLine(middle - apart, bridge, middle + apart, bridge, paint);
            canvas.DrawLine(middle - apart - radius, bridge, -0.1f, bridge, paint);
            canvas.DrawLine(middle + apart + radius, bridge, 1.1f, bridge, paint);
        }, frame);
        if (on.Random.Next(3) != 0)
            return;
        // A reflection.
        float place = on.Around(0.06f);
        on.Paint((canvas, paint) =>
        {
            canvas.DrawOval(middle - apart + place, y - height * 0.3f, radius * 0.35f, height * 0.3f, paint);
            canvas.DrawOval(middle + apart + place, y - height * 0.3f, radius * 0.35f, height * 0.3f, paint);
        }, on.Between(90, 255), opacity: on.Between(0.2f, 0.8f));
    }

    /// <summary>An aviator's lens.</summary>
    private static void Drop(SKCanvas canvas, SKPaint paint, float x, float y, float radius, float height, int outward)
    {
        using var outline = new SKPathBuilder();
        outline.MoveTo(x - radius, y - height * 0.7f);
        outline.QuadTo(x, y - height, x + radius, y - height * 0.7f);
        outline.QuadTo(x + radius * (outward > 0 ? 0.9f : 1.2f), y + height * 0.9f, x - outward * radius * 0.2f, y + height * 1.2f);
        outline.QuadTo(x - radius * (outward > 0 ? 1.2f : 0.9f), y + height * 0.9f, x - radius, y - height * 0.7f);
        outline.Close();
        using SKPath path = outline.Detach();
        canvas.DrawPath(path, paint);
    }

    /// <summary>Glasses that one can see the eyes through.</summary>
    public static void Glasses(CoverPainter on)
    {
        float radius = on.Between(0.10f, 0.17f);
        float height = radius * on.Between(0.55f, 1.05f);
        float apart = EyesApart + on.Around(0.02f);
        float y = EyeLine + on.Around(0.03f);
        float middle = 0.5f + on.Around(0.03f);
        float width = on.Between(0.008f, 0.035f);
        bool round = on.Random.Next(2) == 0;
        Action<SKCanvas, SKPaint> lenses = (canvas, paint) =>
        {
            foreach (float x in (float[])[middle - apart, middle + apart])
            {
                if (round)
                    canvas.DrawOval(x, y, radius, height, paint);
                else
                    canvas.DrawRoundRect(new SKRect(x - radius, y - height, x + radius, y + height), 0.04f, 0.04f, paint);
            }
        };
        // Glass is a little lighter or darker.
        on.Paint(lenses, on.Random.Next(2) * 255, opacity: on.Between(0, 0.25f));
        on.Paint((canvas, paint) =>
        {
            paint.Style = SKPaintStyle.Stroke;
            paint.StrokeWidth = width;
            lenses(canvas, paint);
            canvas.DrawLine(middle - apart + radius, y - height * 0.2f, middle + apart - radius, y - height * 0.2f, paint);
            canvas.DrawLine(middle - apart - radius, y - height * 0.3f, -0.1f, y - height * 0.2f, paint);
            canvas.DrawLine(middle + apart + radius, y - height * 0.3f, 1.1f, y - height * 0.2f, paint);
        }, on.Random.Next(3) == 0 ? Any(on) : on.Between(0, 70), opacity: on.Between(0.5f, 1));
    }

    /// <summary>A beard that leaves the mouth free.</summary>
    public static void Beard(CoverPainter on)
    {
        float top = on.Between(0.6f, 0.85f);
        float lips = on.Between(0.1f, 0.16f);
        on.Paint((canvas, paint) =>
        {
            using var mouth = new SKPathBuilder();
            mouth.AddOval(new SKRect(0.5f - lips, MouthLine - 0.05f, 0.5f + lips, MouthLine + 0.05f));
            using SKPath path = mouth.Detach();
            canvas.ClipPath(path, SKClipOperation.Difference, antialias: true);
            canvas.DrawRoundRect(new SKRect(0.12f, top, 0.88f, 1.3f), 0.25f, 0.2f, paint);
        }, on.Random.Next(4) == 0 ? on.Between(120, 230) : on.Between(0, 80), on.Between(5, 30), on.Between(0.25f, 0.85f));
    }

    /// <summary>Hair or a hat from above.</summary>
    public static void Fringe(CoverPainter on, float depth)
    {
        float bend = on.Around(0.15f);
        float lean = on.Around(0.12f);
        on.Paint((canvas, paint) =>
        {
            using var outline = new SKPathBuilder();
            outline.MoveTo(-0.2f, -0.2f);
            outline.LineTo(-0.2f, depth + lean);
            outline.QuadTo(0.5f, depth + bend, 1.2f, depth - lean);
            outline.LineTo(1.2f, -0.2f);
            outline.Close();
            using SKPath path = outline.Detach();
            canvas.DrawPath(path, paint);
        }, Any(on), on.Between(0, 40));
    }

    /// <summary>A cup, a telephone, a microphone, a book.</summary>
    public static void Thing(CoverPainter on, float x, float y, float width, float height)
    {
        bool round = on.Random.Next(2) == 0;
        float turn = on.Around(25);
        on.Paint((canvas, paint) =>
        {
            canvas.Translate(x, y);
            canvas.RotateDegrees(turn);
            if (round)
                canvas.DrawOval(0, 0, width, height, paint);
            else
                canvas.DrawRoundRect(new SKRect(-width, -height, width, height), 0.03f, 0.03f, paint);
        }, Any(on), Pattern(on));
    }

    /// <summary>Four fingers and a palm in about the face's own shade.</summary>
    public static void Hand(CoverPainter on, float x, float y, float size, float degrees)
    {
        float level = on.Skin + on.Around(30);
        float back = on.Between(-0.3f, 0.6f) * size;
        for (int finger = 0; finger < 4; finger++)
        {
            float across = (finger - 1.5f) * size * on.Between(0.48f, 0.56f);
            float length = size * on.Between(1.5f, 2.2f);
            float wide = size * on.Between(0.2f, 0.28f);
            float spread = (finger - 1.5f) * on.Between(0, 7);
            foreach ((float width, float shade) in ((float, float)[])[(wide, -on.Between(8, 45)), (wide * 0.72f, 0)])
            {
                on.Paint((canvas, paint) =>
                {
                    canvas.Translate(x, y);
                    canvas.RotateDegrees(degrees);
                    canvas.Translate(0, back);
                    canvas.RotateDegrees(spread);
                    canvas.DrawRoundRect(new SKRect(across - width, -length, across + width, 0), width, width, paint);
                }, level + shade + on.Around(8));
            }
        }

        on.Paint((canvas, paint) =>
        {
            canvas.Translate(x, y);
            canvas.RotateDegrees(degrees);
            canvas.Translate(0, back);
            canvas.DrawRoundRect(new SKRect(-size * 1.1f, -size * 0.4f, size * 1.1f, size * 1.7f), size * 0.45f, size * 0.45f, paint);
        }, level, on.Between(0, 10));
    }

    /// <summary>A gray level: dark, light or any.</summary>
    public static float Any(CoverPainter on) => on.Random.Next(3) switch
    {
        0 => on.Between(0, 70),
        1 => on.Between(170, 255),
        _ => on.Between(0, 255),
    };

    /// <summary>Strength of a pattern in gray levels; half of all things are plain.</summary>
    public static float Pattern(CoverPainter on) => on.Random.Next(2) == 0 ? 0 : on.Between(3, 60);
}
