using System.Text;
using Spectre.Console;

namespace Mien.Cli;

/// <summary>Where a verb writes: results to <see cref="Output"/>, tables to <see cref="Console"/>, the rest to
/// <see cref="Error"/>.</summary>
/// <param name="output">Standard output for machine-readable results.</param>
/// <param name="console">Standard output for tables and color.</param>
/// <param name="error">Standard error for progress, warnings and errors.</param>
internal sealed class Terminal(TextWriter output, IAnsiConsole console, IAnsiConsole error)
{
    public TextWriter Output { get; } = output;

    public SafeConsole Console { get; } = new(console);

    public SafeConsole Error { get; } = new(error);

    public static Terminal Create()
    {
        UseUtf8();
        if (!OperatingSystem.IsWindows())
        {
            System.Console.SetOut(WriterOf(StandardStream.Output()));
            System.Console.SetError(WriterOf(StandardStream.Error()));
        }

        TextWriter output = System.Console.Out;
        return new(
            System.Console.IsOutputRedirected ? output : new SafeWriter(output),
            For(output, System.Console.IsOutputRedirected),
            For(System.Console.Error, System.Console.IsErrorRedirected));
    }

    /// <summary>Writes a file's name as a result: as it is into a pipe, on one line of a terminal.</summary>
    public void WriteName(string name) => Output.WriteOneLine(name);

    /// <summary>Names are UTF-8 whatever the console's code page or the locale says, in pipes too.</summary>
    private static void UseUtf8()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        try
        {
            System.Console.OutputEncoding = utf8;
            if (OperatingSystem.IsWindows())
                System.Console.InputEncoding = utf8;
        }
        catch (IOException)
        {
            // There is no console to set; what is written to is a pipe or a file.
        }
    }

    private static StreamWriter WriterOf(Stream stream) => new(stream, new UTF8Encoding(false)) { AutoFlush = true };

    private static IAnsiConsole For(TextWriter writer, bool redirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        // A pipe has no width: long messages stay on one line for grep.
        if (redirected)
            console.Profile.Width = 4096;
        return console;
    }
}
