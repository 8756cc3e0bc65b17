using Spectre.Console;

namespace Mien.Cli;

/// <summary>The last place where an error can be caught: it becomes one plain sentence, whatever it is.</summary>
internal static class Failures
{
    /// <summary>Names a file for the details that a report of a fault needs.</summary>
    public const string DetailsVariable = "MIEN_DETAILS";

    /// <summary>Errors of threads that no command waits for end the process here, not in the runtime's own words.</summary>
    public static void CatchAll(Terminal terminal) => AppDomain.CurrentDomain.UnhandledException += (_, thrown) =>
        Environment.Exit(Say((Exception)thrown.ExceptionObject, terminal));

    /// <summary>Says on standard error what went wrong.</summary>
    /// <returns>The exit code.</returns>
    public static int Say(Exception error, Terminal terminal)
    {
        if (error is OutputLostException { ReaderGone: true })
            return ExitCode.ReaderGone;
        terminal.Error.MarkupLineInterpolated($"[red]error:[/] {Sentence(error)}");
        bool known = error is MienException or OutputLostException;
        if (!known && Environment.GetEnvironmentVariable(DetailsVariable) is { Length: > 0 } file)
            KeepDetails(error, file, terminal);
        return ExitCode.Failure;
    }

    private static string Sentence(Exception error) => error switch
    {
        MienException or OutputLostException => error.Message,
        AggregateException { InnerException: { } inner } => Sentence(inner),
        OutOfMemoryException => "out of memory. Give the process more, or ask for less at a time, such as fewer --workers.",
        OperationCanceledException => "stopped.",
        IOException or UnauthorizedAccessException => $"{error.Message.TrimEnd('.')}.",
        _ => $"Mien failed through a fault of its own. Run it again with {DetailsVariable}=FILE in the environment, "
            + "and report the fault with that file.",
    };

    private static void KeepDetails(Exception error, string file, Terminal terminal)
    {
        try
        {
            File.WriteAllText(file, $"{error}\n");
            terminal.Error.MarkupLineInterpolated($"The details are in {file}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            terminal.Error.MarkupLineInterpolated($"{DetailsVariable}: {file} can't be written ({e.Message}).");
        }
    }
}
