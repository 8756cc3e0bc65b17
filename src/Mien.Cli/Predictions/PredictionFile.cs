using Spectre.Console;

namespace Mien.Cli.Predictions;

/// <summary>An output file that grows a picture at a time and can be gone on with after a kill.</summary>
internal sealed class PredictionFile : IDisposable
{
    private readonly StreamWriter _text;
    private readonly PredictionWriter _writer;
    private readonly string _path;
    private readonly PredictionFormat _format;
    private readonly IReadOnlyList<string> _labels;

    private PredictionFile(string path, PredictionFormat format, IReadOnlyList<string> labels, string written, DoneFiles? done)
    {
        (_path, _format, _labels, Done) = (path, format, labels, done);
        bool goesOn = done is not null && new FileInfo(written).Length > 0;
        _text = new StreamWriter(new FileStream(written, FileMode.Append, FileAccess.Write, FileShare.Read)) { NewLine = "\n" };
        _writer = PredictionWriter.Create(format == PredictionFormat.Parquet ? PredictionFormat.Jsonl : format, labels, _text, goesOn);
    }

    /// <summary>What it held when it was opened; null where it is new.</summary>
    public DoneFiles? Done { get; }

    /// <summary>Opens the file; null where it is a Parquet file that is whole already.</summary>
    /// <exception cref="MienException">It is there and not to be gone on with, or can't be written.</exception>
    public static PredictionFile? Open(string path, PredictionFormat format, IReadOnlyList<string> labels, bool resume)
    {
        bool parquet = format == PredictionFormat.Parquet;
        string written = parquet ? ParquetFile.JournalOf(path) : path;
        if (!resume && (File.Exists(path) || File.Exists(written)))
            throw new MienException($"{(File.Exists(path) ? path : written)}: is there already. Pass --resume to go on with it, or remove it.");
        if (parquet && File.Exists(path) && !File.Exists(written))
            return null;
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
                Directory.CreateDirectory(folder);
            DoneFiles? done = File.Exists(written)
                ? DoneFiles.Read(written, format == PredictionFormat.Csv ? PredictionWriter.CsvHeader(labels) : null)
                : null;
            return new PredictionFile(path, format, labels, written, done);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{path}: can't be written ({e.Message}).", e);
        }
    }

    /// <summary>Writes a picture's lines and hands them to the system: a kill after this loses none of them.</summary>
    public void Write(PicturePrediction prediction)
    {
        try
        {
            _writer.Write(prediction);
            _text.Flush();
        }
        catch (IOException e)
        {
            throw new MienException($"{_path}: can't be written ({e.Message}). Make room, then --resume.", e);
        }
    }

    /// <summary>Ends the file when every picture is in it.</summary>
    public async Task CompleteAsync()
    {
        Close();
        if (_format != PredictionFormat.Parquet)
            return;
        string journal = ParquetFile.JournalOf(_path);
        try
        {
            await ParquetFile.ConvertAsync(journal, _path, _labels, video: false);
            File.Delete(journal);
        }
        catch (IOException e)
        {
            throw new MienException($"{_path}: can't be written ({e.Message}). Make room, then --resume.", e);
        }
    }

    public void Dispose() => Close();

    private void Close()
    {
        if (_text.BaseStream is not { CanWrite: true })
            return;
        _writer.Dispose();
        _text.Dispose();
    }
}
