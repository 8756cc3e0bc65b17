using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Mien.Cli.Commands;
using Mien.Cli.Help;
using Mien.Training.Runs;
using Spectre.Console;

namespace Mien.Cli;

/// <summary>`mien`: one file a verb; results go to standard output, everything else to standard error.</summary>
internal static class Program
{
    // `.txt` is a list of pictures, not more of the command line.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    private static int Main(string[] args)
    {
        if (!OpenFiles.AreEnough())
            return ExitCode.Failure;
        Terminal terminal = Terminal.Create();
        Failures.CatchAll(terminal);
        return Run(args, terminal);
    }

    internal static int Run(string[] args, Terminal terminal)
    {
        try
        {
            return RunVerb(args, terminal);
        }
        catch (Exception e)
        {
            return Failures.Say(e, terminal);
        }
    }

    private static int RunVerb(string[] args, Terminal terminal)
    {
        Libtorch.FetchProgress = message => terminal.Error.MarkupLineInterpolated($"{message}");
        RootCommand root = Root(terminal);
        ParseResult parsed = root.Parse(args, Parsing);
        // A page of help or a completion is asked for, whatever else is wrong.
        bool asked = parsed.Action is HelpPageAction || parsed.Tokens.Any(token => token.Type == TokenType.Directive);
        if (!asked && UsageErrors.Of(parsed) is { Count: > 0 } mistakes)
        {
            foreach (string mistake in mistakes)
                terminal.Error.MarkupLineInterpolated($"[red]error:[/] {mistake}");
            string verb = HelpPage.Name(parsed.CommandResult.Command);
            terminal.Error.MarkupLineInterpolated($"`mien {(verb.Length == 0 ? "" : verb + " ")}--help` shows how it is used.");
            return ExitCode.Usage;
        }

        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = terminal.Output });
    }

    /// <summary>The program's commands, its help and its version.</summary>
    internal static RootCommand Root(Terminal terminal)
    {
        var root = new RootCommand("Reads the expression on faces. Trains, evaluates and exports the networks that do.");
        foreach (Command verb in Verbs(terminal))
            root.Subcommands.Add(verb);
        root.Subcommands.Add(HelpCommand(root, terminal));
        foreach (Command verb in root.Subcommands.SelectMany(verb => verb.Subcommands.Prepend(verb)))
            LowerChoices(verb);
        root.SetAction(_ =>
        {
            HelpPage.Write(root, terminal, all: false);
            return ExitCode.Ok;
        });
        root.Options.OfType<HelpOption>().Single().Action = new HelpPageAction(terminal, all: false);
        root.Options.OfType<VersionOption>().Single().Aliases.Add("-v");
        root.Options.Add(new Option<bool>("--help-all")
        {
            Description = "Show help with all options.",
            Recursive = true,
            Hidden = true,
            Action = new HelpPageAction(terminal, all: true),
        });
        return root;
    }

    /// <summary>Names of choices as they are typed, for help and completion; the parser takes any case.</summary>
    private static void LowerChoices(Command verb)
    {
        foreach (Option option in verb.Options.Where(option => (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType).IsEnum))
        {
            string[] choices = [.. option.GetCompletions(CompletionContext.Empty).Select(choice => choice.Label.ToLowerInvariant())];
            option.CompletionSources.Clear();
            option.CompletionSources.Add(choices);
        }
    }

    private static Command HelpCommand(RootCommand root, Terminal terminal)
    {
        var words = new Argument<string[]>("VERB")
        {
            Description = "The verb to explain, such as predict or dataset "
            + "inspect.",
            Arity = ArgumentArity.ZeroOrMore
        };
        var help = new Command("help", "Explains a verb.") { words };
        help.Hidden = true;
        help.SetAction(parsed =>
        {
            Command command = root;
            foreach (string word in parsed.GetValue(words)!)
            {
                if (command.Subcommands.FirstOrDefault(verb => verb.Name == word) is not { } next)
                    throw new MienException(UsageErrors.NoSuchVerb(word, command));
                command = next;
            }

            HelpPage.Write(command, terminal, all: false);
            return ExitCode.Ok;
        });
        return help;
    }

    private static IEnumerable<Command> Verbs(Terminal terminal)
    {
        yield return PredictCommand.Create(terminal);
        yield return WatchCommand.Create(terminal);
        yield return ServeCommand.Create(terminal);
        yield return TrainCommand.Create(terminal);
        yield return SweepCommand.Create(terminal);
        yield return EvaluateCommand.Create(terminal);
        yield return CompareCommand.Create(terminal);
        yield return ReportCommand.Create(terminal);
        yield return PlotCommand.Create(terminal);
        yield return ExplainCommand.Create(terminal);
        yield return LabelCommand.Create(terminal);
        yield return DatasetCommand.Create(terminal);
        yield return ModelCommand.Create(terminal);
        yield return CompletionCommand.Create(terminal);
    }
}
