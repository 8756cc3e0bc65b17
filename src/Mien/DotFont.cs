using SkiaSharp;

namespace Mien;

/// <summary>A 5x7 dot-matrix face for labels: the picture library finds no fonts on a bare Linux machine.</summary>
internal static class DotFont
{
    /// <summary>Dots from top to bottom.</summary>
    public const int Height = 7;

    private const int Advance = 6;

    // Seven rows of five dots a sign, each row a number with the left dot in its highest bit.
    private static readonly Dictionary<char, byte[]> Signs = new()
    {
        ['a'] = [0, 0, 14, 1, 15, 17, 15],
        ['b'] = [16, 16, 22, 25, 17, 17, 30],
        ['c'] = [0, 0, 14, 16, 16, 17, 14],
        ['d'] = [1, 1, 13, 19, 17, 17, 15],
        ['e'] = [0, 0, 14, 17, 31, 16, 14],
        ['f'] = [6, 9, 8, 28, 8, 8, 8],
        ['g'] = [0, 15, 17, 17, 15, 1, 14],
        ['h'] = [16, 16, 22, 25, 17, 17, 17],
        ['i'] = [4, 0, 12, 4, 4, 4, 14],
        ['j'] = [2, 0, 6, 2, 2, 18, 12],
        ['k'] = [16, 16, 18, 20, 24, 20, 18],
        ['l'] = [12, 4, 4, 4, 4, 4, 14],
        ['m'] = [0, 0, 26, 21, 21, 17, 17],
        ['n'] = [0, 0, 22, 25, 17, 17, 17],
        ['o'] = [0, 0, 14, 17, 17, 17, 14],
        ['p'] = [0, 0, 30, 17, 30, 16, 16],
        ['q'] = [0, 0, 13, 19, 15, 1, 1],
        ['r'] = [0, 0, 22, 25, 16, 16, 16],
        ['s'] = [0, 0, 14, 16, 14, 1, 30],
        ['t'] = [8, 8, 28, 8, 8, 9, 6],
        ['u'] = [0, 0, 17, 17, 17, 19, 13],
        ['v'] = [0, 0, 17, 17, 17, 10, 4],
        ['w'] = [0, 0, 17, 17, 21, 21, 10],
        ['x'] = [0, 0, 17, 10, 4, 10, 17],
        ['y'] = [0, 0, 17, 17, 15, 1, 14],
        ['z'] = [0, 0, 31, 2, 4, 8, 31],
        ['0'] = [14, 17, 19, 21, 25, 17, 14],
        ['1'] = [4, 12, 4, 4, 4, 4, 14],
        ['2'] = [14, 17, 1, 2, 4, 8, 31],
        ['3'] = [31, 2, 4, 2, 1, 17, 14],
        ['4'] = [2, 6, 10, 18, 31, 2, 2],
        ['5'] = [31, 16, 30, 1, 1, 17, 14],
        ['6'] = [6, 8, 16, 30, 17, 17, 14],
        ['7'] = [31, 1, 2, 4, 8, 8, 8],
        ['8'] = [14, 17, 17, 14, 17, 17, 14],
        ['9'] = [14, 17, 17, 15, 1, 2, 12],
        ['%'] = [24, 25, 2, 4, 8, 19, 3],
        ['.'] = [0, 0, 0, 0, 0, 12, 12],
        ['-'] = [0, 0, 0, 31, 0, 0, 0],
        ['_'] = [0, 0, 0, 0, 0, 0, 31],
        ['?'] = [14, 17, 1, 2, 4, 0, 4],
        [' '] = [0, 0, 0, 0, 0, 0, 0],
    };

    /// <summary>Width of a text in dots.</summary>
    public static int Width(string text) => text.Length * Advance - 1;

    /// <summary>Draws a text; a sign that the face lacks becomes a question mark.</summary>
    public static void Draw(SKCanvas canvas, string text, float x, float y, float dot, SKPaint ink)
    {
        foreach (char sign in text.ToLowerInvariant())
        {
            byte[] rows = Signs.TryGetValue(sign, out byte[]? known) ? known : Signs['?'];
            for (int row = 0; row < Height; row++)
            {
                for (int column = 0; column < 5; column++)
                {
                    // Dots overlap by a hair, so that no seam shows between them.
                    if ((rows[row] >> (4 - column) & 1) != 0)
                        canvas.DrawRect(x + column * dot, y + row * dot, dot * 1.05f, dot * 1.05f, ink);
                }
            }

            x += Advance * dot;
        }
    }
}
