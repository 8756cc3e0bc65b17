namespace Mien.Training.Runs;

/// <summary>Files that are never seen half-written.</summary>
internal static class AtomicFile
{
    /// <summary>Writes to a temporary neighbour, flushes it to the disk and moves it into place.</summary>
    /// <exception cref="MienException">It can't be written.</exception>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes its content.</param>
    /// <param name="check">Looks at the temporary file before it takes the name; what it throws leaves what stood there before.</param>
    public static void Write(string path, Action<Stream> write, Action<string>? check = null)
    {
        string temporary = path + ".tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            check?.Invoke(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch (MienException)
        {
            File.Delete(temporary);
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{path}: can't be written ({e.Message}). What stood there before is untouched; make room or give access, then go on.", e);
        }
    }

    /// <summary>Writes text, UTF-8.</summary>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
