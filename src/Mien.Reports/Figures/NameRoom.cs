using System.Globalization;
using SkiaSharp;

namespace Mien.Reports.Figures;

/// <summary>How much room the name of a class takes in a figure, and what of it fits.</summary>
internal static class NameRoom
{
    private static readonly SKTypeface Roboto = SKTypeface.FromStream(Resources.OpenFont());

    /// <summary>Width in a figure's units; a character that the font lacks counts as a square.</summary>
    public static double Width(string text, double size = 12)
    {
        using var font = new SKFont(Roboto, (float)size);
        return text.EnumerateRunes().Sum(rune => font.ContainsGlyph(rune.Value) ? font.MeasureText(rune.ToString()) : size);
    }

    /// <summary>The name, or its beginning and an ellipsis.</summary>
    public static string Fit(string text, double room, double size = 12)
    {
        if (Width(text, size) <= room)
            return text;
        string fitting = "";
        TextElementEnumerator each = StringInfo.GetTextElementEnumerator(text);
        while (each.MoveNext() && Width($"{fitting}{each.GetTextElement()}…", size) <= room)
            fitting += each.GetTextElement();
        return $"{fitting}…";
    }
}
