using System.CommandLine;
using Mien.Reports;
using Mien.Reports.Figures;
using Mien.Reports.Predictions;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Runs;

namespace Mien.Cli.Commands;

/// <summary>Which faces `mien plot samples` draws.</summary>
internal enum SampleKind
{
    Random,
    Mistakes,
    Unsure,
}

/// <summary>mien plot history, confusion, classes, reliability, coverage, map, samples</summary>
internal static class PlotCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("plot", "Writes one figure as .png or .svg.");
        command.Subcommands.Add(CreateHistory(terminal));
        command.Subcommands.Add(CreateConfusion(terminal));
        command.Subcommands.Add(OverPredictions(terminal, "classes", "Precision, recall and F1 of each class.", [],
            (_, judged, _) => Charts.ClassBars(judged.Evaluation)));
        command.Subcommands.Add(OverPredictions(terminal, "reliability", "Reliability diagram.", [],
            (_, judged, _) => Charts.ReliabilityDiagram(
            Reliability.Bins(judged.Probabilities, judged.Faces.Labels, judged.Faces.LabelNames.Count), judged.Evaluation.Ece)));
        command.Subcommands.Add(OverPredictions(terminal, "coverage", "Accuracy against the share of faces answered.", [],
            (_, judged, _) => Charts.CoverageCurve(
            Coverage.Curve(judged.Probabilities, judged.Faces.Labels, judged.Faces.LabelNames.Count))));
        command.Subcommands.Add(CreateMap(terminal));
        command.Subcommands.Add(CreateSamples(terminal));
        return command;
    }

    private static Command CreateConfusion(Terminal terminal)
    {
        var cells = new Option<ConfusionCells>("--cells")
        {
            Description = "Counts or Shares.",
            DefaultValueFactory = _ => ConfusionCells.Counts
        };
        return OverPredictions(terminal, "confusion", "Confusion matrix.", [cells], (_, judged, parsed) => ConfusionMatrix.Draw(
            judged.Evaluation.Confusion, judged.Faces.LabelNames, parsed.GetValue(cells), $"{judged.Split}: accuracy "
                + $"{judged.Evaluation.Accuracy * 100:F2} %"));
    }

    private static Command CreateMap(Terminal terminal)
    {
        (Option<int> count, Option<int> seed) = SampleOptions(ReportOptions.Default.MapFaces);
        return OverPredictions(terminal, "map", "The network's last features laid out in a plane (t-SNE), colored by label.", [count, seed],
            (classifier, judged, parsed) =>
            EmbeddingMap.Draw(classifier, judged, judged.Sample(parsed.GetValue(count), parsed.GetValue(seed)), parsed.GetValue(seed)));
    }

    private static Command CreateSamples(Terminal terminal)
    {
        var kind = new Option<SampleKind>("--kind")
        {
            Description = "Random, Mistakes (most confident first) or Unsure (least confident "
            + "first)."
        };
        (Option<int> count, Option<int> seed) = SampleOptions(24);
        return OverPredictions(terminal, "samples", "Faces with their labels and all probabilities.", [kind, count, seed],
            (_, judged, parsed) =>
        {
            int[] places = parsed.GetValue(kind) switch
            {
                SampleKind.Mistakes => judged.Mistakes(parsed.GetValue(count)),
                SampleKind.Unsure => judged.LeastConfident(parsed.GetValue(count)),
                _ => judged.Sample(parsed.GetValue(count), parsed.GetValue(seed)),
            };
            return SampleSheet.Draw(judged, places, $"{judged.Split}, {parsed.GetValue(kind).ToString().ToLowerInvariant()}");
        });
    }

    private static (Option<int> Count, Option<int> Seed) SampleOptions(int faces)
    {
        var count = new Option<int>("--count") { Description = "Faces to draw.", DefaultValueFactory = _ => faces };
        count.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && value < 1)
                result.AddError($"--count {value}: expected 1 or more.");
        });
        return (count, new Option<int>("--seed") { Description = "Decides the random sample.", DefaultValueFactory = _ => 1 });
    }

    private static Command CreateHistory(Terminal terminal)
    {
        var run = new Argument<string>("RUN") { Description = "A run's folder." };
        var file = FileOption();
        Option<bool> overwrite = OutputFiles.OverwriteOption();
        var command = new Command("history", "Accuracy, loss and learning rate by epoch.") { run, file, overwrite };
        command.SetAction(parsed =>
        {
            OutputFiles.Require(parsed.GetValue(file)!, parsed.GetValue(overwrite), OutputFiles.Sources());
            return Save(Charts.History(ReportSource.ReadEpochs(new RunFolder(parsed.GetValue(run)!))), parsed.GetValue(file)!, terminal);
        });
        return command;
    }

    /// <summary>A figure over what a model says of one split.</summary>
    private static Command OverPredictions(Terminal terminal, string name, string description, Option[] more, Func<ExpressionClassifier, JudgedFaces, ParseResult, Figure> draw)
    {
        var model = new Argument<string?>("RUN|MODEL")
        {
            Description = $"A run's folder, a model.onnx, or {Classifiers.Named}; default "
            + "where left out.",
            Arity = ArgumentArity.ZeroOrOne
        };
        var data = new Option<string>("--data") { Description = "CSV, archive or folder.", Required = true };
        var split = JudgingArguments.SplitOption();
        var file = FileOption();
        Option<bool> overwrite = OutputFiles.OverwriteOption();
        var command = new Command(name, description) { model, data, split, file, overwrite };
        foreach (Option option in more)
            command.Options.Add(option);
        Option<bool> onlyPresent = JudgingArguments.AddOnlyPresent(command);
        DataArguments reading = DataArguments.AddTo(command);
        command.SetAction(parsed =>
        {
            OutputFiles.Require(parsed.GetValue(file)!, parsed.GetValue(overwrite), OutputFiles.Sources(parsed.GetValue(data)!));
            FaceTable table = reading.LoadFor(parsed.GetValue(file)!, parsed, parsed.GetValue(data)!, terminal).Table;
            table = FerPlusVotes.Attach(table, parsed.GetValue(data)!, null, terminal);
            using ReportSource source = ReportSource.Open(parsed.GetValue(model), table);
            table = WhoseLabels.For(source.Classifier.Card, table);
            JudgedFaces judged = JudgedFaces.Judge(source.Classifier, table, parsed.GetValue(split),
                onlyPresent: parsed.GetValue(onlyPresent));
            JudgingArguments.Say(judged.Fit, judged.Split, terminal);
            return Save(draw(source.Classifier, judged, parsed), parsed.GetValue(file)!, terminal);
        });
        return command;
    }

    private static Option<string> FileOption() => new("--out") { Description = "The .png or .svg to write.", Required = true };

    private static int Save(Figure figure, string file, Terminal terminal)
    {
        figure.Save(file);
        terminal.WriteName(file);
        return ExitCode.Ok;
    }
}
