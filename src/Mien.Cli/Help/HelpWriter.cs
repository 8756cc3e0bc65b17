namespace Mien.Cli.Help;

/// <summary>Paragraphs and two columns, broken between words.</summary>
/// <param name="output">Where to.</param>
/// <param name="width">Letters a line, at most; a longer word stands alone.</param>
internal sealed class HelpWriter(TextWriter output, int width)
{
    private const int Indent = 2;
    private const int Gap = 2;

    // A space at which no line ends.
    private const char NoBreak = '\u00a0';

    public void Line(string text) => output.WriteLine(text);

    /// <summary>A paragraph; lines after the first are indented by <paramref name="hanging"/>.</summary>
    public void Paragraph(string text, int hanging = 0)
    {
        int i = 0;
        foreach (string line in Wrap(text, width - hanging))
            output.WriteLine(i++ == 0 ? line : new string(' ', hanging) + line);
    }

    /// <summary>Names on the left, what they mean on the right; nothing where there are none.</summary>
    public void Table(string title, IEnumerable<(string Name, string Text)> rows)
    {
        (string Name, string Text)[] all = [.. rows];
        if (all.Length == 0)
            return;
        output.WriteLine();
        output.WriteLine($"{title}:");
        // Names that would leave too little for the texts get lines of their own.
        int column = Math.Min(all.Max(row => row.Name.Length), Math.Max(12, width / 3)) + Indent + Gap;
        foreach ((string name, string text) in all)
        {
            bool beside = Indent + name.Length + Gap <= column;
            output.Write(new string(' ', Indent) + name);
            if (!beside)
                output.WriteLine();
            int i = 0;
            foreach (string line in Wrap(text, width - column))
                output.WriteLine(new string(' ', i++ == 0 && beside ? column - Indent - name.Length : column) + line);
        }
    }

    /// <summary>Lines that are not broken, so that they can be copied.</summary>
    public void List(string title, IEnumerable<string> lines)
    {
        output.WriteLine();
        output.WriteLine($"{title}:");
        foreach (string line in lines)
            output.WriteLine(new string(' ', Indent) + line);
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.Replace(NoBreak, ' ');
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : $"{line} {word}";
            }
        }

        yield return line.Replace(NoBreak, ' ');
    }
}
