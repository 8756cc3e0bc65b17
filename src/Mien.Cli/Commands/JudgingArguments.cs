using System.CommandLine;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>What every verb that judges a model on a data set has in common.</summary>
internal static class JudgingArguments
{
    /// <summary>Adds --only-present to a verb.</summary>
    public static Option<bool> AddOnlyPresent(Command command)
    {
        var option = new Option<bool>("--only-present")
        {
            Description = "Share the probability of classes that the whole data set lacks (CK+ has no neutral) out among the others; "
                + "where left out, the model may answer them, which counts as wrong.",
        };
        command.Options.Add(option);
        return option;
    }

    /// <summary>Says on standard error which classes are missing and which faces are left out.</summary>
    public static void Say(LabelFit fit, Split? split, Terminal terminal)
    {
        foreach (string sentence in fit.Sentences(split))
            terminal.Error.MarkupLineInterpolated($"[yellow]{sentence}[/]");
    }
}
