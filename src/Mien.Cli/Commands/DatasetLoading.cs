using Mien.Training.Datasets;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>Loads a data set and says on standard error what was left out.</summary>
internal static class DatasetLoading
{
    private const int ShownBadRows = 20;

    /// <param name="path">The data set.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="terminal">Told what was left out.</param>
    /// <param name="nameAll">Names every row that is left out, not the first ones only.</param>
    public static LoadedDataset Load(string path, DatasetOptions options, Terminal terminal, bool nameAll = false)
    {
        LoadedDataset data = DatasetReader.Load(path, options);
        int notes = nameAll ? data.Notes.Count : Math.Min(data.Notes.Count, ShownBadRows);
        foreach (string note in data.Notes.Take(notes))
            terminal.Error.MarkupLineInterpolated($"[yellow]note:[/] {note}");
        if (notes < data.Notes.Count)
        {
            int more = data.Notes.Count - notes;
            terminal.Error.MarkupLineInterpolated($"[yellow]and {more} more notes[/]: `mien dataset inspect` prints them all");
        }

        Name(data.BadRows, "bad rows left out");
        if (data.Search is not { } search)
            return data;
        terminal.Error.MarkupLineInterpolated(
            $"[gray]faces: {search.Searched} photos searched, {search.Kept} known from {search.Cache}[/]");
        Name(search.WithoutFace, "photos without a face left out");
        if (search.SeveralFaces > 0)
            terminal.Error.MarkupLineInterpolated($"{search.SeveralFaces} photos with several faces: the largest was taken");
        return data;

        void Name(IReadOnlyList<string> left, string what)
        {
            int shown = nameAll ? left.Count : ShownBadRows;
            foreach (string row in left.Take(shown))
                terminal.Error.MarkupLineInterpolated($"[yellow]left out:[/] {row}");
            if (left.Count > 0)
                terminal.Error.MarkupLineInterpolated($"[yellow]{left.Count} {what}[/]{(left.Count > shown ? $", the first {shown} named above" : "")}");
        }
    }
}
