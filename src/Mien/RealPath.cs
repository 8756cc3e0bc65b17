namespace Mien;

/// <summary>The full path without links: the same for every way to name a file or folder.</summary>
internal static class RealPath
{
    // As many as Linux follows.
    private const int MostLinks = 40;

    public static string Of(string path) => Of(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), MostLinks);

    private static string Of(string full, int links)
    {
        string? parent = Path.GetDirectoryName(full);
        if (parent is null || links == 0)
            return full;
        string path = Path.Combine(Of(parent, links - 1), Path.GetFileName(full));
        return new FileInfo(path).LinkTarget is { } target
            ? Of(Path.GetFullPath(target, Path.GetDirectoryName(path)!), links - 1)
            : path;
    }
}
