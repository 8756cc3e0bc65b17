namespace Mien.Cli.Predictions;

/// <summary>A picture that is to be read.</summary>
/// <param name="Path">As it is printed and opened.</param>
/// <param name="Name">Relative to the folder or pattern that it was found by, with `/` between folders: the same on every machine.</param>
internal sealed record PictureFile(string Path, string Name)
{
    /// <summary>Its place below the folder of --annotate.</summary>
    public string Place { get; init; } = Name;

    /// <summary>Where its annotated copy goes; null where none is asked for.</summary>
    public string? Copy { get; init; }

    /// <summary>Why there is nothing to open: a folder that can't be listed.</summary>
    public MienException? Error { get; init; }

    /// <summary>Whether a file of a folder is taken for a picture.</summary>
    public static bool IsPicture(ReadOnlySpan<char> name)
    {
        foreach (string ending in Imaging.Picture.Endings)
        {
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>Whether a name holds what is no text: it was read with U+FFFD in its place, and nothing can be opened by it.</summary>
    public static bool IsNoText(string name) => name.Contains('\ufffd', StringComparison.Ordinal);

    /// <summary>Pictures that arguments name, one by one: files, folders, patterns, lists (`@list.txt`) or standard input (`-`).</summary>
    /// <param name="arguments">As they stand on the command line.</param>
    /// <param name="input">Standard input, a name a line.</param>
    /// <param name="passed">Is told of what in folders is taken for no picture.</param>
    /// <exception cref="MienException">A pattern that matches nothing, a list that can't be read.</exception>
    public static IEnumerable<PictureFile> Of(IEnumerable<string> arguments, TextReader input, PassedOver? passed = null)
    {
        foreach (string argument in arguments)
        {
            IEnumerable<PictureFile> files =
                argument == "-" ? Lines(input)
                : Directory.Exists(argument) ? FolderWalk.Everything(argument, passed)
                : File.Exists(argument) ? [Named(argument)]
                : argument.StartsWith('@') ? List(argument[1..])
                : argument.AsSpan().IndexOfAny('*', '?') >= 0 ? FolderWalk.Matching(argument, passed)
                : [Named(argument)];
            foreach (PictureFile file in files)
                yield return file;
        }
    }

    /// <summary>The error of a run that had nothing to read.</summary>
    public static MienException NoneIn(IEnumerable<string> arguments, PassedOver passed)
    {
        string where = string.Join(", ", arguments.Select(argument => argument == "-" ? "standard input" : argument));
        return new($"{where}: no picture in it. {passed.Sentence() ?? $"Expected {Imaging.Picture.Formats}."}");
    }

    /// <inheritdoc/>
    public override string ToString() => Path;

    private static PictureFile Named(string path) => new(path, NameOf(path)) { Place = System.IO.Path.GetFileName(path) };

    private static PictureFile Listed(string path)
    {
        string name = NameOf(path);
        bool below = !System.IO.Path.IsPathRooted(path) && !name.Split('/').Contains("..");
        return new PictureFile(path, name) { Place = below ? name : System.IO.Path.GetFileName(path) };
    }

    private static string NameOf(string path)
    {
        string name = OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path;
        while (name.StartsWith("./", StringComparison.Ordinal))
            name = name[2..];
        return name;
    }

    private static IEnumerable<PictureFile> Lines(TextReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
                yield return Listed(line);
        }
    }

    private static IEnumerable<PictureFile> List(string list)
    {
        StreamReader reader;
        try
        {
            reader = new StreamReader(list);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{list}: the list can't be read ({e.Message}). Pass a file with a picture's name a line.", e);
        }

        using (reader)
        {
            foreach (PictureFile file in Lines(reader))
                yield return file;
        }
    }
}
