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
