using System.CommandLine;

namespace Mien.Cli.Commands;

/// <summary>Writes results to files that options name.</summary>
internal static class OutputFiles
{
    private const int MostLinks = 40;

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
        if (!File.Exists(path))
            return;
        if (sources.Contains(RealPath(path)))
            throw new MienException($"{path}: is among what is read and stays as it is. Choose another name or folder.");
        if (!overwrite)
            throw new MienException($"{path}: exists already and stays as it is. Choose another name, or pass --overwrite to replace it.");
    }

    /// <summary>Files that a command reads, for <see cref="Require"/>.</summary>
    public static IReadOnlySet<string> Sources(params IEnumerable<string> files) => files.Select(file => RealPath(file)).ToHashSet(Names);

    /// <summary>The full path without links: the same for every way to name a file.</summary>
    private static string RealPath(string path) => RealPath(Path.GetFullPath(path), MostLinks);

    private static string RealPath(string full, int links)
    {
        string? parent = Path.GetDirectoryName(full);
        if (parent is null || links == 0)
            return full;
        string path = Path.Combine(RealPath(parent, links - 1), Path.GetFileName(full));
        return new FileInfo(path).LinkTarget is { } target
            ? RealPath(Path.GetFullPath(target, Path.GetDirectoryName(path)!), links - 1)
            : path;
    }

    /// <exception cref="MienException">The file can't be written.</exception>
    public static void Write(string path, string text)
    {
        try
        {
            File.WriteAllText(path, text + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{path}: can't be written ({e.Message}).", e);
        }
    }

    /// <summary>Begins a text file.</summary>
    /// <exception cref="MienException">The file can't be written.</exception>
    public static StreamWriter Create(string path)
    {
        try
        {
            return new StreamWriter(path) { NewLine = "\n" };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{path}: can't be written ({e.Message}).", e);
        }
    }

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
}
