using System.Text;

namespace Mien;

/// <summary>Files that are never seen half-written: the only way in which results are written in one go.</summary>
internal static class AtomicFile
{
    /// <summary>Writes to a temporary neighbor, flushes it to the disk and moves it into place.</summary>
    /// <remarks>A name that links to another file is replaced itself; the other file stays as it is.</remarks>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes its content.</param>
    /// <param name="overwrite">Whether a file that is there may be replaced.</param>
    /// <param name="toDisk">Whether it outlives a power cut; false for one of thousands, where each would cost milliseconds.</param>
    /// <param name="check">Looks at the temporary file before it takes the name; what it throws leaves what stood there before.</param>
    /// <exception cref="MienException">It can't be written.</exception>
    public static void Write(string path, Action<Stream> write, bool overwrite = true, bool toDisk = true, Action<string>? check = null)
    {
        string temporary = TemporaryOf(path);
        bool begun = false;
        try
        {
            using (FileStream stream = Create(temporary))
            {
                begun = true;
                write(stream);
                stream.Flush(flushToDisk: toDisk);
            }

            check?.Invoke(temporary);
            File.Move(temporary, path, overwrite);
        }
        catch (Exception e)
        {
            if (begun)
                Remove(temporary);
            if (e is not (IOException or UnauthorizedAccessException))
                throw;
            string cure = "What stood there before is untouched; make room or give access, then go on.";
            throw new MienException($"{path}: can't be written ({e.Message}). {cure}", e);
        }
    }

    /// <summary>Writes text, UTF-8.</summary>
    /// <inheritdoc cref="Write"/>
    public static void WriteText(string path, string text, bool overwrite = true) =>
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)), overwrite);

    /// <summary>A file that no other process can write at the same time; a kill ends that, too.</summary>
    /// <remarks>Nothing is kept in memory: what fails to be written is not tried again when the stream is closed.</remarks>
    public static FileStream Create(string path) => new(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);

    /// <summary>Beside the file; a name that could grow too long for a file system gets a short one.</summary>
    private static string TemporaryOf(string path)
    {
        const int LongestName = 250;
        return Encoding.UTF8.GetByteCount(Path.GetFileName(path)) + ".tmp".Length <= LongestName
            ? path + ".tmp"
            : Path.Combine(Path.GetDirectoryName(path) ?? "", $".mien-{Guid.NewGuid():N}.tmp");
    }

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The fault that led here is the one to tell.
        }
    }
}
