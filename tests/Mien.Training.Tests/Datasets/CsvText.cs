using System.Text;
using Mien.Training.Datasets;

namespace Mien.Training.Tests.Datasets;

/// <summary>FER2013 as text, made up.</summary>
internal static class CsvText
{
    public const string Header = "emotion,pixels,Usage";

    /// <summary>Made-up pixels that depend on the seed.</summary>
    public static byte[] Pixels(int seed)
    {
        byte[] pixels = new byte[48 * 48];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    public static string Row(int label, int seed, Split split) => $"{label},{string.Join(' ', Pixels(seed))},{split}";

    /// <summary>A table with so many rows of each label and split.</summary>
    public static string Table(int rowsEach)
    {
        var text = new StringBuilder(Header).Append('\n');
        int seed = 0;
        foreach (Split split in Enum.GetValues<Split>())
        {
            for (int i = 0; i < rowsEach * FacialExpressions.Fer2013Names.Count; i++)
                text.Append(Row(i % FacialExpressions.Fer2013Names.Count, seed++, split)).Append('\n');
        }

        return text.ToString();
    }
}
