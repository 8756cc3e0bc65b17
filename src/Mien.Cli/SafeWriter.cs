using System.Text;

namespace Mien.Cli;

/// <summary>Standard output where it is a terminal: what would steer it is spelled out. Into files and pipes text goes as it is.</summary>
internal sealed class SafeWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(VisibleText.OfLines($"{value}"));

    public override void Write(string? value) => inner.Write(VisibleText.OfLines(value ?? ""));

    public override void Write(char[] buffer, int index, int count) => inner.Write(VisibleText.OfLines(new string(buffer, index, count)));

    public override void WriteLine(string? value) => inner.WriteLine(VisibleText.OfLines(value ?? ""));

    public override void Flush() => inner.Flush();
}

/// <summary>Lines that hold what others chose.</summary>
internal static class OneLine
{
    /// <summary>Writes a name or a row of a table: as it is into a file or a pipe, on one line of a terminal.</summary>
    public static void WriteOneLine(this TextWriter output, string line) =>
        output.WriteLine(output is SafeWriter ? VisibleText.Of(line) : line);
}
