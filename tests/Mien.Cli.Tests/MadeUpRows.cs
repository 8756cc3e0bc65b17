namespace Mien.Cli.Tests;

/// <summary>Rows in FER2013's format, of faces that nobody has: six of each class, four for Training and two for PublicTest.</summary>
internal static class MadeUpRows
{
    private const int Rows = 42;
    private const int TrainingRows = 28;
    private const int Pixels = 48 * 48;

    /// <summary>The header and the rows, each with its line's end.</summary>
    public static string Text { get; } = "emotion,pixels,Usage\n" + string.Concat(Enumerable.Range(0, Rows).Select(Row));

    private static string Row(int row)
    {
        string pixels = string.Join(' ', Enumerable.Range(0, Pixels).Select(pixel => pixel * (row + 3) % 251));
        return $"{row % 7},{pixels},{(row < TrainingRows ? "Training" : "PublicTest")}\n";
    }
}
