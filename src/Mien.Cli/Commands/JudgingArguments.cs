using System.CommandLine;
using System.CommandLine.Parsing;
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

    private const string SplitNames = "Training, PublicTest or PrivateTest (train, val, test)";

    /// <summary>The split that a verb judges on.</summary>
    public static Option<Split> SplitOption() => new("--split")
    {
        Description = $"{SplitNames}.",
        DefaultValueFactory = _ => Split.PublicTest,
        CustomParser = result => Parse(result)[0],
    };

    /// <summary>The split that a verb keeps to; none for all faces.</summary>
    public static Option<Split?> OneSplitOption(string description) =>
        new("--split") { Description = description, CustomParser = result => Parse(result)[0] };

    /// <summary>The splits that a verb reads.</summary>
    public static Option<Split[]> SplitsOption(string description) =>
        new("--split") { Description = description, AllowMultipleArgumentsPerToken = true, CustomParser = Parse };

    private static Split[] Parse(ArgumentResult result)
    {
        var splits = new List<Split>();
        foreach (Token token in result.Tokens)
        {
            if (Splits.TryParse(token.Value, out Split split))
                splits.Add(split);
            else
                result.AddError($"--split {token.Value}: expected {SplitNames}.");
        }

        return splits.Count == 0 ? [default] : [.. splits];
    }

    /// <summary>Says on standard error which classes are missing and which faces are left out.</summary>
    public static void Say(LabelFit fit, Split? split, Terminal terminal)
    {
        foreach (string sentence in fit.Sentences(split))
            terminal.Error.MarkupLineInterpolated($"[yellow]{sentence}[/]");
    }
}
