using System.Text;

namespace Mien.Training.Datasets;

/// <summary>Where a FER2013 table keeps what, from its first line; blanks and quotes round a name do not matter.</summary>
/// <param name="Columns">How many columns each row has.</param>
/// <param name="Label">Place of `emotion` (or `label`); -1 where there is none.</param>
/// <param name="LabelName">How the file calls that column.</param>
/// <param name="Pixels">Place of `pixels`.</param>
/// <param name="Usage">Place of `Usage` (or `split`); -1 where there is none.</param>
/// <param name="Text">The names, joined with commas.</param>
internal sealed record CsvHeader(int Columns, int Label, string LabelName, int Pixels, int Usage, string Text)
{
    // More columns than any such table has; keeps a binary file from being split into thousands.
    private const int MostColumns = 64;

    /// <summary>Whether the table has labels and splits.</summary>
    public bool IsComplete => Label >= 0 && Usage >= 0;

    /// <exception cref="MienException">There is no `pixels` column, so this is no FER2013 table.</exception>
    public static CsvHeader Parse(ReadOnlySpan<byte> line, string file) => TryParse(line) ?? throw new MienException(
        $"{file} is no FER2013 table: its first line has no column \"pixels\". Expected the columns emotion,pixels,Usage.");

    /// <summary>The header in <paramref name="line"/>; null where it has no `pixels` column.</summary>
    public static CsvHeader? TryParse(ReadOnlySpan<byte> line)
    {
        Range[] fields = new Range[MostColumns];
        int columns = Math.Min(SplitFields(line, fields), MostColumns);
        string[] names = new string[columns];
        for (int i = 0; i < columns; i++)
            names[i] = Encoding.UTF8.GetString(Unquote(line[fields[i]]));
        int label = Find(names, "emotion", "label");
        int pixels = Find(names, "pixels");
        return pixels < 0
            ? null
            : new CsvHeader(columns, label, label < 0 ? "" : names[label], pixels, Find(names, "usage", "split"), string.Join(',', names));
    }

    /// <exception cref="MienException">The table has no labels.</exception>
    public void RequireLabels(string file)
    {
        if (Label < 0)
            throw new MienException($"{file} has no column \"emotion\" (its columns: {Text}): faces without labels can be neither learnt from nor measured on. Take icml_face_data.csv or fer2013.csv, which hold the labels of the test rows too.");
    }

    /// <summary>Finds the fields of a line, quotes and blanks included.</summary>
    /// <returns>How many fields the line has, which may be more than <paramref name="fields"/> holds.</returns>
    public static int SplitFields(ReadOnlySpan<byte> line, Span<Range> fields)
    {
        int count = 0;
        int start = 0;
        while (true)
        {
            int comma = IndexOfComma(line[start..]);
            int end = comma < 0 ? line.Length : start + comma;
            if (count < fields.Length)
                fields[count] = start..end;
            count++;
            if (comma < 0)
                return count;
            start = end + 1;
        }
    }

    /// <summary>A field without blanks and quotes round it.</summary>
    public static ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> field)
    {
        field = field.Trim(" \t"u8);
        return field is [(byte)'"', .. var inner, (byte)'"'] ? inner.Trim(" \t"u8) : field;
    }

    private static int IndexOfComma(ReadOnlySpan<byte> text)
    {
        // A comma between quotes is part of its field.
        int skipped = 0;
        if (text.TrimStart(" \t"u8) is [(byte)'"', .. var quoted] && quoted.IndexOf((byte)'"') is int closing and >= 0)
            skipped = text.Length - quoted.Length + closing + 1;
        int comma = text[skipped..].IndexOf((byte)',');
        return comma < 0 ? -1 : skipped + comma;
    }

    private static int Find(string[] names, params ReadOnlySpan<string> wanted)
    {
        foreach (string name in wanted)
        {
            int place = Array.FindIndex(names, candidate => candidate.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (place >= 0)
                return place;
        }

        return -1;
    }
}
