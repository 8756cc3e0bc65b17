using Mien.Reports.Figures;
using Mien.Training.Runs;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>Writes a run's curves into its folder as it goes: history.svg and history.png after each epoch.</summary>
internal static class TrainingCurves
{
    /// <summary>Writes both files; a picture that can't be written is told and ends no run.</summary>
    public static void Write(RunFolder folder, Terminal terminal)
    {
        try
        {
            if (folder.ReadMetrics() is not { Count: > 0 } epochs)
                return;
            Figure history = Charts.History(epochs);
            history.Save(Path.Combine(folder.Path, "history.svg"));
            history.Save(Path.Combine(folder.Path, "history.png"));
        }
        catch (MienException e)
        {
            terminal.Error.MarkupLineInterpolated($"[yellow]no curves:[/] {e.Message}");
        }
    }
}
