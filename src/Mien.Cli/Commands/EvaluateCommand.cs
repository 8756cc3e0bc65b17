using System.CommandLine;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Export;
using Mien.Training.Runs;

namespace Mien.Cli.Commands;

/// <summary>mien evaluate</summary>
internal static class EvaluateCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Option<string[]>("--model")
        {
            Description = $"A model.onnx, a run's folder, or {Classifiers.Named}; several "
            + $"are averaged; default where left out."
        };
        var data = new Option<string>("--data") { Description = "CSV, archive or folder.", Required = true };
        var split = JudgingArguments.SplitOption();
        var json = new Option<string?>("--json")
        {
            Description = "Write the figures to this file too; - for standard output in place of "
            + "the table."
        };
        var drop = new Option<bool>("--drop-copies") { Description = "Leave out faces that Training has too, byte for byte." };
        var flip = new Option<bool>("--flip")
        {
            Description = "Average each face's probabilities with its mirror image's, at twice the "
            + "cost."
        };
        var labels = new Option<LabelSource>("--labels")
        {
            Description = "Whose labels judge: own, or ferplus (the majority of the FER+ "
            + "taggers, eight classes)."
        };
        var votes = new Option<string?>("--ferplus") { Description = "FER+'s fer2013new.csv; looked for beside --data where left out." };
        var way = new Option<EvaluationWay>("--way")
        {
            Description = "direct: the faces as they are; whole: put into larger pictures, "
            + "found and aligned there; rotated: the same at fixed turns."
        };
        var limit = new Option<int>("--limit")
        {
            Description = "With --way whole or rotated: so many faces, each class's share kept; 0 for "
            + "all.",
            DefaultValueFactory = _ => 1000
        };
        var coverage = new Option<bool>("--coverage")
        {
            Description = "Print what each --min-confidence of `mien predict` leaves and how "
            + "much of it is right, as a Markdown table."
        };
        var corruptions = new Option<bool>("--corruptions")
        {
            Description = "Judge on faces in bad light, noisy, blurred, compressed, "
            + "covered and turned: each corruption at three strengths."
        };
        var quality = new Option<bool>("--quality")
        {
            Description = "Print accuracy by tenth of Quality, over each face as it is and "
            + "spoiled, as a Markdown table."
        };
        Option<bool> overwrite = OutputFiles.OverwriteOption();
        var write = new Option<bool>("--write-figures")
        {
            Description = "Write accuracy and each class's recall into the model's own file, "
            + "where `mien serve` and `mien model info` find them."
        };
        var command = new Command("evaluate", "Judges a model on one split of a data set.")
        {
            model, data, split, json, overwrite, drop, flip, labels, votes, way, limit, coverage, corruptions, quality, write,
        };
        Option<bool> onlyPresent = JudgingArguments.AddOnlyPresent(command);
        DataArguments reading = DataArguments.AddTo(command);
        command.Validators.Add(result =>
        {
            bool named = result.GetValue(model) is [var one] && Models.ByName(one) is null;
            bool plain = result.GetValue(way) == EvaluationWay.Direct && !result.GetValue(flip) && !result.GetValue(onlyPresent)
                && !result.GetValue(drop);
            if (result.GetValue(write) && !(named && plain))
                result.AddError("--write-figures: name one --model file, and leave --way, --flip, --only-present and --drop-copies out: a "
                    + "file's figures must mean the same in every file.");
        });
        command.SetAction(parsed =>
        {
            var figures = new FiguresFile(parsed.GetValue(json), parsed.GetValue(overwrite), terminal);
            string?[] sources = [parsed.GetValue(data), parsed.GetValue(votes),
                .. (parsed.GetValue(model) ?? []).Select(ModelSource.FileOf)];
            figures.Require(sources.OfType<string>());
            using ExpressionClassifier classifier = Classifiers.Open(parsed.GetValue(model));
            // A file's figures must mean the same in every file: what people say where the model says that, else the data's own labels.
            if (parsed.GetValue(write) && (parsed.GetValue(labels) == LabelSource.FerPlus) != classifier.Card.LearnedFromPeople)
            {
                string judges = classifier.Card.LearnedFromPeople
                    ? "--labels ferplus, as it says what people say"
                    : "the data's own labels: leave --labels ferplus out";
                throw new MienException($"--write-figures: {parsed.GetValue(model)![0]} is judged by {judges}.");
            }

            Split judged = parsed.GetValue(split);
            FaceTable whole = reading.LoadFor(parsed.GetValue(json), parsed, parsed.GetValue(data)!, terminal).Table;
            if (parsed.GetValue(labels) == LabelSource.FerPlus)
                whole = FerPlusVotes.AttachNeeded(whole, parsed.GetValue(data)!, parsed.GetValue(votes));
            FaceTable table = parsed.GetValue(drop) && judged != Split.Training ? DatasetInspector.WithoutCopiesOfTraining(whole, judged)
                : whole;
            int dropped = whole.Count - table.Count;
            if (parsed.GetValue(labels) == LabelSource.FerPlus)
                table = FerPlus.Relabel(table);
            LabelFit fit = Evaluator.Fit(classifier, table, judged, parsed.GetValue(onlyPresent));
            if (parsed.GetValue(way) is not EvaluationWay.Direct and var detour)
            {
                JudgingArguments.Say(fit, judged, terminal);
                return WholeWayFigures.Write(detour, classifier, fit, parsed.GetValue(limit), figures, terminal);
            }

            if (parsed.GetValue(coverage))
            {
                JudgingArguments.Say(fit, judged, terminal);
                CoverageTable.Write(classifier, fit, terminal.Output);
                return ExitCode.Ok;
            }

            if (parsed.GetValue(corruptions))
            {
                JudgingArguments.Say(fit, judged, terminal);
                return CorruptionFigures.Write(classifier, fit, figures, terminal);
            }

            if (parsed.GetValue(quality))
            {
                JudgingArguments.Say(fit, judged, terminal);
                return QualityTable.Write(classifier, fit, figures, terminal);
            }

            if (parsed.GetValue(write) && fit.Sentences(judged).FirstOrDefault() is { } wanting)
                throw new MienException($"--write-figures: {wanting}. A file's figures must mean the same in every file: pass data that "
                    + "have the model's classes and no others.");
            Evaluation evaluation = Evaluator.Evaluate(classifier, fit, parsed.GetValue(flip));
            if (judged != Split.Training)
                evaluation = evaluation with
                {
                    Copies = new TestCopies(DatasetInspector.CountCopiesOfTraining(fit.Faces, whole), dropped,
                    classifier.Card.Notes.GetValueOrDefault(TestCopies.Note))
                };
            if (parsed.GetValue(write))
                ModelFigures.Write(parsed.GetValue(model)![0], judged, evaluation);
            figures.Write(evaluation.ToJson(), () => EvaluationTable.Write(evaluation, judged, fit.Sentences(judged), terminal.Console));
            return ExitCode.Ok;
        });
        return command;
    }
}
