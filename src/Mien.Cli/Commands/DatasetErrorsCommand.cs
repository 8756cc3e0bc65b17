using System.CommandLine;
using System.Globalization;
using Mien.Cli.Predictions;
using Mien.Training.Augmentation;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Models;
using Mien.Training.Runs;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>mien dataset errors</summary>
internal sealed class DatasetErrorsCommand
{
    private const int ShownErrors = 20;

    // For few epochs: docs/experiments-log.md, of the labels that are likely wrong.
    private static readonly TrainingOptions Short = TrainingOptions.Default with
    {
        Epochs = 12,
        Optimizer = OptimizerKind.Muon,
        WarmUpEpochs = 1,
        AverageDecay = 0.995,
        Patience = 0,
        Augmentation = AugmentationOptions.Default with { Blur = 0, SmallSize = 32 },
    };

    private readonly Option<string> _data = new("--data") { Description = "CSV, archive, folder or manifest.", Required = true };
    private readonly Option<string?> _out = new("--out")
    {
        Description = "Write every likely wrong label to this CSV; the first of them "
        + "are printed where left out."
    };
    private readonly Option<bool> _overwrite = OutputFiles.OverwriteOption();
    private readonly Option<Split?> _split = JudgingArguments.OneSplitOption("Only the faces of Training, PublicTest or PrivateTest "
        + "(train, val, test); all where left out.");
    private readonly Option<int> _folds = new("--folds")
    {
        Description = "Parts, each read by a network trained on the "
        + "others.",
        DefaultValueFactory = _ => 5
    };
    private readonly Option<string> _runs = new("--runs")
    {
        Description = "Folder of the folds' runs; the same command goes on with them.",
        DefaultValueFactory = _ => Path.Combine("runs", "dataset-errors")
    };
    private readonly Option<string[]> _model = new("--model")
    {
        Description = $"Read the faces with this model.onnx, or a run's "
        + $"folder, or {Classifiers.Named}, in place of folds; several are averaged."
    };
    private readonly Option<ErrorRanking> _rank = new("--rank")
    {
        Description = "What comes first: margin (label far below another class) "
        + "or confidence (label least probable)."
    };
    private readonly Option<string?> _from = new("--from")
    {
        Description = $"The folds' networks go on from this model.onnx, a run's "
        + $"folder, or {Classifiers.Named}: few faces are read far better so."
    };
    private readonly Option<string?> _recipe = new("--recipe")
    {
        Description = "A recipe's name or JSON, as of `mien train`, for the "
        + "folds; FER+ votes in it are not learned."
    };
    private readonly Option<string> _arch = new("--arch")
    {
        Description = $"Architecture of the folds: "
        + $"{string.Join(", ", Architectures.Names)}.",
        DefaultValueFactory = _ => Short.Architecture
    };
    private readonly Option<int> _epochs = new("--epochs")
    {
        Description = "Passes over a fold's faces.",
        DefaultValueFactory = _ => Short.Epochs
    };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads of the arithmetic; 0 is one a core." };
    private readonly Option<string?> _ferPlus = new("--ferplus")
    {
        Description = "FER+'s fer2013new.csv: says how many of the first errors "
        + "its taggers confirm."
    };

    private readonly Terminal _terminal;
    private readonly Option<bool> _onlyPresent;
    private readonly DataArguments _reading;

    private DatasetErrorsCommand(Command command, Terminal terminal)
    {
        _terminal = terminal;
        Ranges.Require(_folds, value => value >= 2, "2 or more");
        Ranges.Require(_epochs, value => value >= 1, "1 or more");
        Ranges.Require(_threads, value => value >= 0, "0 or more");
        Option[] options = [_data, _out, _overwrite, _split, _folds, _runs, _model, _rank, _from, _recipe, _arch, _epochs, _threads,
            _ferPlus];
        foreach (Option option in options)
            command.Options.Add(option);
        _onlyPresent = JudgingArguments.AddOnlyPresent(command);
        _reading = DataArguments.AddTo(command);
    }

    public static Command Create(Terminal terminal)
    {
        var command = new Command("errors", "Lists the labels that are likely wrong, the likeliest first (confident learning, Northcutt et "
            + "al. 2021).");
        var verb = new DatasetErrorsCommand(command, terminal);
        command.SetAction(parsed => Interruption.Run(cancellationToken => verb.Run(parsed, cancellationToken)));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancellationToken)
    {
        string path = parsed.GetValue(_data)!;
        if (parsed.GetValue(_out) is { } target)
            OutputFiles.Require(target, parsed.GetValue(_overwrite), OutputFiles.Sources(path));
        LoadedDataset data = _reading.LoadFor(parsed.GetValue(_out), parsed, path, _terminal);
        FaceTable whole = parsed.GetValue(_ferPlus) is { } votes ? FerPlus.Attach(votes, data.Table) : data.Table;
        int[] rows = [.. Enumerable.Range(0, whole.Count).Where(i => parsed.GetValue(_split) is not { } split || whole.Splits[i] == split)];
        FaceTable table = whole.Take(rows);
        if (table.ClassCounts().Count(count => count > 0) < 2)
            throw new MienException($"{path}: {(table.Count == 0 ? $"no {parsed.GetValue(_split)} faces" : $"every face is {table.LabelNames[table.Labels[0]]}")}. Wrong labels are found among two labels or more.");
        FaceOrigin[] origins = [.. rows.Select(row => data.Origins[row])];
        float[]? probabilities;
        if (parsed.GetValue(_model) is { Length: > 0 } models)
        {
            (LabelFit fit, probabilities) = ReadWith(models, whole, parsed.GetValue(_split), parsed.GetValue(_onlyPresent));
            (table, origins) = (fit.Faces, [.. fit.Rows.Select(row => data.Origins[row])]);
        }
        else
        {
            probabilities = CrossValidate(parsed, path, table, whole, origins, cancellationToken);
        }

        if (probabilities is null)
        {
            _terminal.Error.MarkupLineInterpolated($"[yellow]stopped.[/] The same command goes on with {parsed.GetValue(_runs)}.");
            return ExitCode.Failure;
        }

        var errors = new LabelErrors(table, origins, probabilities, parsed.GetValue(_rank));
        errors.Summarize(_terminal);
        (string who, string cure) = parsed.GetValue(_model) is { Length: > 0 }
            ? ("the model reads", "Name a model that reads such faces, or leave --model out.")
            : parsed.GetValue(_from) is null
            ? ("the folds' networks read", "Pass --model accurate, or --from default with another --runs folder, or train longer: more "
                + "--epochs, more faces.")
            : ("the folds' networks read", "Pass another model to --from, more --epochs or more faces, with another --runs folder.");
        errors.WarnOfChance(_terminal, who, cure);
        if (table.Votes is not null)
            TaggersOnErrors.Write(table, errors.Found, _terminal.Console);
        if (parsed.GetValue(_out) is { } file)
        {
            errors.WriteCsv(file, parsed.GetValue(_overwrite));
            _terminal.WriteName(file);
        }
        else
        {
            errors.WriteTable(ShownErrors, _terminal.Console);
        }

        return ExitCode.Ok;
    }

    private (LabelFit Fit, float[] Probabilities) ReadWith(string[] models, FaceTable whole, Split? split, bool onlyPresent)
    {
        using ExpressionClassifier classifier = Classifiers.Open(models);
        LabelFit fit = Evaluator.Fit(classifier, whole, split, onlyPresent);
        JudgingArguments.Say(fit, split, _terminal);
        if (fit.Faces.LabelNames.Count - fit.Missing.Count < 2)
            throw new MienException($"--model: of the model's labels ({string.Join(", ", fit.Faces.LabelNames)}) the data have "
                + $"{string.Join(", ", fit.Faces.LabelNames.Except(fit.Missing))} alone. Wrong labels are found among two labels or more.");
        if (classifier.Card.DataSha256 != whole.Sha256() || fit.Faces.Splits.Contains(Split.Training))
            WarnOfLearned(classifier.Card, whole, "--model", "leave --model out, or judge another --split");
        return (fit, fit.Probabilities(classifier.Classify(fit.Faces.Pixels, fit.Faces.Count, mirror: true)));
    }

    private void WarnOfLearned(ModelCard card, FaceTable whole, string option, string cure)
    {
        if (card.DataSha256 == whole.Sha256())
        {
            string blind = $"it has learned the Training labels, wrong ones included, and is blind to many of them. To find those, {cure}.";
            _terminal.Error.MarkupLineInterpolated($"[yellow]{card.Name} was trained on this data:[/] {blind}");
        }
        else
        {
            const string Blind = "a model that was trained on some of these faces has learned their labels, wrong ones included, and is "
                + "blind to them.";
            _terminal.Error.MarkupLineInterpolated($"[yellow]{option}:[/] {Blind}");
        }
    }

    private float[]? CrossValidate(
        ParseResult parsed, string data, FaceTable table, FaceTable whole, FaceOrigin[] origins, CancellationToken cancellationToken)
    {
        TrainingOptions recipe = parsed.GetValue(_recipe) is { } file ? Recipe.Read(file) : Short;
        // What the taggers said is to confirm the errors that are found, so the folds must not learn it.
        recipe = recipe.WithoutVotes() with
        {
            From = Given(_from, recipe.From),
            Architecture = Given(_arch, recipe.Architecture),
            Epochs = Given(_epochs, recipe.Epochs),
            Threads = Given(_threads, recipe.Threads),
        };
        if (recipe.From is { } from)
        {
            using var origin = Classifiers.Open(from);
            WarnOfLearned(origin.Card, whole, "--from", "leave --from out");
        }

        int folds = parsed.GetValue(_folds);
        var validation = new CrossValidation(table, folds, [.. origins.Select(origin => origin.Group)], recipe.Seed);
        return validation.Predict(
            data, parsed.GetValue(_runs)!, recipe,
            fold => _terminal.Error.MarkupLineInterpolated($"[bold]fold {fold} of {folds}[/]"), TrainingDisplay.Lines(_terminal),
                cancellationToken);

        T Given<T>(Option<T> option, T otherwise) => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option)! : otherwise;
    }
}

/// <summary>What was found, as text.</summary>
internal sealed class LabelErrors(FaceTable table, IReadOnlyList<FaceOrigin> origins, float[] probabilities, ErrorRanking ranking)
{
    private readonly int _classes = table.LabelNames.Count;

    public IReadOnlyList<LabelError> Found { get; } = ConfidentLearning.Find(probabilities, table.Labels, table.LabelNames.Count, ranking);

    /// <summary>How many, and how many the joint estimates there to be.</summary>
    public void Summarize(Terminal terminal)
    {
        double[][] joint = ConfidentLearning.EstimateJoint(ConfidentLearning.ConfidentJoint(probabilities, table.Labels, _classes),
            table.ClassCounts());
        double wrong = 1 - Enumerable.Range(0, _classes).Sum(k => joint[k][k]);
        double accuracy = Metrics.Evaluate(probabilities, table.Labels, table.LabelNames).Accuracy;
        string read = FormattableString.Invariant($"{table.Count} faces, read as labeled {accuracy * 100:F1} %; ");
        terminal.Error.MarkupLineInterpolated(
            $"{read}{Found.Count} labels are likely wrong, {wrong * 100:F1} % are estimated to be.");
    }

    /// <summary>Says where labels can't be judged, as whoever read the faces reads them hardly better than chance.</summary>
    /// <param name="terminal">Told on standard error.</param>
    /// <param name="who">Who reads, with the verb.</param>
    /// <param name="cure">What to do.</param>
    public void WarnOfChance(Terminal terminal, string who, string cure)
    {
        ReadingSkill skill = ReadingSkill.Of(probabilities, table.Labels, table.LabelNames.Count);
        string share = $"{skill.MeanRecall * 100:F1} % of a class on average, where chance is {skill.Chance * 100:F1} %";
        if (skill.IsNearChance)
        {
            terminal.Error.MarkupLineInterpolated(
                $"[yellow]warning:[/] {who} too little to judge labels: {share}. What follows says little. {cure}");
        }
    }

    public void WriteTable(int most, SafeConsole console)
    {
        Table shown = new Table().WithColumns("face", "label", "rather").WithNumbers("p(label)", "p(rather)", "margin");
        foreach (LabelError error in Found.Take(most))
        {
            FaceOrigin origin = origins[error.Row];
            shown.WithRow(
                origin.Named, table.LabelNames[error.Given], table.LabelNames[error.Suggested],
                $"{error.Confidence:F3}", $"{probabilities[error.Row * _classes + error.Suggested]:F3}", $"{error.Margin:F3}");
        }

        console.Write(shown);
        if (Found.Count > most)
            console.WriteLine($"and {Found.Count - most} more: --out errors.csv writes them all");
    }

    public void WriteCsv(string path, bool overwrite) => OutputFiles.Write(path, WriteCsv, overwrite);

    private void WriteCsv(TextWriter output)
    {
        output.WriteLine(FaceText.Csv(["file", "line", "label", "suggested", "margin", "confidence", "split",
            .. ClassColumns.Of(table.LabelNames)]));
        foreach (LabelError error in Found)
        {
            FaceOrigin origin = origins[error.Row];
            output.WriteLine(FaceText.Csv([
                origin.File, origin.Line > 0 ? $"{origin.Line}" : "", table.LabelNames[error.Given], table.LabelNames[error.Suggested],
                Number(error.Margin), Number(error.Confidence), $"{table.Splits[error.Row]}",
                .. probabilities[(error.Row * _classes)..((error.Row + 1) * _classes)].Select(Number)]));
        }
    }

    private static string Number(float value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How far FER+'s taggers agree that labels are wrong.</summary>
internal static class TaggersOnErrors
{
    private static readonly int[] Depths = [100, 200, 500, 1000, 2000];

    public static void Write(FaceTable table, IReadOnlyList<LabelError> errors, SafeConsole console)
    {
        string[] kinds = ["another expression", "contempt", "unknown", "not a face", "no majority", "as labeled"];
        Table shown = new Table().WithColumns("faces").WithNumbers(["majority disagrees", .. kinds]);
        foreach (int depth in Depths.Where(depth => depth < errors.Count).Append(errors.Count))
            AddRow(depth == errors.Count ? $"all {depth} likely wrong" : $"first {depth}", errors.Take(depth).Select(error => error.Row));
        AddRow($"all {table.Count}", Enumerable.Range(0, table.Count));
        console.WriteLine("what FER+'s taggers say:");
        console.Write(shown);

        void AddRow(string name, IEnumerable<int> rows)
        {
            int[] counts = new int[kinds.Length];
            foreach (int row in rows)
                counts[KindOf(table, row)]++;
            int all = counts.Sum();
            shown.WithRow([name, Share(counts[..4].Sum(), all), .. counts.Select(count => Share(count, all))]);
        }
    }

    private static string Share(int count, int all) => $"{count} ({100.0 * count / Math.Max(all, 1):F1} %)";

    private static int KindOf(FaceTable table, int row) => FerPlus.Majority(table.VotesOf(row)) switch
    {
        < 0 => 4,
        FerPlus.Contempt => 1,
        FerPlus.Unknown => 2,
        FerPlus.NotAFace => 3,
        int choice => FerPlus.Choices[choice] == table.LabelNames[table.Labels[row]] ? 5 : 0,
    };
}
