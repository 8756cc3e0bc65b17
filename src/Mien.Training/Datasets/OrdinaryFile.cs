using System.Formats.Tar;

namespace Mien.Training.Datasets;

/// <summary>Tells files that can be read to their end from pipes, devices and links that lead nowhere.</summary>
internal static class OrdinaryFile
{
    /// <summary>What keeps a path from being opened, without opening it: a pipe would wait for ever, a device never end.</summary>
    /// <returns>Words that follow the file's name, or null for a file that can be opened.</returns>
    public static string? Wrong(string path)
    {
        try
        {
            FileSystemInfo file = new FileInfo(path);
            if (file.LinkTarget is not null)
            {
                file = file.ResolveLinkTarget(returnFinalTarget: true)!;
                if (!file.Exists)
                    return $"not an ordinary file but a link to {file.FullName}, where there is none";
            }

            if (Directory.Exists(file.FullName))
                return "a folder, not a file";
            // Pipes and devices have no length; most files need no closer look.
            return file is FileInfo { Exists: true, Length: 0 } && !OperatingSystem.IsWindows() ? Kind(file.FullName) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"can't be read ({e.Message.TrimEnd('.')})";
        }
    }

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="IOException">It is not there, or no ordinary file.</exception>
    public static FileStream Open(string path) =>
        Wrong(path) is { } wrong
            ? throw new IOException(wrong)
            : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);

    /// <summary>What an empty file is; .NET tells the kind of a file where it packs one into an archive, and opens ordinary ones
    /// only.</summary>
    private static string? Kind(string path)
    {
        using var archive = new MemoryStream();
        try
        {
            using (var writer = new TarWriter(archive, leaveOpen: true))
                writer.WriteEntry(path, "file");
            archive.Position = 0;
            using var reader = new TarReader(archive);
            return reader.GetNextEntry()!.EntryType switch
            {
                TarEntryType.Fifo => "a pipe, not an ordinary file",
                TarEntryType.CharacterDevice or TarEntryType.BlockDevice => "a device, not an ordinary file",
                _ => null,
            };
        }
        catch (IOException)
        {
            return "not an ordinary file";
        }
    }
}
