using System.CommandLine;
using System.Text;
using Mien.Cli.Predictions;

namespace Mien.Cli.Commands;

/// <summary>Writes results to files that options name.</summary>
internal static class OutputFiles
{

    // What files are kept from being written by two processes with: EWOULDBLOCK of Linux and macOS, a sharing violation of Windows.
    private static readonly int Held = OperatingSystem.IsWindows() ? 32 : OperatingSystem.IsMacOS() ? 35 : 11;

    private static readonly string[] Tables = [".csv", ".tsv", ".jsonl", ".parquet", ".zip", ".tar", ".gz", ".tgz"];

    /// <summary>How names of files are compared: without case where the usual file systems ignore it.</summary>
    public static StringComparer Names { get; } =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>The option that lets a command replace files that are there already.</summary>
    public static Option<bool> OverwriteOption() =>
        new("--overwrite") { Description = "Replace outputs that are there already. What is read is never replaced." };

    /// <summary>One rule for outputs: a source is never replaced, and nothing else is unless --overwrite says so.</summary>
    /// <param name="path">The file to be written.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <param name="sources">What the command reads: <see cref="Sources"/>.</param>
    /// <exception cref="MienException">The file must not be written.</exception>
    public static void Require(string path, bool overwrite, IReadOnlySet<string> sources)
    {
        if (Directory.Exists(path))
            throw new MienException($"{path}: is a folder. Name a file.");
        if (!File.Exists(path))
            return;
        string real = RealPath.Of(path);
        if (IsDevice(real))
            throw new MienException($"{path}: is no file. Name one, or leave the option out for standard output.");
        if (sources.Contains(real) || (IsDataName(real) && FoldersAbove(real).Any(sources.Contains)))
            throw new MienException($"{path}: is among what is read and stays as it is. Choose another name or folder.");
        if (!overwrite)
            throw new MienException($"{path}: exists already and stays as it is. Choose another name, or pass --overwrite to replace it.");
    }

    /// <summary>Files and folders that a command reads, for <see cref="Require"/>; of folders the pictures and tables in them.</summary>
    public static IReadOnlySet<string> Sources(params IEnumerable<string> files) =>
        files.Select(file => Directory.Exists(file) ? Folder(RealPath.Of(file)) : RealPath.Of(file)).ToHashSet(Names);

    // A folder ends with its separator, and so is told from a file.
    private static string Folder(string path) => Path.TrimEndingDirectorySeparator(path) + Path.DirectorySeparatorChar;

    private static IEnumerable<string> FoldersAbove(string path)
    {
        for (string? folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
            yield return Folder(folder);
    }

    private static bool IsDataName(string path) =>
        PictureFile.IsPicture(path) || Tables.Contains(Path.GetExtension(path).ToLowerInvariant());

    private static bool IsDevice(string path)
    {
        return !OperatingSystem.IsWindows() && (IsBelow("/proc/") || (IsBelow("/dev/") && !IsBelow("/dev/shm/")));

        bool IsBelow(string folder) => path.StartsWith(folder, StringComparison.Ordinal);
    }

    /// <summary>Whether another process holds the file.</summary>
    public static bool IsHeld(Exception error) => error is IOException && (error.HResult & 0xFFFF) == Held;

    /// <summary>Writes a text and a line's end; it appears whole or not at all.</summary>
    /// <param name="path">A file that <see cref="Require"/> allowed.</param>
    /// <param name="text">What it is to hold.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <exception cref="MienException">The file can't be written.</exception>
    public static void Write(string path, string text, bool overwrite) => Write(path, writer => writer.WriteLine(text), overwrite);

    /// <summary>Writes a text bit by bit; it appears whole or not at all.</summary>
    /// <inheritdoc cref="Write(string, string, bool)"/>
    /// <param name="path">A file that <see cref="Require"/> allowed.</param>
    /// <param name="write">Writes it, with `\n` between lines.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    public static void Write(string path, Action<TextWriter> write, bool overwrite) => AtomicFile.Write(
        path,
        stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            write(writer);
        },
        overwrite);

    /// <summary>Makes the folder that a file is to stand in.</summary>
    /// <exception cref="MienException">The folder can't be made.</exception>
    public static void MakeFolderOf(string file) => MakeFolder(Path.GetDirectoryName(Path.GetFullPath(file))!);

    /// <exception cref="MienException">The folder can't be made.</exception>
    public static void MakeFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{path}: can't be made ({e.Message}).", e);
        }
    }

    /// <summary>Takes a file of Mien's own away; nothing where it is not there.</summary>
    /// <exception cref="MienException">It can't be taken away.</exception>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{path}: can't be removed ({e.Message}). Remove it.", e);
        }
    }
}
