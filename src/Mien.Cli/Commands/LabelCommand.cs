using System.CommandLine;
using Mien.Batches;
using Mien.Cli.Labels;

namespace Mien.Cli.Commands;

/// <summary>mien label suggest</summary>
internal static class LabelCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("label", "Helps to label pictures.");
        command.Subcommands.Add(CreateSuggest(terminal));
        return command;
    }

    private static Command CreateSuggest(Terminal terminal)
    {
        var inputs = new Argument<string[]>("INPUT")
        {
            Description = "Pictures: files, folders, patterns in quotes or "
            + "@list.txt.",
            Arity = ArgumentArity.OneOrMore
        };
        var file = new Option<string>("--out")
        {
            Description = "CSV to write: a manifest for `mien train --data`, once its column label is "
            + "corrected.",
            Required = true
        };
        var resume = new Option<bool>("--resume") { Description = "Go on where a run was stopped or killed." };
        Option<bool> overwrite = OutputFiles.OverwriteOption();
        var command = new Command("suggest", "Proposes labels with probabilities, the least sure first, near-duplicates together.")
        {
            inputs, file, resume, overwrite,
        };
        RecognizerArguments reading = RecognizerArguments.AddTo(command, everyFace: false);
        command.SetAction(parsed => Interruption.Run(cancellationToken =>
        {
            RecognizerOptions options = reading.Read(parsed, threads: 1);
            using ExpressionRecognizer recognizer = reading.Open(parsed, options);
            return new SuggestRun(recognizer, options.MaxPixels, terminal)
            {
                Inputs = parsed.GetValue(inputs)!,
                Out = parsed.GetValue(file)!,
                Resume = parsed.GetValue(resume),
                Overwrite = parsed.GetValue(overwrite),
                Batch = BatchOptions.Default,
            }.Run(cancellationToken).GetAwaiter().GetResult();
        }));
        return command;
    }
}
