using System.Globalization;
using System.Text;
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

    /// <summary>Whether the first line of a text file, or its ending, makes it a manifest.</summary>
    public static bool Is(string path, ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("PAR1"u8))
            return true;
        int end = head.IndexOf((byte)'\n');
        string line = Encoding.UTF8.GetString(end < 0 ? head : head[..end]).Trim('\uFEFF', ' ', '\r');
        if (line.StartsWith('{'))
            return path.EndsWith("l", StringComparison.OrdinalIgnoreCase) || line.Contains("\"file\"", StringComparison.OrdinalIgnoreCase);
        string[] names = [.. line.Split(',').Select(name => name.Trim(' ', '"').ToLowerInvariant())];
        return names.Contains("file") && names.Contains("label");
    }

    /// <summary>Reads all rows.</summary>
    /// <exception cref="MienException">A column is missing or a line is damaged.</exception>
    public static List<ManifestRow> Read(string path, ReadOnlySpan<byte> head)
    {
        try
        {
            if (head.StartsWith("PAR1"u8))
                return ReadParquet(path).GetAwaiter().GetResult();
            return head.TrimStart("\uFEFF "u8).StartsWith("{"u8) ? ReadJsonLines(path) : ReadCsv(path);
        }
        catch (Exception e) when (e is CsvHelperException or ParquetException or InvalidDataException)
        {
            throw new MienException($"{path}: no valid manifest ({e.Message.Split('\n')[0]}). Expected the columns {Columns}.", e);
        }
    }

    private static List<ManifestRow> ReadCsv(string path)
    {
        using var reader = new StreamReader(path);
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            PrepareHeaderForMatch = header => header.Header.Trim().ToLowerInvariant(),
            MissingFieldFound = null,
            TrimOptions = TrimOptions.Trim,
        };
        using var csv = new CsvReader(reader, configuration);
        csv.Read();
        csv.ReadHeader();
        string[] header = [.. csv.HeaderRecord!.Select(name => name.Trim().ToLowerInvariant())];
        var rows = new List<ManifestRow>();
        while (csv.Read())
            rows.Add(new ManifestRow(csv.Parser.RawRow, Field("file"), Field("label"), Field("split"), Field("group")));
        return rows;

        string? Field(string name) => header.Contains(name) && csv.GetField(name) is { Length: > 0 } value ? value : null;
    }

    private static List<ManifestRow> ReadJsonLines(string path)
    {
        var rows = new List<ManifestRow>();
        long line = 0;
        foreach (string text in File.ReadLines(path))
        {
            line++;
            if (string.IsNullOrWhiteSpace(text))
                continue;
            try
            {
                using var row = JsonDocument.Parse(text);
                var fields = row.RootElement.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.ToString(), StringComparer.OrdinalIgnoreCase);
                rows.Add(new ManifestRow(line, fields.GetValueOrDefault("file"), fields.GetValueOrDefault("label"), fields.GetValueOrDefault("split"), fields.GetValueOrDefault("group")));
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
                if (field.Name.ToLowerInvariant() is not ("file" or "label" or "split" or "group"))
                    continue;
                if (field.ClrType != typeof(string) && field.ClrType != typeof(ReadOnlyMemory<char>))
                    throw new MienException($"{path}: the column {field.Name} is {field.ClrType.Name}, expected text.");
                string?[] values = new string?[part.RowCount];
                await part.ReadAsync(field, values.AsMemory()!);
                columns[field.Name] = values;
            }

            for (int i = 0; i < part.RowCount; i++)
                rows.Add(new ManifestRow(rows.Count + 1, Value("file", i), Value("label", i), Value("split", i), Value("group", i)));

            string? Value(string name, int i) => columns.TryGetValue(name, out string?[]? values) ? values[i] : null;
        }

        return rows;
    }
}
