using System.CommandLine;
using Mien.Training.Datasets;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>Loads a data set and says on standard error what was left out.</summary>
internal static class DatasetLoading
{
    private const int ShownBadRows = 20;

    /// <summary>`--map joy=happy`, as often as wanted.</summary>
    public static Option<string[]> MapOption() => new("--map")
    {
        Description = "Labels that stand for others, such as joy=happy; several by commas or by repeating the option.",
    };

    /// <exception cref="MienException">A part is no pair.</exception>
    public static IReadOnlyDictionary<string, string> Map(string[]? given)
    {
        var map = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string pair in (given ?? []).SelectMany(text => text.Split(',')))
        {
            string[] sides = pair.Split('=', StringSplitOptions.TrimEntries);
            if (sides is not [{ Length: > 0 } from, { Length: > 0 } to])
                throw new MienException($"--map {pair}: expected label=label, such as joy=happy.");
            map[from] = to;
        }

        return map;
    }

    public static FaceTable Load(string path, bool skipBadRows, Terminal terminal, string[]? map = null) => LoadAll(path, skipBadRows, terminal, map).Table;

    public static LoadedDataset LoadAll(string path, bool skipBadRows, Terminal terminal, string[]? map = null)
    {
        LoadedDataset data = DatasetReader.Load(path, DatasetOptions.Default with { SkipBadRows = skipBadRows, Map = Map(map) });
        foreach (string note in data.Notes)
            terminal.Error.MarkupLineInterpolated($"[grey]{note}[/]");
        foreach (string row in data.BadRows.Take(ShownBadRows))
            terminal.Error.MarkupLineInterpolated($"[yellow]left out:[/] {row}");
        if (data.BadRows.Count > 0)
            terminal.Error.MarkupLineInterpolated($"[yellow]{data.BadRows.Count} bad rows left out[/]{(data.BadRows.Count > ShownBadRows ? $", the first {ShownBadRows} named above" : "")}");
        return data;
    }
}
