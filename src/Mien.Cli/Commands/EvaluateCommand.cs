using System.CommandLine;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Export;
using Mien.Training.Runs;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>mien evaluate</summary>
internal static class EvaluateCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Option<string[]>("--model") { Description = "A model.onnx; several are averaged; accurate for the larger model, bundled or left out for the bundled one." };
        var data = new Option<string>("--data") { Description = "CSV, archive or folder.", Required = true };
        var split = new Option<Split>("--split") { Description = "Training, PublicTest or PrivateTest.", DefaultValueFactory = _ => Split.PublicTest };
        var json = new Option<string?>("--json") { Description = "Write the figures to this file too; - for standard output in place of the table." };
        var drop = new Option<bool>("--drop-copies") { Description = "Leave out faces that Training has too, byte for byte." };
        var flip = new Option<bool>("--flip") { Description = "Average each face's probabilities with its mirror image's, at twice the cost." };
        var labels = new Option<LabelSource>("--labels") { Description = "Whose labels judge: own, or ferplus (the majority of the FER+ taggers, eight classes)." };
        var votes = new Option<string?>("--ferplus") { Description = "FER+'s fer2013new.csv; looked for beside --data where left out." };
        var way = new Option<EvaluationWay>("--way") { Description = "direct: the faces as they are; whole: put into larger pictures, found and aligned there; rotated: the same at fixed turns." };
        var limit = new Option<int>("--limit") { Description = "With --way whole or rotated: so many faces, each class's share kept; 0 for all.", DefaultValueFactory = _ => 1000 };
        var coverage = new Option<bool>("--coverage") { Description = "Print what each --min-confidence of `mien predict` leaves and how much of it is right, as a Markdown table." };
        var corruptions = new Option<bool>("--corruptions") { Description = "Judge on faces in bad light, noisy, blurred, compressed, covered and turned: each corruption at three strengths." };
        var quality = new Option<bool>("--quality") { Description = "Print accuracy by tenth of Quality, over each face as it is and spoiled, as a Markdown table." };
        var write = new Option<bool>("--write-figures") { Description = "Write accuracy and each class's recall into the model's own file, where `mien serve` and `mien model info` find them." };
        var command = new Command("evaluate", "Judges a model on one split of a data set.") { model, data, split, json, drop, flip, labels, votes, way, limit, coverage, corruptions, quality, write };
        DataArguments reading = DataArguments.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(write) && (result.GetValue(model) is not [not (ExpressionClassifier.BundledName or ExpressionClassifier.AccurateName)] || result.GetValue(way) != EvaluationWay.Direct || result.GetValue(labels) != LabelSource.Own || result.GetValue(flip) || result.GetValue(drop)))
                result.AddError("--write-figures: name one --model file, and leave --way, --labels, --flip and --drop-copies out: a file's figures must mean the same in every file.");
        });
        command.SetAction(parsed =>
        {
            using ExpressionClassifier classifier = Classifiers.Open(parsed.GetValue(model));
            FaceTable table = reading.Load(parsed, parsed.GetValue(data)!, terminal).Table;
            if (parsed.GetValue(labels) == LabelSource.FerPlus)
                table = FerPlusVotes.AttachNeeded(table, parsed.GetValue(data)!, parsed.GetValue(votes));
            if (parsed.GetValue(drop) && parsed.GetValue(split) != Split.Training)
                table = DatasetInspector.WithoutCopiesOfTraining(table, parsed.GetValue(split));
            if (parsed.GetValue(labels) == LabelSource.FerPlus)
                table = FerPlus.Relabel(table);
            if (parsed.GetValue(way) is not EvaluationWay.Direct and var detour)
                return WholeWayFigures.Write(detour, classifier, Evaluator.FacesFor(classifier, table, parsed.GetValue(split)), parsed.GetValue(limit), parsed.GetValue(json), terminal);
            if (parsed.GetValue(coverage))
            {
                CoverageTable.Write(classifier, Evaluator.FacesFor(classifier, table, parsed.GetValue(split)), terminal.Output);
                return ExitCode.Ok;
            }

            if (parsed.GetValue(corruptions))
                return CorruptionFigures.Write(classifier, Evaluator.FacesFor(classifier, table, parsed.GetValue(split)), parsed.GetValue(json), terminal);

            if (parsed.GetValue(quality))
                return QualityTable.Write(classifier, Evaluator.FacesFor(classifier, table, parsed.GetValue(split)), parsed.GetValue(json), terminal);

            Evaluation evaluation = Evaluator.Evaluate(classifier, table, parsed.GetValue(split), parsed.GetValue(flip));
            if (parsed.GetValue(write))
                ModelFigures.Write(parsed.GetValue(model)![0], parsed.GetValue(split), evaluation);
            string text = evaluation.ToJson();
            if (parsed.GetValue(json) == "-")
            {
                terminal.Output.WriteLine(text);
                return ExitCode.Ok;
            }

            EvaluationTable.Write(evaluation, parsed.GetValue(split), terminal.Console);
            if (parsed.GetValue(json) is { } file)
                OutputFiles.Write(file, text);
            return ExitCode.Ok;
        });
        return command;
    }
}

/// <summary>Figures as tables.</summary>
internal static class EvaluationTable
{
    public static void Write(Evaluation evaluation, Split split, IAnsiConsole console)
    {
        console.WriteLine($"{split}: {evaluation.Count} faces, {evaluation.ImagesPerSecond:F0} a second");
        console.WriteLine($"accuracy {evaluation.Accuracy * 100:F2} %, macro F1 {evaluation.MacroF1:F4}, balanced accuracy {evaluation.BalancedAccuracy * 100:F2} %");
        console.WriteLine($"negative log-likelihood {evaluation.Nll:F4}, Brier score {evaluation.Brier:F4}, expected calibration error {evaluation.Ece:F4}");

        var classes = new Table().AddColumn("class");
        foreach (string column in (string[])["precision", "recall", "F1", "support"])
            classes.AddColumn(new TableColumn(column).RightAligned());
        foreach ((string label, ClassFigures figures) in evaluation.PerClass)
            classes.AddRow(label, $"{figures.Precision:F4}", $"{figures.Recall:F4}", $"{figures.F1:F4}", $"{figures.Support}");
        console.Write(classes);

        string[] labels = [.. evaluation.PerClass.Keys];
        console.WriteLine("confusion matrix: rows are labels, columns predictions");
        var confusion = new Table().AddColumn("");
        foreach (string label in labels)
            confusion.AddColumn(new TableColumn(label).RightAligned());
        for (int row = 0; row < labels.Length; row++)
            confusion.AddRow([labels[row], .. evaluation.Confusion[row].Select(count => $"{count}")]);
        console.Write(confusion);
    }
}
