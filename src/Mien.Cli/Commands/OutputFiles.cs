namespace Mien.Cli.Commands;

/// <summary>Writes results to files that options name.</summary>
internal static class OutputFiles
{
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
