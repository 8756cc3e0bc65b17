using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace Mien.Cli.Predictions;

/// <summary>Apache Parquet from lines of JSON: a row a face, a picture without one keeps a row.</summary>
/// <remarks>
/// A Parquet file can be read only once its last bytes are written, so a run writes lines as it goes and turns them into
/// Parquet at its end, a row group at a time; a killed run loses nothing.
/// </remarks>
internal static class ParquetFile
{
    private const int RowsAGroup = 10_000;
    private const string RunKey = "mien.run";
    private const string ErrorName = "error";

    /// <summary>Where the lines of a run stand until it is done.</summary>
    public static string JournalOf(string path) => path + ".journal";

    /// <summary>Writes the table; it appears under its name only when it is whole.</summary>
    /// <param name="journal">Lines of JSON as `--format jsonl` writes them, of pictures or of a video's frames.</param>
    /// <param name="path">The Parquet file.</param>
    /// <param name="labels">The model's class names: a column each.</param>
    /// <param name="video">Whether the lines are a video's.</param>
    /// <param name="run">What the rows depend on, for the file's own metadata; null for none.</param>
    /// <exception cref="MienException">A line is damaged.</exception>
    public static async Task ConvertAsync(string journal, string path, IReadOnlyList<string> labels, bool video, RunRecord? run = null)
    {
        string unfinished = path + ".tmp";
        await using (FileStream file = AtomicFile.Create(unfinished))
        {
            IColumn[] columns = [.. video ? VideoColumns() : PictureColumns(), .. FaceColumns(labels), .. video ? [] : ErrorColumn()];
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema([.. columns.Select(column =>
                column.Field)]), file);
            if (run is not null)
                writer.CustomMetadata = new Dictionary<string, string> { [RunKey] = run.ToJson() };
            int rows = 0;
            long number = 0;
            foreach (string line in File.ReadLines(journal))
            {
                number++;
                try
                {
                    rows += AddRows(line, columns);
                }
                catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
                {
                    throw DoneFiles.NoResult(journal, number);
                }

                if (rows >= RowsAGroup)
                {
                    await WriteGroup(writer, columns);
                    rows = 0;
                }
            }

            if (rows > 0)
                await WriteGroup(writer, columns);
        }

        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>What a whole file says of its run, how many of its pictures could not be read, and which pictures it has.</summary>
    /// <exception cref="MienException">It can't be read.</exception>
    public static async Task<(RunRecord? Run, long Failed, HashSet<string> Files)> ReadRunAsync(string path)
    {
        try
        {
            await using FileStream file = File.OpenRead(path);
            await using ParquetReader reader = await ParquetReader.CreateAsync(file);
            DataField? errors = reader.Schema.GetDataFields().FirstOrDefault(field => field.Name == ErrorName);
            DataField? names = reader.Schema.GetDataFields().FirstOrDefault(field => field.Name == "file");
            long failed = 0;
            var files = new HashSet<string>();
            for (int i = 0; i < reader.RowGroupCount; i++)
            {
                using ParquetRowGroupReader group = reader.OpenRowGroupReader(i);
                failed += (await Column(group, errors)).Count(value => !string.IsNullOrEmpty(value));
                files.UnionWith((await Column(group, names)).OfType<string>());
            }

            return (reader.CustomMetadata.TryGetValue(RunKey, out string? run) ? RunRecord.FromJson(run) : null, failed, files);
        }
        catch (Exception e) when (e is not MienException)
        {
            throw new MienException($"{path}: no Parquet file of `mien predict` ({e.Message}). Give another --out.", e);
        }
    }

    private static async Task<string?[]> Column(ParquetRowGroupReader group, DataField? field)
    {
        if (field is null)
            return [];
        string?[] values = new string?[group.RowCount];
        await group.ReadAsync(field, values.AsMemory());
        return values;
    }

    private static int AddRows(string line, IColumn[] columns)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        int count = 0;
        foreach (Row row in RowsOf(document.RootElement))
        {
            foreach (IColumn column in columns)
                column.Add(row);
            count++;
        }

        return count;
    }

    private static async Task WriteGroup(ParquetWriter writer, IColumn[] columns)
    {
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        foreach (IColumn column in columns)
            await column.Write(group);
        group.CompleteValidate();
    }

    private static IEnumerable<Row> RowsOf(JsonElement line)
    {
        if (line.TryGetProperty("box", out _))
        {
            yield return new Row(line, line, null);
            yield break;
        }

        if (!line.TryGetProperty("faces", out JsonElement faces) || faces.GetArrayLength() == 0)
        {
            yield return new Row(line, null, null);
            yield break;
        }

        int number = 0;
        foreach (JsonElement face in faces.EnumerateArray())
            yield return new Row(line, face, ++number);
    }

    private static IColumn[] PictureColumns() =>
    [
        new TextColumn("file", row => Text(row.Line, "file")),
        new NumberColumn<int>("width", row => Number(row.Line, "width")?.GetInt32()),
        new NumberColumn<int>("height", row => Number(row.Line, "height")?.GetInt32()),
        new NumberColumn<int>("face", row => row.Number),
    ];

    private static IColumn[] VideoColumns() =>
    [
        new TextColumn("file", row => Text(row.Line, "file")),
        new NumberColumn<long>("frame", row => Number(row.Line, "frame")?.GetInt64()),
        new NumberColumn<double>("time", row => Number(row.Line, "time")?.GetDouble()),
        new NumberColumn<int>("track", row => Number(row.Line, "track")?.GetInt32()),
    ];

    // Beside the share, as in the JSON.
    private static readonly string[] QualityNames = ["exposure", "contrast", "noise", "sharpness", "pixels", "roll", "yaw", "pitch",
        "cover", "upright"];

    private static IColumn[] FaceColumns(IReadOnlyList<string> labels) =>
    [
        new NumberColumn<float>("x", row => Number(Object(row.Face, "box"), "x")?.GetSingle()),
        new NumberColumn<float>("y", row => Number(Object(row.Face, "box"), "y")?.GetSingle()),
        new NumberColumn<float>("boxWidth", row => Number(Object(row.Face, "box"), "width")?.GetSingle()),
        new NumberColumn<float>("boxHeight", row => Number(Object(row.Face, "box"), "height")?.GetSingle()),
        new NumberColumn<float>("detectorScore", row => Number(row.Face, "detectorScore")?.GetSingle()),
        new NumberColumn<float>("quality", row => Number(Object(row.Face, "quality"), "score")?.GetSingle()),
        .. QualityNames.Select(name => new NumberColumn<float>(name, row => Number(Object(row.Face, "quality"), name)?.GetSingle())),
        new TextColumn("label", row => Text(row.Face, "label")),
        new NumberColumn<float>("confidence", row => Number(row.Face, "confidence")?.GetSingle()),
        .. labels.Zip(ClassColumns.Of(labels), (label, column) => new NumberColumn<float>(column, row =>
            Number(Object(row.Face, "probabilities"), label)?.GetSingle())),
    ];

    private static IColumn[] ErrorColumn() => [new TextColumn(ErrorName, row => Text(row.Line, ErrorName))];

    private static JsonElement? Object(JsonElement? element, string name) =>
        element is { } some && some.TryGetProperty(name, out JsonElement value) ? value : null;

    private static JsonElement? Number(JsonElement? element, string name) =>
        Object(element, name) is { ValueKind: JsonValueKind.Number } number ? number : null;

    private static string? Text(JsonElement? element, string name) => Object(element, name)?.GetString();

    /// <summary>A line with one of its faces.</summary>
    private readonly record struct Row(JsonElement Line, JsonElement? Face, int? Number);

    /// <summary>Values of a row group's column, kept until the group is written.</summary>
    private interface IColumn
    {
        DataField Field { get; }

        void Add(Row row);

        Task Write(ParquetRowGroupWriter group);
    }

    private sealed class TextColumn(string name, Func<Row, string?> value) : IColumn
    {
        private readonly List<string> _values = [];

        public DataField Field { get; } = new DataField<string>(name);

        // The library's signature says `string`; null is how it takes an absent one.
        public void Add(Row row) => _values.Add(value(row)!);

        public async Task Write(ParquetRowGroupWriter group)
        {
            await group.WriteAsync(Field, _values);
            _values.Clear();
        }
    }

    private sealed class NumberColumn<T>(string name, Func<Row, T?> value) : IColumn
        where T : struct
    {
        private readonly List<T?> _values = [];

        public DataField Field { get; } = new DataField<T?>(name);

        public void Add(Row row) => _values.Add(value(row));

        public async Task Write(ParquetRowGroupWriter group)
        {
            await group.WriteAsync<T>(Field, _values.ToArray().AsMemory());
            _values.Clear();
        }
    }
}
