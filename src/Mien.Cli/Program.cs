using System.CommandLine;
using System.CommandLine.Parsing;
using Mien.Cli.Commands;
using Mien.Training.Runs;
using Spectre.Console;

namespace Mien.Cli;

/// <summary>`mien`: one file a verb; results go to standard output, everything else to standard error.</summary>
internal static class Program
{
    // `.txt` is a list of pictures, not more of the command line.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    private static int Main(string[] args) => Run(args, Terminal.Create());

    internal static int Run(string[] args, Terminal terminal)
    {
        Libtorch.FetchProgress = message => terminal.Error.MarkupLineInterpolated($"{message}");
        var root = new RootCommand("Reads the expression on faces; trains, evaluates and exports the networks that do.");
        foreach (Command verb in Verbs(terminal))
            root.Subcommands.Add(verb);

        ParseResult parsed = root.Parse(args, Parsing);
        if (parsed.Errors.Count > 0)
        {
            foreach (ParseError error in parsed.Errors)
                terminal.Error.MarkupLineInterpolated($"[red]error:[/] {error.Message}");
            terminal.Error.MarkupLineInterpolated($"Run `mien {string.Join(' ', VerbPath(parsed))} --help` for the options.");
            return ExitCode.Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = terminal.Output });
        }
        catch (MienException e)
        {
            terminal.Error.MarkupLineInterpolated($"[red]error:[/] {e.Message}");
            return ExitCode.Failure;
        }
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
    }

    private static Stack<string> VerbPath(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult { Command: not RootCommand } command; result = result.Parent)
            names.Push(command.Command.Name);
        return names;
    }
}
