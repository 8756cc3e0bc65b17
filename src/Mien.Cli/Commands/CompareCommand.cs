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
        var models = new Argument<string[]>("MODEL")
        {
            Description = $"Two or more: .onnx files, runs' folders, or "
            + $"{Classifiers.Named}; a+b averages a and b.",
            Arity = new ArgumentArity(2, 100)
        };
        var data = new Option<string>("--data") { Description = "CSV, archive or folder.", Required = true };
        var split = JudgingArguments.SplitOption();
        var flip = new Option<bool>("--flip") { Description = "Average each face with its mirror image (models of Mien's)." };
        var drop = new Option<bool>("--drop-copies") { Description = "Leave out faces that Training has too, byte for byte." };
        var labels = new Option<string?>("--labels")
        {
            Description = "What the scores of models that Mien did not write mean, in their "
            + "order: neutral,happiness,… or a JSON array."
        };
        var pixels = new Option<PixelRange>("--pixels")
        {
            Description = "How such models want their pixels: byte (0..255), unit (0..1) or "
            + "signed (-1..1)."
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("compare", "Puts models side by side: accuracy, paired differences with 95 % intervals, McNemar's test.")
        {
            models, data, split, flip, drop, labels, pixels, json,
        };
        Option<bool> onlyPresent = JudgingArguments.AddOnlyPresent(command);
        DataArguments reading = DataArguments.AddTo(command);
        command.SetAction(parsed =>
        {
            FaceTable table = reading.Load(parsed, parsed.GetValue(data)!, terminal).Table;
            if (parsed.GetValue(drop))
                table = DatasetInspector.WithoutCopiesOfTraining(table, parsed.GetValue(split));
            Split judged = parsed.GetValue(split);
            ModelAnswers[] answers = [.. parsed.GetValue(models)!.Select(model =>
                Predict(model, table, judged, parsed.GetValue(flip), parsed.GetValue(labels), parsed.GetValue(pixels),
                parsed.GetValue(onlyPresent)))];
            Comparison comparison = Compare(answers, table, judged);
            if (parsed.GetValue(json))
                terminal.Output.WriteLine(comparison.ToJson());
            else
                Write(comparison, judged, terminal.Console);
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>Puts answers side by side on the faces that all models have the class of.</summary>
    private static Comparison Compare(ModelAnswers[] answers, FaceTable table, Split split)
    {
        int[] rows = [.. answers.Skip(1).Aggregate<ModelAnswers, IEnumerable<int>>(answers[0].Fit.Rows, (common, next) => common.Intersect(next.Fit.Rows))];
        if (rows.Length == 0)
        {
            IEnumerable<string> classes = answers.Select(answer => $"{answer.Model} has {string.Join(", ", answer.Fit.Faces.LabelNames)}");
            throw new MienException($"The models have no class of the data's {split} faces in common: {string.Join("; ", classes)}.");
        }

        FaceTable faces = table.Take(rows);
        var comparison = Comparison.Of([.. answers.Select(answer => (answer.Model, answer.Among(rows, table), answer.Speed))], faces.Labels,
            faces.LabelNames.Count);
        HashSet<int> compared = [.. rows];
        return comparison with
        {
            Models = [.. comparison.Models.Zip(answers, (model, answer) =>
                model with { Missing = answer.Fit.Missing, SharedOut = answer.Fit.SharedOut })],
            LeftOut = Enumerable.Range(0, table.Count).Where(row => table.Splits[row] == split && !compared.Contains(row))
                .GroupBy(row => table.LabelNames[table.Labels[row]]).OrderBy(group => group.Key, StringComparer.Ordinal)
                    .ToDictionary(group => group.Key, group => group.Count()),
        };
    }

    private static ModelAnswers Predict(string model, FaceTable table, Split split, bool flip, string? labels, PixelRange pixels,
        bool onlyPresent)
    {
        string[] files = model.Split('+');
        string file = files.Length == 1 ? ModelSource.FileOf(model) : model;
        using ForeignClassifier? foreign = File.Exists(file)
            ? ForeignClassifier.OpenIfForeign(file, labels is null ? null : NameLists.Names("--labels", labels), pixels) : null;
        if (foreign is not null)
        {
            var theirs = LabelFit.Of(foreign.Labels, table, split, onlyPresent);
            long started = Stopwatch.GetTimestamp();
            return Timed(theirs, foreign.Predict(theirs.Faces, theirs.SharedOut), started);
        }

        using ExpressionClassifier classifier = Classifiers.Open(files);
        LabelFit fit = Evaluator.Fit(classifier, table, split, onlyPresent);
        int classes = classifier.Card.Labels.Count;
        long begun = Stopwatch.GetTimestamp();
        float[] probabilities = fit.Probabilities(classifier.Classify(fit.Faces.Pixels, fit.Faces.Count, flip));
        return Timed(fit, [.. Enumerable.Range(0, fit.Faces.Count)
            .Select(i => (byte)Metrics.MostProbable(probabilities.AsSpan(i * classes, classes)))], begun);

        ModelAnswers Timed(LabelFit of, byte[] predicted, long since) =>
            new(model, of, predicted, predicted.Length / Stopwatch.GetElapsedTime(since).TotalSeconds);
    }

    /// <summary>What a model says of the faces that it has the class of, and how fast, the opening of the model left out.</summary>
    /// <param name="Model">As it was named.</param>
    /// <param name="Fit">The faces.</param>
    /// <param name="Predicted">For each its most probable class, a place among the model's.</param>
    /// <param name="Speed">Faces a second.</param>
    private sealed record ModelAnswers(string Model, LabelFit Fit, byte[] Predicted, double Speed)
    {
        /// <summary>The answers for some rows of a table, as places among its labels; 255 for a class that it lacks.</summary>
        public byte[] Among(int[] rows, FaceTable table)
        {
            var places = Fit.Rows.Select((row, place) => (row, place)).ToDictionary(pair => pair.row, pair => pair.place);
            byte[] named = [.. Fit.Faces.LabelNames.Select(name => PlaceOf(name, table.LabelNames))];
            return [.. rows.Select(row => named[Predicted[places[row]]])];
        }

        private static byte PlaceOf(string name, IReadOnlyList<string> names)
        {
            int place = names.ToList().FindIndex(each => string.Equals(each, name, StringComparison.OrdinalIgnoreCase));
            return place < 0 ? byte.MaxValue : (byte)place;
        }
    }

    private static void Write(Comparison comparison, Split split, SafeConsole console)
    {
        console.WriteLine($"{split}: {comparison.Count} faces");
        if (comparison.LeftOut.Count > 0)
            console.WriteLine($"left out: {comparison.LeftOut.Values.Sum()} faces of classes that one of the models lacks: "
                + $"{string.Join(", ", comparison.LeftOut.Select(pair => $"{pair.Key} ({pair.Value})"))}");
        foreach (ComparedModel model in comparison.Models.Where(model => model.Missing.Count > 0))
        {
            string shared = model.SharedOut.Count > 0 ? $"; the probability of {string.Join(", ", model.SharedOut)} is shared out among "
                + "its other classes" : "";
            console.WriteLine($"{model.Name}: no face is {string.Join(", ", model.Missing)}{shared}");
        }

        Table models = new Table().WithColumns("model").WithNumbers("accuracy", "95 % interval", "macro F1", "faces a second");
        foreach (ComparedModel model in comparison.Models)
            models.WithRow(model.Name, Percent(model.Accuracy), $"{Percent(model.Low)} .. {Percent(model.High)}", $"{model.MacroF1:F4}",
                $"{model.ImagesPerSecond:F0}");
        console.Write(models);

        Table pairs = new Table().WithColumns("first", "second").WithNumbers("difference", "95 % interval", "only first right",
            "only second right", "p (McNemar)");
        foreach (PairedDifference pair in comparison.Pairs)
        {
            pairs.WithRow(pair.First, pair.Second, Points(pair.Difference), $"{Points(pair.Low)} .. {Points(pair.High)}",
                $"{pair.OnlyFirst}", $"{pair.OnlySecond}", pair.P < 0.0001 ? "< 0.0001" : $"{pair.P:F4}");
        }

        console.Write(pairs);
    }

    private static string Percent(double share) => $"{share * 100:F2} %";

    private static string Points(double difference) => $"{difference * 100:+0.00;-0.00;0.00}";
}
