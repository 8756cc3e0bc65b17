using System.Text;
using Mien.Cli.Commands;

namespace Mien.Cli.Predictions;

/// <summary>
/// A hidden file beside an output: it holds what the output was begun with, and one process alone holds it open. The system
/// lets go of it when that process ends, however it ends.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream _stream;
    private readonly string _path;

    private RunLock(string path, FileStream stream)
    {
        (_path, _stream) = (path, stream);
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        Begun = RunRecord.FromJson(reader.ReadToEnd());
        Keep = Begun is not null;
    }

    /// <summary>What the output was begun with; null where nothing is known of it.</summary>
    public RunRecord? Begun { get; }

    /// <summary>Whether the file stays when it is let go of.</summary>
    public bool Keep { get; set; }

    /// <summary>Where the file of an output lies.</summary>
    public static string Beside(string output) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(output))!, $".{Path.GetFileName(output)}.run");

    /// <summary>Keeps every other process from writing an output until the result is disposed.</summary>
    /// <exception cref="MienException">Another process writes it, or the folder can't be written.</exception>
    public static RunLock Take(string output)
    {
        string path = Beside(output);
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            return new RunLock(path, stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            stream?.Dispose();
            throw OutputFiles.IsHeld(e)
                ? new MienException($"{output}: another process is writing it. Wait for its end or stop it, or give another --out.", e)
                : new MienException($"{output}: can't be written ({e.Message}). Make room or give access, or give another --out.", e);
        }
    }

    /// <summary>Notes what the output is begun with.</summary>
    /// <exception cref="MienException">It can't be written.</exception>
    public void Write(RunRecord record)
    {
        try
        {
            _stream.SetLength(0);
            _stream.Position = 0;
            _stream.Write(Encoding.UTF8.GetBytes(record.ToJson() + "\n"));
            Keep = true;
        }
        catch (IOException e)
        {
            throw new MienException($"{_path}: can't be written ({e.Message}). Make room, or give another --out.", e);
        }
    }

    public void Dispose()
    {
        try
        {
            if (!Keep)
                File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An empty file that stays harms nobody.
        }

        _stream.Dispose();
    }
}
