using SkiaSharp;

namespace Mien.Training.Augmentation;

/// <summary>Draws what people wear and hold before their faces, and what only looks like it, where aligned faces have eyes and
/// mouth.</summary>
internal static class Covers
{
    private const float EyeLine = CoverShapes.EyeLine;
    private const float MouthLine = CoverShapes.MouthLine;

    /// <summary>Masks, scarves, hands and things over mouth and nose.</summary>
    public static void Mouth(CoverPainter on)
    {
        switch (on.Random.Next(10))
        {
            case < 5:
                CoverShapes.Mask(on);
                break;
            case 5:
                CoverShapes.Scarf(on);
                break;
            case < 8:
                CoverShapes.Hand(on, 0.5f + on.Around(0.08f), MouthLine + on.Around(0.06f), on.Between(0.16f, 0.3f), on.Around(40)
                    + 90 * on.Random.Next(4));
                break;
            case 8:
                CoverShapes.Thing(on, 0.5f + on.Around(0.06f), MouthLine + on.Around(0.05f), on.Between(0.15f, 0.35f),
                    on.Between(0.13f, 0.25f));
                break;
            default:
                float top = on.Between(0.52f, 0.7f);
                on.Paint((canvas, paint) => canvas.DrawRect(new SKRect(-1, top, 2, 2), paint), CoverShapes.Any(on),
                    CoverShapes.Pattern(on));
                break;
        }
    }

    /// <summary>Sunglasses, hands, hair, hats and bars over both eyes.</summary>
    public static void Eyes(CoverPainter on)
    {
        switch (on.Random.Next(10))
        {
            case < 6:
                CoverShapes.Sunglasses(on);
                break;
            case 6:
                CoverShapes.Hand(on, 0.5f + on.Around(0.08f), EyeLine + on.Around(0.05f), on.Between(0.18f, 0.32f), on.Around(40)
                    + 90 * on.Random.Next(4));
                break;
            case 7:
                CoverShapes.Fringe(on, on.Between(0.44f, 0.56f));
                break;
            default:
                float half = on.Between(0.07f, 0.16f);
                float middle = EyeLine + on.Around(0.03f);
                float reach = on.Between(0.3f, 0.6f);
                on.Paint((canvas, paint) => canvas.DrawRoundRect(new SKRect(0.5f - reach, middle - half, 0.5f + reach, middle + half),
                    0.05f, 0.05f, paint), CoverShapes.Any(on), CoverShapes.Pattern(on));
                break;
        }
    }

    /// <summary>Hands, hair and things over one side, with an eye and half of the mouth.</summary>
    public static void Side(CoverPainter on)
    {
        bool right = on.Random.Next(2) == 0;
        float middle = right ? on.Between(0.68f, 0.8f) : on.Between(0.2f, 0.32f);
        switch (on.Random.Next(4))
        {
            case 0:
                CoverShapes.Hand(on, middle, on.Between(0.45f, 0.65f), on.Between(0.22f, 0.34f), on.Around(180));
                break;
            case 1:
                CoverShapes.Thing(on, middle, on.Between(0.45f, 0.65f), on.Between(0.22f, 0.32f), on.Between(0.28f, 0.5f));
                break;
            default:
                // An edge, straight or bent: hair, a door, another head, the picture's end.
                float edge = on.Between(0.4f, 0.56f);
                float bend = on.Around(0.12f);
                float lean = on.Around(0.12f);
                float pattern = CoverShapes.Pattern(on);
                on.Paint((canvas, paint) =>
                {
                    canvas.Scale(right ? -1 : 1, 1, 0.5f, 0);
                    using var outline = new SKPathBuilder();
                    outline.MoveTo(-1, -0.2f);
                    outline.LineTo(edge - lean, -0.2f);
                    outline.QuadTo(edge + bend, 0.5f, edge + lean, 1.2f);
                    outline.LineTo(-1, 1.2f);
                    outline.Close();
                    using SKPath path = outline.Detach();
                    canvas.DrawPath(path, paint);
                }, CoverShapes.Any(on), pattern);
                break;
        }
    }

    /// <summary>What covers nothing that matters: glasses, beards, hats, hair, fingers at the chin, borders, print.</summary>
    public static void Harmless(CoverPainter on)
    {
        switch (on.Random.Next(6))
        {
            case < 2:
                CoverShapes.Glasses(on);
                break;
            case 2:
                CoverShapes.Beard(on);
                break;
            case 3:
                CoverShapes.Fringe(on, on.Between(0.05f, 0.24f));
                break;
            case 4:
                float width = on.Between(0.02f, 0.13f);
                int side = on.Random.Next(4);
                on.Paint((canvas, paint) =>
                {
                    canvas.RotateDegrees(90 * side, 0.5f, 0.5f);
                    canvas.DrawRect(new SKRect(-1, -1, 2, width), paint);
                }, CoverShapes.Any(on), CoverShapes.Pattern(on));
                break;
            default:
                CoverShapes.Hand(on, on.Between(0.1f, 0.9f), 1.12f + on.Around(0.05f), on.Between(0.1f, 0.16f), on.Around(30));
                break;
        }
    }
}
