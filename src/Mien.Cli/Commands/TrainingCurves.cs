using Mien.Reports.Figures;
using Mien.Training.Runs;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>Writes a run's curves into its folder as it goes: history.svg and history.png after each epoch.</summary>
internal static class TrainingCurves
{
    private static readonly string[] Files = ["history.svg", "history.png"];

    /// <summary>Refuses a folder in which somebody else's files have the names of a run's curves.</summary>
    /// <exception cref="MienException">One is there.</exception>
    public static void RequireNone(RunFolder folder)
    {
        if (Files.Select(file => Path.Combine(folder.Path, file)).FirstOrDefault(File.Exists) is { } there)
            throw new MienException($"{there}: exists already, and no run is in its folder. Choose another --out.");
    }

    /// <summary>Writes both files; a picture that can't be written is told and ends no run.</summary>
    public static void Write(RunFolder folder, Terminal terminal)
    {
        try
        {
            if (folder.ReadMetrics() is not { Count: > 0 } epochs)
                return;
            Figure history = Charts.History(epochs);
            foreach (string file in Files)
                history.Save(Path.Combine(folder.Path, file));
        }
        catch (MienException e)
        {
            terminal.Error.MarkupLineInterpolated($"[yellow]no curves:[/] {e.Message}");
        }
    }
}
