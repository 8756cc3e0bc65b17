using Mien.Training.Datasets;
using Mien.Training.Runs;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>Shows a run as it goes: a live line on a terminal, a line an epoch in a pipe.</summary>
internal static class TrainingDisplay
{
    public static void Begin(Trainer trainer, Terminal terminal)
    {
        RunConfiguration run = trainer.Configuration;
        terminal.Error.MarkupLineInterpolated(
            $"[bold]{run.Options.Architecture}[/], {run.Faces["Training"]} Training and {run.Faces["PublicTest"]} PublicTest faces, {run.Options.Epochs} epochs, {run.Options.Precision} on {run.Options.Device}, {run.Options.Threads} threads, seed {run.Options.Seed}");
        string copies = run.CopiesLeftOut ? "left out"
            : run.Options.DropCopies ? "left out here; the model that it goes on from may have learned from them"
            : "left in (--drop-copies false)";
        terminal.Error.MarkupLineInterpolated($"copies of test faces in Training: {copies}");
        if (DatasetInspector.WarningOfValidation(run.Faces["PublicTest"]) is { } few)
            terminal.Error.MarkupLineInterpolated($"[yellow]warning:[/] {few}");
        if (trainer.History.Count > 0)
            terminal.Error.MarkupLineInterpolated($"going on after epoch {trainer.History.Count}");
    }

    public static TrainingResult Run(Trainer trainer, RunFolder folder, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!terminal.Error.Profile.Capabilities.Interactive || Console.IsErrorRedirected)
            return trainer.Run(new Reporter(progress => Epoch(progress, folder, terminal)), cancellationToken);
        return terminal.Error.Status().Start("begins", status => trainer.Run(
            new Reporter(progress =>
            {
                status.Status(Markup.Escape(
                    $"epoch {progress.Epoch}/{progress.Epochs}, step {progress.Step}/{progress.Steps}: loss {progress.Loss:F3}, accuracy {progress.Accuracy:P1}, {progress.ImagesPerSecond:F0} images/s, {Duration(progress.TimeLeft)} left"));
                Epoch(progress, folder, terminal);
            }),
            cancellationToken));
    }

    public static void End(TrainingResult result, RunFolder folder, Terminal terminal)
    {
        if (result.Best is not { } best)
        {
            terminal.Error.MarkupLineInterpolated($"[yellow]stopped before the first epoch was done: nothing to export.[/] `mien train --resume --out {folder.Path}` begins again.");
            return;
        }

        string end = result.End switch
        {
            TrainingEnd.Completed => "done",
            TrainingEnd.StoppedEarly => "stopped early: PublicTest stood still",
            _ => $"stopped; `mien train --resume --out {folder.Path}` goes on",
        };
        terminal.Error.MarkupLineInterpolated($"{end}. Best: epoch {best.Epoch}, PublicTest accuracy {best.PublicTestAccuracy:P2}, macro F1 {best.PublicTestMacroF1:F4}, temperature {result.Temperature:F3}");
        terminal.WriteName(result.ModelFile!);
    }

    public static IProgress<TrainingProgress> Lines(Terminal terminal) => new Reporter(progress => WriteEpoch(progress, terminal));

    private static void Epoch(TrainingProgress progress, RunFolder folder, Terminal terminal)
    {
        WriteEpoch(progress, terminal);
        if (progress.Finished is not null)
            TrainingCurves.Write(folder, terminal);
    }

    private static void WriteEpoch(TrainingProgress progress, Terminal terminal)
    {
        if (progress.Finished is not { } epoch)
            return;
        terminal.Error.MarkupLineInterpolated(
            $"epoch {epoch.Epoch,3}/{progress.Epochs}  loss {epoch.TrainLoss:F3}  accuracy {epoch.TrainAccuracy:P1}  PublicTest loss {epoch.PublicTestLoss:F3}  accuracy {epoch.PublicTestAccuracy:P2}  {epoch.ImagesPerSecond:F0} images/s  {Duration(progress.TimeLeft)} left{(epoch.Best ? "  best" : "")}");
    }

    private static string Duration(TimeSpan time) => time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min" : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s" : $"{time.Seconds} s";

    /// <summary>Reports on the training thread itself: <see cref="Progress{T}"/> would post lines out of order.</summary>
    private sealed class Reporter(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
