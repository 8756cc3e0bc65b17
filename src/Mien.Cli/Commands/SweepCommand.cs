using System.CommandLine;
using Mien.Training.Datasets;
using Mien.Training.Runs;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>mien sweep</summary>
internal static class SweepCommand
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "JSON: { \"base\": { … }, \"variants\": { \"name\": { … } } }, with "
            + "members of a run's config.json under \"options\"."
        };
        var data = new Option<string>("--data") { Description = "Data set: CSV, archive or folder.", Required = true };
        var folder = new Option<string>("--out") { Description = "Folder for the runs and the table.", Required = true };
        var limit = new Option<int>("--limit") { Description = "Keep so many faces, stratified; 0 keeps all." };
        var command = new Command("sweep", "Trains the variants that a file lists, one after another, and writes one table; goes on after "
            + "an interruption.") { file, data, folder, limit };
        DataArguments reading = DataArguments.AddTo(command);
        command.SetAction(parsed =>
        {
            Sweep sweep = Sweep.Read(parsed.GetValue(file)!);
            FaceTable table = reading.Load(parsed, parsed.GetValue(data)!, terminal).Table;
            return Interruption.Run(cancellationToken =>
            {
                IReadOnlyList<SweepResult> results = sweep.Run(
                    table, parsed.GetValue(data)!, parsed.GetValue(folder)!, parsed.GetValue(limit),
                    name => terminal.Error.MarkupLineInterpolated($"[bold]{name}[/]"), TrainingDisplay.Lines(terminal), cancellationToken);
                Write(results, terminal.Console);
                return ExitCode.Ok;
            });
        });
        return command;
    }

    private static void Write(IReadOnlyList<SweepResult> results, SafeConsole console)
    {
        Table table = new Table().WithColumns("variant").WithNumbers("PublicTest", "with flip", "macro F1", "parameters", "multiply-adds",
            "s an epoch", "epochs");
        foreach (SweepResult result in results)
        {
            table.WithRow(result.Name, $"{result.Accuracy * 100:F2} %", $"{result.AccuracyFlip * 100:F2} %", $"{result.MacroF1:F4}",
                $"{result.Parameters:N0}", $"{result.MultiplyAdds:N0}", $"{result.SecondsAnEpoch:F0}", $"{result.Epochs}");
        }

        console.Write(table);
    }
}
