using Mien.Training.Datasets;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>Loads a data set and says on standard error what was left out.</summary>
internal static class DatasetLoading
{
    private const int ShownBadRows = 20;

    public static FaceTable Load(string path, bool skipBadRows, Terminal terminal) => LoadAll(path, skipBadRows, terminal).Table;

    public static LoadedDataset LoadAll(string path, bool skipBadRows, Terminal terminal)
    {
        LoadedDataset data = DatasetReader.Load(path, DatasetOptions.Default with { SkipBadRows = skipBadRows });
        foreach (string note in data.Notes)
            terminal.Error.MarkupLineInterpolated($"[grey]{note}[/]");
        foreach (string row in data.BadRows.Take(ShownBadRows))
            terminal.Error.MarkupLineInterpolated($"[yellow]left out:[/] {row}");
        if (data.BadRows.Count > 0)
            terminal.Error.MarkupLineInterpolated($"[yellow]{data.BadRows.Count} bad rows left out[/]{(data.BadRows.Count > ShownBadRows ? $", the first {ShownBadRows} named above" : "")}");
        return data;
    }
}
