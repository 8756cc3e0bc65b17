using System.CommandLine;
using System.Diagnostics;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>mien compare</summary>
internal static class CompareCommand
{
    public static Command Create(Terminal terminal)
    {
        var models = new Argument<string[]>("MODEL") { Description = "Two or more .onnx files; a+b averages a and b; bundled for the bundled model.", Arity = new ArgumentArity(2, 100) };
        var data = new Option<string>("--data") { Description = "CSV, archive or folder.", Required = true };
        var split = new Option<Split>("--split") { Description = "Training, PublicTest or PrivateTest.", DefaultValueFactory = _ => Split.PublicTest };
        var flip = new Option<bool>("--flip") { Description = "Average each face with its mirror image (models of Mien's)." };
        var drop = new Option<bool>("--drop-copies") { Description = "Leave out faces that Training has too, byte for byte." };
        var labels = new Option<string?>("--labels") { Description = "What the scores of models that Mien did not write mean, in their order: neutral,happiness,…" };
        var pixels = new Option<PixelRange>("--pixels") { Description = "How such models want their pixels: byte (0..255), unit (0..1) or signed (-1..1)." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("compare", "Puts models side by side: accuracy, paired differences with 95 % intervals, McNemar's test.")
        {
            models, data, split, flip, drop, labels, pixels, json,
        };
        DataArguments reading = DataArguments.AddTo(command);
        command.SetAction(parsed =>
        {
            FaceTable table = reading.Load(parsed, parsed.GetValue(data)!, terminal).Table;
            if (parsed.GetValue(drop))
                table = DatasetInspector.WithoutCopiesOfTraining(table, parsed.GetValue(split));
            var answers = new List<(string, byte[], double)>();
            FaceTable faces = table.Select(parsed.GetValue(split));
            foreach (string model in parsed.GetValue(models)!)
            {
                long begun = Stopwatch.GetTimestamp();
                byte[] predicted = Predict(model, table, parsed.GetValue(split), parsed.GetValue(flip), parsed.GetValue(labels), parsed.GetValue(pixels));
                answers.Add((model, predicted, predicted.Length / Stopwatch.GetElapsedTime(begun).TotalSeconds));
            }

            var comparison = Comparison.Of(answers, faces.Labels, faces.LabelNames.Count);
            if (parsed.GetValue(json))
                terminal.Output.WriteLine(comparison.ToJson());
            else
                Write(comparison, parsed.GetValue(split), terminal.Console);
            return ExitCode.Ok;
        });
        return command;
    }

    private static byte[] Predict(string model, FaceTable table, Split split, bool flip, string? labels, PixelRange pixels)
    {
        string[] files = model.Split('+');
        if (files.Length == 1 && File.Exists(model) && ForeignClassifier.IsForeign(model))
        {
            if (labels is null)
                throw new MienException($"{model}: not a model that Mien wrote. Name what its scores mean with --labels neutral,happiness,…");
            using var foreign = new ForeignClassifier(model, labels.Split(','), pixels);
            return foreign.Predict(table.Select(split));
        }

        using ExpressionClassifier classifier = ExpressionClassifier.Create(files);
        FaceTable faces = Evaluator.FacesFor(classifier, table, split);
        float[] probabilities = classifier.Classify(faces.Pixels, faces.Count, flip);
        int classes = classifier.Card.Labels.Count;
        return [.. Enumerable.Range(0, faces.Count).Select(i => (byte)Metrics.MostProbable(probabilities.AsSpan(i * classes, classes)))];
    }

    private static void Write(Comparison comparison, Split split, IAnsiConsole console)
    {
        console.WriteLine($"{split}: {comparison.Count} faces");
        var models = new Table().AddColumn("model");
        foreach (string column in (string[])["accuracy", "95 % interval", "macro F1", "faces a second"])
            models.AddColumn(new TableColumn(column).RightAligned());
        foreach (ComparedModel model in comparison.Models)
            models.AddRow(Markup.Escape(model.Name), Percent(model.Accuracy), $"{Percent(model.Low)} .. {Percent(model.High)}", $"{model.MacroF1:F4}", $"{model.ImagesPerSecond:F0}");
        console.Write(models);

        var pairs = new Table().AddColumns("first", "second");
        foreach (string column in (string[])["difference", "95 % interval", "only first right", "only second right", "p (McNemar)"])
            pairs.AddColumn(new TableColumn(column).RightAligned());
        foreach (PairedDifference pair in comparison.Pairs)
        {
            pairs.AddRow(Markup.Escape(pair.First), Markup.Escape(pair.Second), Points(pair.Difference), $"{Points(pair.Low)} .. {Points(pair.High)}",
                $"{pair.OnlyFirst}", $"{pair.OnlySecond}", pair.P < 0.0001 ? "< 0.0001" : $"{pair.P:F4}");
        }

        console.Write(pairs);
    }

    private static string Percent(double share) => $"{share * 100:F2} %";

    private static string Points(double difference) => $"{difference * 100:+0.00;-0.00;0.00}";
}
