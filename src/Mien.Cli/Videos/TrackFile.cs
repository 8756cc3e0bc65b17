using Mien.Cli.Commands;
using Mien.Cli.Predictions;
using Mien.Video;

namespace Mien.Cli.Videos;

/// <summary>The output file of videos: it appears when all videos are read or the run is stopped, and grows under another name.</summary>
internal sealed class TrackFile : IDisposable
{
    private readonly string _path;
    private readonly PredictionFormat _format;
    private readonly IReadOnlyList<string> _labels;
    private readonly bool _overwrite;
    private readonly RunLock _held;
    private readonly ResultFile _file;

    private TrackFile(
        string path, PredictionFormat format, IReadOnlyList<string> labels, bool overwrite, RunLock held, ResultFile file)
    {
        (_path, _format, _labels, _overwrite, _held, _file) = (path, format, labels, overwrite, held, file);
        PredictionFormat lines = format == PredictionFormat.Parquet ? PredictionFormat.Jsonl : format;
        Writer = new FlushingWriter(TrackWriter.Create(lines, labels, file.Text), file);
    }

    /// <summary>Takes the rows.</summary>
    public TrackWriter Writer { get; }

    /// <summary>Begins the file.</summary>
    /// <param name="path">As it is named on the command line.</param>
    /// <param name="format">Not table.</param>
    /// <param name="labels">The model's class names.</param>
    /// <param name="overwrite">Whether a file that is there may be replaced.</param>
    /// <param name="sources">What is read.</param>
    /// <exception cref="MienException">It must not or can't be written, or another process writes it.</exception>
    public static TrackFile Open(
        string path, PredictionFormat format, IReadOnlyList<string> labels, bool overwrite, IReadOnlySet<string> sources)
    {
        OutputFiles.Require(path, overwrite, sources);
        OutputFiles.MakeFolderOf(path);
        RunLock held = RunLock.Take(path);
        held.Keep = false;
        try
        {
            var file = ResultFile.Open(WrittenOf(path, format), goesOn: false, path, "Make room or give access, then begin anew.");
            return new TrackFile(path, format, labels, overwrite, held, file);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Ends the file and gives it its name: rows of videos that failed later, or were not read to their end, are in it.</summary>
    public async Task End()
    {
        Writer.Dispose();
        _file.Flush();
        _file.Dispose();
        string written = WrittenOf(_path, _format);
        try
        {
            if (_format == PredictionFormat.Parquet)
            {
                await ParquetFile.ConvertAsync(written, _path, _labels, video: true);
                OutputFiles.Remove(written);
            }
            else
            {
                File.Move(written, _path, _overwrite);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string lines = _format == PredictionFormat.Parquet ? ", a line of JSON a face and frame" : "";
            throw new MienException($"{_path}: can't be written ({e.Message}). The results are in {written}{lines}.", e);
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _held.Dispose();
    }

    private static string WrittenOf(string path, PredictionFormat format) =>
        format == PredictionFormat.Parquet ? ParquetFile.JournalOf(path) : path + ".tmp";

    /// <summary>Hands each row to the system.</summary>
    private sealed class FlushingWriter(TrackWriter rows, ResultFile output) : TrackWriter
    {
        public override void Write(string file, long frame, TrackedFace face)
        {
            rows.Write(file, frame, face);
            output.Flush();
        }

        public override void Dispose()
        {
            rows.Dispose();
            base.Dispose();
        }
    }
}
