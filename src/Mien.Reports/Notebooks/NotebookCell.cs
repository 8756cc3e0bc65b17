namespace Mien.Reports.Notebooks;

/// <summary>What a cell holds.</summary>
internal enum CellKind
{
    /// <summary>C#.</summary>
    Code,

    /// <summary>CommonMark.</summary>
    Markdown,
}

/// <summary>One cell of a program in the percent format.</summary>
/// <param name="Kind">Code or text.</param>
/// <param name="FirstLine">Line of its marker, 1 for the file's first.</param>
/// <param name="LastLine">Its last line.</param>
/// <param name="Source">Its text without the marker, blank lines around it and, for Markdown, the comment signs.</param>
internal sealed record NotebookCell(CellKind Kind, int FirstLine, int LastLine, string Source);

/// <summary>Programs in cells: `// %%` begins code, `// %% [markdown]` text in comments, as editors and Jupytext have it.</summary>
/// <remarks>https://jupytext.readthedocs.io/en/latest/formats-scripts.html#the-percent-format</remarks>
internal static class PercentFormat
{
    private const string Marker = "// %%";

    /// <summary>The cells in their order. What stands before the first marker is a cell of code where it is more than blank.</summary>
    public static IReadOnlyList<NotebookCell> Parse(string program)
    {
        string[] lines = program.ReplaceLineEndings("\n").Split('\n');
        var cells = new List<NotebookCell>();
        for (int first = 0; first < lines.Length;)
        {
            int next = first + 1;
            while (next < lines.Length && !IsMarker(lines[next]))
                next++;
            CellKind kind = IsMarker(lines[first]) && lines[first][Marker.Length..].Contains("[markdown]", StringComparison.Ordinal)
                ? CellKind.Markdown : CellKind.Code;
            IEnumerable<string> body = lines[(IsMarker(lines[first]) ? first + 1 : first)..next];
            string source = string.Join('\n', kind == CellKind.Markdown ? body.Select(WithoutComment) : body).Trim('\n');
            if (source.Length > 0)
                cells.Add(new NotebookCell(kind, first + 1, next, source));
            first = next;
        }

        return cells;
    }

    private static bool IsMarker(string line) => line.StartsWith(Marker, StringComparison.Ordinal)
        && (line.Length == Marker.Length || line[Marker.Length] == ' ');

    private static string WithoutComment(string line) =>
        line.StartsWith("// ", StringComparison.Ordinal) ? line[3..] : line.StartsWith("//", StringComparison.Ordinal) ? line[2..] : line;
}
