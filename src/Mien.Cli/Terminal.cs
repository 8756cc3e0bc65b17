using Spectre.Console;

namespace Mien.Cli;

/// <summary>Where a verb writes: results to <see cref="Output"/>, tables to <see cref="Console"/>, the rest to <see cref="Error"/>.</summary>
/// <param name="Output">Standard output for machine-readable results.</param>
/// <param name="Console">Standard output for tables and colour.</param>
/// <param name="Error">Standard error for progress, warnings and errors.</param>
internal sealed record Terminal(TextWriter Output, IAnsiConsole Console, IAnsiConsole Error)
{
    public static Terminal Create() => new(
        System.Console.Out,
        For(System.Console.Out, System.Console.IsOutputRedirected),
        For(System.Console.Error, System.Console.IsErrorRedirected));

    private static IAnsiConsole For(TextWriter writer, bool redirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        // A pipe has no width: long messages stay on one line for grep.
        if (redirected)
            console.Profile.Width = 4096;
        return console;
    }
}
