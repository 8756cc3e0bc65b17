using System.Globalization;
using System.Text;

namespace Mien.Cli;

/// <summary>Text that others chose, as names are, with the characters spelled out that would steer a terminal.</summary>
internal static class VisibleText
{
    /// <summary>The text with control characters, line breaks and marks of writing direction as `\x1b`, `\n` or `\u202e`.</summary>
    public static string Of(string text) => Of(text, lines: false);

    /// <summary>The same, with line breaks as they are.</summary>
    public static string OfLines(string text) => Of(text, lines: true);

    private static string Of(string text, bool lines)
    {
        if (!text.Any(character => Steers(character, lines)))
            return text;
        var visible = new StringBuilder();
        foreach (char character in text)
        {
            if (!Steers(character, lines))
                visible.Append(character);
            else if (character is '\n' or '\r' or '\t')
                visible.Append(character switch { '\n' => "\\n", '\r' => "\\r", _ => "\\t" });
            else
                visible.Append(CultureInfo.InvariantCulture, $"{(character < 0x100 ? "\\x" : "\\u")}{(int)character:x2}");
        }

        return visible.ToString();
    }

    private static bool Steers(char character, bool lines) =>
        char.IsControl(character) ? !lines || character is not ('\n' or '\r' or '\t')
        : character is '\u061c' or '\u200e' or '\u200f' or '\u2028' or '\u2029'
            or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
