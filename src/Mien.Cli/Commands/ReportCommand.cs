using System.CommandLine;
using System.Diagnostics;
using Mien.Reports;
using Mien.Training.Datasets;
using Mien.Training.Runs;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>mien report</summary>
internal static class ReportCommand
{
    public static Command Create(Terminal terminal)
    {
        ReportOptions defaults = ReportOptions.Default;
        var source = new Argument<string?>("RUN|MODEL")
        {
            Description = $"A run's folder, a model.onnx, or {Classifiers.Named}; default "
            + "where left out.",
            Arity = ArgumentArity.ZeroOrOne
        };
        var data = new Option<string>("--data") { Description = "CSV, archive or folder.", Required = true };
        var folder = new Option<string?>("--out")
        {
            Description = "Folder for report.html; the run's own, or the current one, where left "
            + "out."
        };
        var splits = JudgingArguments.SplitsOption("Splits to read, the test set last; all that the data has where left out. Leave "
            + "PrivateTest out while a model is still being chosen.");
        var ferPlus = new Option<string?>("--ferplus")
        {
            Description = "FER+'s fer2013new.csv: votes beside the labels that are likely "
            + "wrong, and what judges a model of people's shares; where left out, the one beside the data."
        };
        var training = new Option<int>("--training-faces")
        {
            Description = "Training faces to read, stratified; 0 reads all.",
            DefaultValueFactory = _ => defaults.TrainingFaces
        };
        var seed = new Option<int>("--seed") { Description = "Decides the random samples.", DefaultValueFactory = _ => defaults.Seed };
        Option<bool> overwrite = OutputFiles.OverwriteOption();
        var command = new Command("report", "Writes one page on which a person judges a model: curves, figures, galleries, doubts.")
        {
            source, data, folder, splits, ferPlus, training, seed, overwrite,
        };
        Option<bool> onlyPresent = JudgingArguments.AddOnlyPresent(command);
        DataArguments reading = DataArguments.AddTo(command);
        command.SetAction(parsed =>
        {
            long begun = Stopwatch.GetTimestamp();
            string? given = parsed.GetValue(source);
            string target = parsed.GetValue(folder) ?? (IsRun(given) ? given! : ".");
            // Before an hour's reading.
            IReadOnlySet<string> sources = OutputFiles.Sources(parsed.GetValue(data)!);
            OutputFiles.Require(Path.Combine(target, Report.FileName), parsed.GetValue(overwrite), sources);
            FaceTable table = reading.Load(parsed, parsed.GetValue(data)!, terminal).Table;
            table = FerPlusVotes.Attach(table, parsed.GetValue(data)!, parsed.GetValue(ferPlus), terminal);
            using ReportSource opened = ReportSource.Open(given, table);
            var options = defaults with
            {
                TrainingFaces = parsed.GetValue(training),
                Seed = parsed.GetValue(seed),
                OnlyPresent = parsed.GetValue(onlyPresent)
            };
            if (parsed.GetValue(splits) is { Length: > 0 } wanted)
                options = options with { Splits = [.. wanted.Distinct().Order()] };
            string page = Report.Write(opened, table, parsed.GetValue(data)!, target, options, step => terminal.Error.WriteLine(step));
            terminal.Error.WriteLine($"{new FileInfo(page).Length / 1e6:F1} MB in {Stopwatch.GetElapsedTime(begun).TotalSeconds:F0} s");
            terminal.WriteName(page);
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>Whether it is the folder of a run: its report stands in it.</summary>
    private static bool IsRun(string? given) => Directory.Exists(given) && File.Exists(new RunFolder(given).ConfigurationFile);
}
