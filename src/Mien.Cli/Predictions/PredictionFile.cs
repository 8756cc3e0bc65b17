using Mien.Cli.Commands;

namespace Mien.Cli.Predictions;

/// <summary>An output file that grows a picture at a time and can be gone on with after a kill.</summary>
internal sealed class PredictionFile : IDisposable
{
    private const string Cure = "Make room or give access, then --resume.";

    private readonly string _path;
    private readonly PredictionFormat _format;
    private readonly IReadOnlyList<string> _labels;
    private readonly RunRecord _run;
    private readonly RunLock _held;
    private readonly bool _overwrite;
    private ResultFile? _file;
    private PredictionWriter? _writer;

    private PredictionFile(
        string path, PredictionFormat format, IReadOnlyList<string> labels, RunRecord run, RunLock held, bool overwrite) =>
        (_path, _format, _labels, _run, _held, _overwrite) = (path, format, labels, run, held, overwrite);

    /// <summary>What it held when it was opened; null where it is new or whole.</summary>
    public DoneFiles? Done { get; private set; }

    /// <summary>The pictures in a Parquet file that is whole already.</summary>
    public IReadOnlySet<string> Whole { get; private set; } = new HashSet<string>();

    /// <summary>Pictures in it from before that could not be read.</summary>
    public long FailedBefore { get; private set; }

    /// <summary>Whether it is a Parquet file that is whole already.</summary>
    public bool IsComplete => _file is null;

    /// <summary>Whether what was begun is known: without it, rows of two models may get into one file.</summary>
    public bool KnowsItsBeginning { get; private set; } = true;

    // JSON is one array, and Parquet one table: neither can be read before its end, so neither stands under its name before.
    private string Written => _format switch
    {
        PredictionFormat.Parquet => ParquetFile.JournalOf(_path),
        PredictionFormat.Json => _path + ".tmp",
        _ => _path,
    };

    /// <summary>Opens the file.</summary>
    /// <param name="path">As it is named on the command line.</param>
    /// <param name="format">Not table.</param>
    /// <param name="labels">The model's class names.</param>
    /// <param name="run">What rows depend on.</param>
    /// <param name="resume">Whether to go on with what is there.</param>
    /// <param name="overwrite">Whether to begin anew where something is there.</param>
    /// <exception cref="MienException">
    /// It is there and not to be gone on with, was begun otherwise, is written by another process, or can't be written.
    /// </exception>
    public static async Task<PredictionFile> Open(
        string path, PredictionFormat format, IReadOnlyList<string> labels, RunRecord run, bool resume, bool overwrite)
    {
        // Folders and devices are no outputs.
        OutputFiles.Require(path, overwrite: true, OutputFiles.Sources());
        if (!resume && !overwrite)
            RequireNew(path, format);
        // Two names of one file have one lock and one record.
        if (resume && File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target)
            path = target.FullName;
        OutputFiles.MakeFolderOf(path);
        RunLock held = RunLock.Take(path);
        try
        {
            // Another process may have written it since.
            if (!resume && !overwrite)
                RequireNew(path, format);
            var file = new PredictionFile(path, format, labels, run, held, overwrite);
            await file.Begin(resume);
            return file;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Writes a picture's lines and hands them to the system: a kill after this loses none of them.</summary>
    public void Write(PicturePrediction prediction)
    {
        _writer!.Write(prediction);
        _file!.Flush();
    }

    /// <summary>Ends the file: when every picture is in it, or where no later run can go on with it.</summary>
    /// <param name="whole">Whether every picture is in it.</param>
    public async Task End(bool whole)
    {
        if (!whole && _format != PredictionFormat.Json)
            return;
        _writer!.Dispose();
        _file!.Flush();
        _file.Dispose();
        if (Written == _path)
            return;
        try
        {
            if (_format == PredictionFormat.Json)
                File.Move(Written, _path, _overwrite);
            else
                await ParquetFile.ConvertAsync(Written, _path, _labels, video: false, _run);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string cure = _format == PredictionFormat.Json ? "Move it there." : Cure;
            throw new MienException($"{_path}: can't be written ({e.Message}). The results are in {Written}. {cure}", e);
        }

        OutputFiles.Remove(Written);
        _held.Keep = false;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _held.Dispose();
    }

    private static void RequireNew(string path, PredictionFormat format)
    {
        string[] files = format == PredictionFormat.Parquet ? [path, ParquetFile.JournalOf(path)] : [path];
        if (files.FirstOrDefault(File.Exists) is { } there)
        {
            string resume = format == PredictionFormat.Json ? "Choose another name, or pass" : "Pass --resume to go on with it, or";
            throw new MienException($"{there}: exists already and stays as it is. {resume} --overwrite to replace it.");
        }
    }

    private async Task Begin(bool resume)
    {
        if (resume && _format == PredictionFormat.Parquet && File.Exists(_path) && !File.Exists(Written))
        {
            (RunRecord? begun, FailedBefore, Whole) = await ParquetFile.ReadRunAsync(_path);
            RequireSame(begun);
            _held.Keep = false;
            return;
        }

        bool there = resume && File.Exists(Written);
        if (there)
        {
            if (new FileInfo(Written).Length > 0)
                RequireSame(_held.Begun);
            Done = DoneFiles.Read(Written, _format == PredictionFormat.Csv ? PredictionWriter.CsvHeader(_labels) : null);
            FailedBefore = Done.Failed;
        }
        else
        {
            // What a link points to stays as it is.
            OutputFiles.Remove(Written);
        }

        bool goesOn = there && new FileInfo(Written).Length > 0;
        _held.Write(_run);
        string cure = _format == PredictionFormat.Json ? "Make room or give access, then begin anew." : Cure;
        _file = ResultFile.Open(Written, goesOn, _path, cure);
        PredictionFormat lines = _format == PredictionFormat.Parquet ? PredictionFormat.Jsonl : _format;
        _writer = PredictionWriter.Create(lines, _labels, _file.Text, goesOn);
        if (_format == PredictionFormat.Json)
            _held.Keep = false;
    }

    private void RequireSame(RunRecord? begun)
    {
        KnowsItsBeginning = begun is not null;
        if (begun is not null)
            _run.RequireSameAs(_path, begun);
    }
}
