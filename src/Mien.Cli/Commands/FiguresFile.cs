namespace Mien.Cli.Commands;

/// <summary>Where `mien evaluate --json` writes: a file beside the table, or standard output in its place.</summary>
/// <param name="path">The file, `-` for standard output, null for the table alone.</param>
/// <param name="overwrite">Whether an existing file may be replaced.</param>
/// <param name="terminal">Where tables go.</param>
internal sealed class FiguresFile(string? path, bool overwrite, Terminal terminal)
{
    private const string StandardOutput = "-";

    private string? File => path == StandardOutput ? null : path;

    /// <summary>Refuses a file that must not be written, before anything is read.</summary>
    /// <param name="sources">What is read.</param>
    /// <exception cref="MienException">The file must not be written.</exception>
    public void Require(IEnumerable<string> sources)
    {
        if (File is not null)
            OutputFiles.Require(File, overwrite, OutputFiles.Sources(sources));
    }

    /// <summary>Writes the figures to where they are wanted; hours of reading are in them, so the file comes before the table.</summary>
    /// <param name="json">The figures.</param>
    /// <param name="table">Prints them.</param>
    public void Write(string json, Action table)
    {
        if (path == StandardOutput)
        {
            terminal.Output.WriteLine(json);
            return;
        }

        if (File is not null)
            OutputFiles.Write(File, json, overwrite);
        table();
    }
}
