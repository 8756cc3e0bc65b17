namespace Mien;

/// <summary>What is said of a file that is not there.</summary>
internal static class MissingFile
{
    /// <summary>With the cure where the name is no text: U+FFFD was read in its place, and nothing can be opened by it.</summary>
    public static string Message(string path) => path.Contains('\ufffd', StringComparison.Ordinal)
        ? $"{path}: not found. The name isn't UTF-8 (\ufffd stands for what is not): rename the file, "
            + "for example with `convmv -f latin1 -t utf8 --notest`."
        : $"{path}: not found.";
}
