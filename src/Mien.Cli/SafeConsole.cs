using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mien.Cli;

/// <summary>A console to which names and messages can do nothing: what would steer a terminal is spelled out.</summary>
/// <remarks>Colors and moves of the cursor are Spectre's alone.</remarks>
internal sealed class SafeConsole(IAnsiConsole inner) : IAnsiConsole
{
    public Profile Profile => inner.Profile;

    public IAnsiConsoleCursor Cursor => inner.Cursor;

    public IAnsiConsoleInput Input => inner.Input;

    public IExclusivityMode ExclusivityMode => inner.ExclusivityMode;

    /// <summary>Its own: what bars and live tables add is made safe with the rest.</summary>
    public RenderPipeline Pipeline { get; } = new();

    public void Clear(bool home) => inner.Clear(home);

    public void WriteAnsi(Action<AnsiWriter> action) => inner.WriteAnsi(action);

    public void Write(IRenderable renderable)
    {
        foreach (IRenderable part in Pipeline.Process(RenderOptions.Create(this, Profile.Capabilities), [renderable]))
            inner.Write(new Safe(part));
    }

    /// <summary>Writes a line in which each value stands on that line, whatever it holds, in one culture.</summary>
    public void MarkupLineInterpolated(FormattableString line) => Write(new Markup(Of(line) + Environment.NewLine));

    /// <summary>Writes a line.</summary>
    public void WriteLine(string line) => Write(new Text(VisibleText.Of(line) + Environment.NewLine));

    private static string Of(FormattableString line) => string.Format(
        System.Globalization.CultureInfo.InvariantCulture, line.Format, [.. line.GetArguments().Select(Escape)]);

    private static object? Escape(object? value) =>
        value is string or char or not IFormattable ? Markup.Escape(VisibleText.Of($"{value}")) : value;

    /// <summary>Whatever Spectre renders, with its text made visible.</summary>
    private sealed class Safe(IRenderable whole) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => whole.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => whole.Render(options, maxWidth).Select(segment =>
            segment.IsControlCode || segment.IsLineBreak || VisibleText.OfLines(segment.Text) is var visible && visible == segment.Text
                ? segment
                : new Segment(visible, segment.Style, segment.Link));
    }
}
