using System.Text;

namespace Mien.Training.Datasets;

/// <summary>
/// Streams the rows of a FER2013 table: columns `emotion`, `pixels` and `Usage` in any order, quoted or not
/// (`fer2013.csv`, and `icml_face_data.csv`, `train.csv` of the challenge; Goodfellow et al. 2013).
/// </summary>
/// <remarks>
/// A label is a number 0..6 or a name that <see cref="Expressions"/> knows. Pixels are separated by blanks. Other columns
/// are ignored, and so are empty lines; a quoted field stays on its line.
/// </remarks>
internal static class Fer2013Csv
{
    /// <summary>Reads the rows one after another.</summary>
    /// <param name="stream">UTF-8 text; closed at the end.</param>
    /// <param name="name">The file as errors name it.</param>
    /// <param name="options">What a row must hold.</param>
    /// <param name="bad">Takes the bad rows.</param>
    /// <exception cref="MienException">The stream is no FER2013 table, or a row is bad and is not to be skipped.</exception>
    public static IEnumerable<FaceRow> Read(Stream stream, string name, DatasetOptions options, BadRowLog bad)
    {
        using var lines = new LineReader(stream);
        if (!TryReadLine(lines, name, bad, out ReadOnlySpan<byte> line))
            throw new MienException($"{name} is empty. Expected the columns emotion,pixels,Usage in its first line.");
        CsvHeader header = CsvHeader.Parse(line, name);
        header.RequireLabels(name);
        Split splitOfFile = SplitNames.TryParse(Path.GetFileNameWithoutExtension(name), out Split named) ? named : Split.Training;
        Range[] fields = new Range[header.Columns];
        while (TryReadLine(lines, name, bad, out line))
        {
            if (line.IsEmpty)
                continue;
            byte[] pixels = GC.AllocateUninitializedArray<byte>(options.Size * options.Size);
            string? problem = ParseRow(line, header, fields, options.Size, pixels, splitOfFile, out Expression label, out Split split);
            if (problem is null)
            {
                yield return new FaceRow(pixels, label, split);
                continue;
            }

            if (lines.Unfinished)
                problem += " The file ends in this row: it may be cut short.";
            bad.Add(new BadRow(name, lines.Line, problem));
        }
    }

    private static bool TryReadLine(LineReader lines, string name, BadRowLog bad, out ReadOnlySpan<byte> line)
    {
        try
        {
            return lines.TryRead(out line);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            bad.Add(new BadRow(name, lines.Line + 1, $"The file is damaged or cut short here ({e.Message.TrimEnd('.')}); {Math.Max(lines.Line - 1, 0)} rows before it were read. Download it again."), e);
            line = default;
            return false;
        }
    }

    /// <returns>What is wrong with the row; null where nothing is.</returns>
    private static string? ParseRow(
        ReadOnlySpan<byte> line, CsvHeader header, Range[] fields, int size, Span<byte> pixels, Split splitOfFile,
        out Expression label, out Split split)
    {
        (label, split) = (default, splitOfFile);
        int columns = CsvHeader.SplitFields(line, fields);
        if (columns != header.Columns)
            return $"{columns} columns, expected {header.Columns} ({header.Text}).";

        ReadOnlySpan<byte> emotion = CsvHeader.Unquote(line[fields[header.Label]]);
        if (!TryParseLabel(emotion, out label))
            return $"{header.LabelName} is {Quote(emotion)}, expected 0 to {Expressions.Count - 1} or a name ({string.Join(", ", Expressions.Names)}).";

        if (header.Usage >= 0)
        {
            ReadOnlySpan<byte> usage = CsvHeader.Unquote(line[fields[header.Usage]]);
            if (!TryParseUsage(usage, out split))
                return $"Usage is {Quote(usage)}, expected Training, PublicTest or PrivateTest.";
        }

        ReadOnlySpan<byte> text = CsvHeader.Unquote(line[fields[header.Pixels]]);
        return TryParsePixels(text, pixels) ? null : PixelProblem(text, size);
    }

    private static bool TryParseLabel(ReadOnlySpan<byte> text, out Expression label)
    {
        if (text.Length == 1 && (uint)(text[0] - '0') < (uint)Expressions.Count)
        {
            label = (Expression)(text[0] - '0');
            return true;
        }

        return Expressions.TryParse(Encoding.UTF8.GetString(text), out label);
    }

    private static bool TryParseUsage(ReadOnlySpan<byte> text, out Split split)
    {
        if (text.SequenceEqual("Training"u8))
        {
            split = Split.Training;
            return true;
        }

        return SplitNames.TryParse(Encoding.UTF8.GetString(text), out split);
    }

    /// <summary>The hot loop: numbers of up to three digits, parted by blanks, straight into their places.</summary>
    /// <returns>Whether the text is exactly one number of 0..255 for each place.</returns>
    private static bool TryParsePixels(ReadOnlySpan<byte> text, Span<byte> pixels)
    {
        int at = 0;
        for (int i = 0; i < pixels.Length; i++)
        {
            while (at < text.Length && text[at] == ' ')
                at++;
            int begin = at;
            int value = 0;
            while (at < text.Length && (uint)(text[at] - '0') <= 9)
                value = value * 10 + (text[at++] - '0');
            int digits = at - begin;
            if (digits is 0 or > 3 || value > 255 || (at < text.Length && text[at] != ' '))
                return false;
            pixels[i] = (byte)value;
        }

        return text[at..].Trim((byte)' ').IsEmpty;
    }

    /// <summary>Says in words what the hot loop stumbled over.</summary>
    private static string PixelProblem(ReadOnlySpan<byte> text, int size)
    {
        int count = 0;
        foreach (Range range in text.Split((byte)' '))
        {
            ReadOnlySpan<byte> number = text[range];
            if (number.IsEmpty)
                continue;
            count++;
            if (number.Length > 3 || number.ContainsAnyExceptInRange((byte)'0', (byte)'9') || int.Parse(number) > 255)
                return $"pixel {count} is {Quote(number)}, expected a number from 0 to 255.";
        }

        return $"{count} pixels, expected {size * size} ({size}x{size}).";
    }

    /// <summary>A field in quotes as a person reads it, shortened where it is long.</summary>
    private static string Quote(ReadOnlySpan<byte> text)
    {
        string shown = Encoding.UTF8.GetString(text[..Math.Min(text.Length, 24)]);
        return text.Length > 24 ? $"\"{shown}…\"" : $"\"{shown}\"";
    }
}
