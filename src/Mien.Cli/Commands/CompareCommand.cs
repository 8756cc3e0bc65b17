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
        var models = new Argument<string[]>("MODEL") { Description = $"Two or more: .onnx files, or {Classifiers.Named}; a+b averages a and b.", Arity = new ArgumentArity(2, 100) };
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
                (byte[] predicted, double speed) = Predict(model, table, parsed.GetValue(split), parsed.GetValue(flip), parsed.GetValue(labels), parsed.GetValue(pixels));
                answers.Add((model, predicted, speed));
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

    /// <returns>A class a face, and faces a second, the opening of the model left out.</returns>
    private static (byte[] Predicted, double Speed) Predict(string model, FaceTable table, Split split, bool flip, string? labels, PixelRange pixels)
    {
        string[] files = model.Split('+');
        using ForeignClassifier? foreign = files.Length == 1 && File.Exists(model) ? ForeignClassifier.OpenIfForeign(model, labels?.Split(','), pixels) : null;
        if (foreign is not null)
        {
            FaceTable others = table.Select(split);
            long started = Stopwatch.GetTimestamp();
            return Timed(foreign.Predict(others), started);
        }

        using ExpressionClassifier classifier = ExpressionClassifier.Create(files);
        FaceTable faces = Evaluator.FacesFor(classifier, table, split);
        int classes = classifier.Card.Labels.Count;
        long begun = Stopwatch.GetTimestamp();
        float[] probabilities = classifier.Classify(faces.Pixels, faces.Count, flip);
        return Timed([.. Enumerable.Range(0, faces.Count).Select(i => (byte)Metrics.MostProbable(probabilities.AsSpan(i * classes, classes)))], begun);

        static (byte[], double) Timed(byte[] predicted, long since) => (predicted, predicted.Length / Stopwatch.GetElapsedTime(since).TotalSeconds);
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
