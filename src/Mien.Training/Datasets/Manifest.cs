using System.Globalization;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using Parquet;
using Parquet.Schema;

namespace Mien.Training.Datasets;

/// <summary>One row of a manifest.</summary>
/// <param name="Line">Where it stands, from 1, a header counted.</param>
/// <param name="File">The picture's path, as written.</param>
/// <param name="Label">Its class.</param>
/// <param name="Split">Its split, as written; null where there is none.</param>
/// <param name="Group">What must not be divided: a person, a clip; null where there is none.</param>
internal sealed record ManifestRow(long Line, string? File, string? Label, string? Split, string? Group);

/// <summary>A list of pictures with their labels: `file,label[,split][,group]` as CSV, JSON lines or Parquet.</summary>
internal static class Manifest
{
    private const string Columns = "file, label and, where wanted, split and group";

    // The first name is Mien's own; others are what other programs call the same.
    private static readonly string[] FileNames = ["file", "path", "image", "filename", "file_name", "filepath"];
    private static readonly string[] LabelNames = ["label", "emotion", "expression", "class"];
    private static readonly string[] SplitNames = ["split", "usage"];
    private static readonly string[] GroupNames = ["group"];

    /// <summary>Whether the first line of a text file, or its ending, makes it a manifest.</summary>
    public static bool Is(string path, ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("PAR1"u8))
            return true;
        string line = TableText.FirstLine(head);
        if (line.StartsWith('{'))
            return path.EndsWith("l", StringComparison.OrdinalIgnoreCase)
                || FileNames.Any(name => line.Contains($"\"{name}\"", StringComparison.OrdinalIgnoreCase));
        return SeparatorOf(line) is not null;
    }

    /// <summary>What stands between the columns of a manifest's first line; null where it is no manifest's.</summary>
    private static char? SeparatorOf(string line)
    {
        foreach (char separator in (char[])[',', ';', '\t', '|'])
        {
            string[] names = [.. line.Split(separator).Select(name => name.Trim(' ', '"').ToLowerInvariant())];
            if (names.Intersect(FileNames).Any() && names.Intersect(LabelNames).Any() && !names.Contains("pixels"))
                return separator;
        }

        return null;
    }

    /// <summary>Reads all rows.</summary>
    /// <exception cref="MienException">A column is missing or a line is damaged.</exception>
    public static List<ManifestRow> Read(string path, ReadOnlySpan<byte> head)
    {
        try
        {
            if (head.StartsWith("PAR1"u8))
                return ReadParquet(path).GetAwaiter().GetResult();
            string text = TableText.Decode(File.ReadAllBytes(path));
            return text.TrimStart().StartsWith('{') ? ReadJsonLines(path, text) : ReadCsv(text);
        }
        catch (Exception e) when (e is CsvHelperException or ParquetException or InvalidDataException)
        {
            throw new MienException($"{path}: no valid manifest ({e.Message.Split('\n')[0]}). Expected the columns {Columns}.", e);
        }
    }

    private static List<ManifestRow> ReadCsv(string text)
    {
        using var reader = new StringReader(text);
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            PrepareHeaderForMatch = header => header.Header.Trim().ToLowerInvariant(),
            Delimiter = $"{SeparatorOf(text.Split('\n')[0].Trim('\r', ' '))}",
            MissingFieldFound = null,
            TrimOptions = TrimOptions.Trim,
        };
        using var csv = new CsvReader(reader, configuration);
        csv.Read();
        csv.ReadHeader();
        string[] header = [.. csv.HeaderRecord!.Select(name => name.Trim().ToLowerInvariant())];
        var rows = new List<ManifestRow>();
        while (csv.Read())
            rows.Add(new ManifestRow(csv.Parser.RawRow, Field(FileNames), Field(LabelNames), Field(SplitNames), Field(GroupNames)));
        return rows;

        string? Field(string[] names) =>
            Array.Find(names, header.Contains) is { } name && csv.GetField(name) is { Length: > 0 } value ? value : null;
    }

    private static List<ManifestRow> ReadJsonLines(string path, string lines)
    {
        var rows = new List<ManifestRow>();
        long line = 0;
        using var reader = new StringReader(lines);
        while (reader.ReadLine() is { } text)
        {
            line++;
            if (string.IsNullOrWhiteSpace(text))
                continue;
            try
            {
                using var row = JsonDocument.Parse(text);
                var fields = row.RootElement.EnumerateObject()
                    .ToDictionary(field => field.Name, field => field.Value.ToString(), StringComparer.OrdinalIgnoreCase);
                rows.Add(new ManifestRow(line, Field(FileNames), Field(LabelNames), Field(SplitNames), Field(GroupNames)));

                string? Field(string[] names) =>
                    names.Select(name => fields.GetValueOrDefault(name)).FirstOrDefault(value => !string.IsNullOrEmpty(value));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
            {
                throw new MienException($"{path}, line {line}: no JSON object ({e.Message}). Expected {{\"file\": …, \"label\": …}}.", e);
            }
        }

        return rows;
    }

    private static async Task<List<ManifestRow>> ReadParquet(string path)
    {
        await using FileStream stream = File.OpenRead(path);
        await using ParquetReader reader = await ParquetReader.CreateAsync(stream);
        var rows = new List<ManifestRow>();
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            using ParquetRowGroupReader part = reader.OpenRowGroupReader(group);
            var columns = new Dictionary<string, string?[]>(StringComparer.OrdinalIgnoreCase);
            foreach (DataField field in reader.Schema.GetDataFields())
            {
                if (!((string[])[.. FileNames, .. LabelNames, .. SplitNames, .. GroupNames]).Contains(field.Name.ToLowerInvariant()))
                    continue;
                if (field.ClrType != typeof(string) && field.ClrType != typeof(ReadOnlyMemory<char>))
                    throw new MienException($"{path}: the column {field.Name} is {field.ClrType.Name}, expected text.");
                string?[] values = new string?[part.RowCount];
                await part.ReadAsync(field, values.AsMemory()!);
                columns[field.Name] = values;
            }

            for (int i = 0; i < part.RowCount; i++)
            {
                rows.Add(new ManifestRow(
                    rows.Count + 1, Value(FileNames, i), Value(LabelNames, i), Value(SplitNames, i), Value(GroupNames, i)));
            }

            string? Value(string[] names, int i) => Array.Find(names, columns.ContainsKey) is { } name ? columns[name][i] : null;
        }

        return rows;
    }
}
