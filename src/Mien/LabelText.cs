using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using SkiaSharp;

namespace Mien;

/// <summary>Text of labels in Roboto, which is carried along; characters that it lacks in a font of the system's, else as a box.</summary>
/// <remarks>Characters stand side by side: scripts whose letters join or run leftwards are not set as their readers write them.</remarks>
internal static class LabelText
{
    private const char Ellipsis = '…';

    private static readonly SKTypeface Roboto = SKTypeface.FromData(SKData.CreateCopy(Resources.Read("Roboto-Regular.ttf")));
    private static readonly ConcurrentDictionary<int, SKTypeface> Typefaces = new();

    /// <summary>Height of a capital letter in text of a size.</summary>
    public static float CapHeight(float size) => size * 0.711f;

    /// <summary>Width of a text.</summary>
    public static float Width(string text, float size) => Runs(text).Sum(run => Width(run, size));

    /// <summary>Draws a text.</summary>
    /// <param name="canvas">Where to.</param>
    /// <param name="text">Any text; blanks stand for line ends and other control characters.</param>
    /// <param name="x">Its left.</param>
    /// <param name="top">Where its capital letters end above.</param>
    /// <param name="size">Pixels from one line to the next, nearly.</param>
    /// <param name="ink">Its color.</param>
    public static void Draw(SKCanvas canvas, string text, float x, float top, float size, SKPaint ink)
    {
        foreach ((string part, SKTypeface typeface) in Runs(text))
        {
            using SKFont font = Font(typeface, size);
            canvas.DrawText(part, x, top + CapHeight(size), SKTextAlign.Left, font, ink);
            x += font.MeasureText(part);
        }
    }

    /// <summary>The text, or as much of its beginning and its end as fits.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="width">The room for it.</param>
    /// <param name="size">As for <see cref="Draw"/>.</param>
    public static string Fit(string text, float width, float size)
    {
        if (Width(text, size) <= width)
            return text;
        // A person's characters, not code units; the end often holds a figure, which is kept as long as there is room.
        string[] characters = Characters(text);
        int least = 0;
        int most = characters.Length - 1;
        while (least < most)
        {
            int kept = (least + most + 1) / 2;
            if (Width(Shortened(characters, kept), size) <= width)
                least = kept;
            else
                most = kept - 1;
        }

        return Shortened(characters, least);
    }

    private static string Shortened(string[] characters, int kept)
    {
        const int End = 5;
        int behind = Math.Min(End, kept / 2);
        return string.Concat([.. characters[..(kept - behind)], $"{Ellipsis}", .. characters[^behind..]]);
    }

    private static string[] Characters(string text)
    {
        var characters = new List<string>();
        for (TextElementEnumerator each = StringInfo.GetTextElementEnumerator(text); each.MoveNext();)
            characters.Add(each.GetTextElement());
        return [.. characters];
    }

    private static float Width((string Text, SKTypeface Typeface) run, float size)
    {
        using SKFont font = Font(run.Typeface, size);
        return font.MeasureText(run.Text);
    }

    /// <summary>Hinting would move edges as each system likes.</summary>
    private static SKFont Font(SKTypeface typeface, float size) =>
        new(typeface, size) { Edging = SKFontEdging.Antialias, Hinting = SKFontHinting.None, Subpixel = true };

    private static List<(string Text, SKTypeface Typeface)> Runs(string text)
    {
        var runs = new List<(string Text, SKTypeface Typeface)>();
        foreach (Rune given in text.EnumerateRunes())
        {
            // A blank for what is a line's end or the like; nothing for what only joins or varies its neighbors.
            Rune rune = Rune.IsControl(given) ? new Rune(' ') : given;
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format || rune.Value is >= 0xFE00 and <= 0xFE0F)
                continue;
            SKTypeface typeface = Typefaces.GetOrAdd(rune.Value, Find);
            if (runs.Count > 0 && runs[^1].Typeface == typeface)
                runs[^1] = (runs[^1].Text + rune, typeface);
            else
                runs.Add((rune.ToString(), typeface));
        }

        return runs;
    }

    /// <summary>Roboto's own sign for a character that no font has is a box.</summary>
    private static SKTypeface Find(int character) => SystemFonts.Has(Roboto, character) ? Roboto : SystemFonts.With(character) ?? Roboto;
}
