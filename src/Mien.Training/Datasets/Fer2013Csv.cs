using System.Runtime.CompilerServices;
using System.Text;

namespace Mien.Training.Datasets;

/// <summary>
/// FER2013 as a table: columns `emotion` (0..6 or a name), `pixels` (48x48 numbers, blanks between) and `Usage`
/// (Training, PublicTest, PrivateTest), in any order, names in any case with blanks around, fields quoted or not.
/// </summary>
internal static class Fer2013Csv
{
    /// <summary>Side of a face in pixels.</summary>
    public const int Side = 48;

    /// <summary>Where each column stands; -1 where it is absent.</summary>
    public readonly record struct Header(int Emotion, int Pixels, int Usage, byte Separator = (byte)',')
    {
        public bool HasLabels => Emotion >= 0 && Pixels >= 0;

        public bool IsComplete => HasLabels && Usage >= 0;

        public int Last => Math.Max(Emotion, Math.Max(Pixels, Usage));
    }

    /// <summary>Reads the first line of a stream. A stream that is no text has no columns.</summary>
    /// <exception cref="InvalidDataException">The stream is damaged.</exception>
    public static Header ReadHeader(Stream stream)
    {
        using var lines = new LineReader(TableText.AsUtf8(stream, out _));
        return lines.TryRead(out ReadOnlySpan<byte> line) ? ParseHeader(line) : new Header(-1, -1, -1);
    }

    /// <summary>Reads all rows of a table with labels.</summary>
    /// <param name="stream">The table from its first byte; it is disposed of.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="length">How many bytes the table must have, where that is known: fewer are an error.</param>
    /// <param name="withoutUsage">The split of rows where there is no Usage column.</param>
    /// <param name="builder">Receives the rows.</param>
    /// <exception cref="MienException">No such table, or a damaged row that is not to be skipped.</exception>
    public static void Read(Stream stream, string name, long? length, Split withoutUsage, FaceTableBuilder builder)
    {
        if (builder.Cutter is not null)
            throw new MienException($"{name}: a table of faces that are cut out already, none to be found. Leave --faces detect out.");
        builder.Expect(length ?? 0);
        using var ahead = new ReadAheadStream(TableText.AsUtf8(stream, out bool changed));
        using var lines = new LineReader(ahead, changed ? null : length);
        try
        {
            if (!lines.TryRead(out ReadOnlySpan<byte> first))
                throw new MienException($"{name}: empty file. Expected a table with the columns emotion, pixels and Usage.");
            Header header = ParseHeader(first);
            if (!header.HasLabels)
                throw new MienException($"{name}, line 1: the columns are \"{Shorten(first)}\". Expected emotion, pixels and Usage: pass "
                    + "fer2013.csv, an archive that holds it, or a folder train/<label>/*.jpg.");
            while (lines.TryRead(out ReadOnlySpan<byte> line))
            {
                if (!line.Trim((byte)' ').IsEmpty && ReadRow(line, header, withoutUsage, new FaceOrigin(name, lines.Line),
                    builder) is { } wrong)
                    builder.Bad($"{name}, line {lines.Line}: "
                        + $"{wrong}{(lines.Unfinished ? " The file ends in this row: it may be cut off." : "")}");
            }
        }
        catch (IOException e) when (MachineFaults.CureOf(e) is { } cure)
        {
            throw new MienException($"{name}, line {lines.Line + 1}: can't be read on ({e.Message}). {cure}", e);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            builder.Bad($"{name}, line {lines.Line + 1}: the file ends or is damaged here ({e.Message}), after {builder.Count} faces. "
                + "Expected 35,887 in all of FER2013: fetch the file again.");
        }
    }

    private static Header ParseHeader(ReadOnlySpan<byte> line)
    {
        (int emotion, int pixels, int usage) = (-1, -1, -1);
        // Longer than any list of column names: pixels or no text at all.
        if (line.Length > 1000)
            return new Header(emotion, pixels, usage);
        string text = Encoding.UTF8.GetString(line);
        char separator = ((char[])[';', '\t']).FirstOrDefault(mark => text.Contains(mark) && !text.Contains(','), ',');
        string[] names = text.Split(separator);
        for (int i = 0; i < names.Length; i++)
        {
            switch (names[i].Trim(' ', '\t', '"').ToLowerInvariant())
            {
                case "emotion" or "label":
                    emotion = i;
                    break;
                case "pixels":
                    pixels = i;
                    break;
                case "usage":
                    usage = i;
                    break;
            }
        }

        return new Header(emotion, pixels, usage, (byte)separator);
    }

    /// <returns>What is wrong with the row, or null.</returns>
    private static string? ReadRow(ReadOnlySpan<byte> line, Header header, Split withoutUsage, FaceOrigin origin, FaceTableBuilder builder)
    {
        ReadOnlySpan<byte> emotion = default;
        ReadOnlySpan<byte> pixels = default;
        ReadOnlySpan<byte> usage = default;
        int columns = 0;
        for (ReadOnlySpan<byte> rest = line; ; columns++)
        {
            ReadOnlySpan<byte> field = NextField(ref rest, header.Separator, out bool last);
            if (columns == header.Emotion)
                emotion = field;
            else if (columns == header.Pixels)
                pixels = field;
            else if (columns == header.Usage)
                usage = field;
            if (last)
                break;
        }

        if (columns < header.Last)
            return $"{columns + 1} columns, expected {header.Last + 1}.";
        if (LabelOf(emotion, builder) is not { } label)
            return UnknownLabel(Shorten(emotion));
        Split split = withoutUsage;
        if (header.Usage >= 0 && !Splits.TryParseUsage(usage, out split))
            return $"Usage \"{Shorten(usage)}\", expected {Splits.Known}.";
        if (ParsePixels(pixels, builder.Next()) is { } wrong)
            return wrong;
        builder.AddOfFer2013(label, split, Side, Side, origin);
        return null;
    }

    /// <summary>Takes the field up to the next separator that is not between quotes; quotes and blanks around it are dropped.</summary>
    private static ReadOnlySpan<byte> NextField(scoped ref ReadOnlySpan<byte> rest, byte separator, out bool last)
    {
        ReadOnlySpan<byte> trimmed = rest.TrimStart((byte)' ');
        int comma;
        if (!trimmed.IsEmpty && trimmed[0] == '"' && trimmed[1..].IndexOf((byte)'"') is >= 0 and int close)
        {
            ReadOnlySpan<byte> quoted = trimmed.Slice(1, close);
            rest = trimmed[(close + 2)..];
            comma = rest.IndexOf(separator);
            last = comma < 0;
            rest = last ? default : rest[(comma + 1)..];
            return quoted.Trim((byte)' ');
        }

        comma = rest.IndexOf(separator);
        last = comma < 0;
        ReadOnlySpan<byte> field = last ? rest : rest[..comma];
        rest = last ? default : rest[(comma + 1)..];
        return field.Trim((byte)' ');
    }

    /// <returns>One of the seven's names, or a label that the map knows; null for any other.</returns>
    private static string? LabelOf(ReadOnlySpan<byte> field, FaceTableBuilder builder)
    {
        if (field is [>= (byte)'0' and <= (byte)'6'])
            return FacialExpressions.Fer2013Names[field[0] - '0'];
        if (field.Length is 0 or > 255)
            return null;
        string text = Encoding.UTF8.GetString(field);
        if (builder.IsMapped(text))
            return text;
        return FacialExpressions.TryParse(text, out FacialExpression label) && (int)label < FacialExpressions.Fer2013Names.Count
            ? label.Name() : null;
    }

    private static string UnknownLabel(string written)
    {
        string? near = Spelling.Nearest(written, FacialExpressions.Aliases);
        string cure = written.Length == 0
            ? ""
            : $" Did you mean {near ?? "one of these"}? Then pass {Spelling.Cure(written, near ?? FacialExpressions.Fer2013Names[^1])}.";
        return $"emotion \"{written}\", expected 0 to {FacialExpressions.Fer2013Names.Count - 1} or one of "
            + $"{string.Join(", ", FacialExpressions.Fer2013Names)}.{cure}";
    }

    /// <summary>Numbers with blanks between them into bytes.</summary>
    /// <returns>What is wrong, or null.</returns>
    // Optimized at once: a program that reads one table would otherwise do it in code compiled for a quick start (a
    // quarter longer in all). Finding the blanks with vector instructions gained too little to be worth its length.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static string? ParsePixels(ReadOnlySpan<byte> text, Span<byte> pixels)
    {
        int count = 0;
        int i = 0;
        while (i < text.Length)
        {
            int value = text[i] - '0';
            if ((uint)value > 9)
            {
                if (text[i] is (byte)' ' or (byte)'\t')
                {
                    i++;
                    continue;
                }

                int end = text[i..].IndexOfAny((byte)' ', (byte)'\t');
                return $"\"{Shorten(end < 0 ? text[i..] : text.Slice(i, end))}\" among the pixels, expected whole numbers from 0 to "
                    + $"255 with blanks between.";
            }

            i++;
            int digit;
            while (i < text.Length && (uint)(digit = text[i] - '0') <= 9)
            {
                value = value * 10 + digit;
                if (value > 255)
                    return $"pixel {count + 1} is above 255, expected 0 to 255.";
                i++;
            }

            if (count < pixels.Length)
                pixels[count] = (byte)value;
            count++;
        }

        return count == pixels.Length ? null : $"{count} pixels, expected {pixels.Length} ({Side}x{Side}).";
    }

    private static string Shorten(ReadOnlySpan<byte> text)
    {
        string shown = Encoding.UTF8.GetString(text[..Math.Min(text.Length, 60)]);
        string plain = new([.. shown.Where(c => !char.IsControl(c))]);
        return text.Length > 60 ? plain + "…" : plain;
    }
}
