using Spectre.Console;

namespace Mien.Cli;

/// <summary>Tables of plain text: names of classes, files and variants may hold what the console's markup would read.</summary>
internal static class Tables
{
    /// <summary>Adds columns whose text begins at the left.</summary>
    public static Table WithColumns(this Table table, params IEnumerable<string> names) => table.With(names, Justify.Left);

    /// <summary>Adds columns whose text ends at the right, as numbers do.</summary>
    public static Table WithNumbers(this Table table, params IEnumerable<string> names) => table.With(names, Justify.Right);

    /// <summary>Adds a row of texts.</summary>
    public static Table WithRow(this Table table, params IEnumerable<string> cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    private static Table With(this Table table, IEnumerable<string> names, Justify alignment)
    {
        foreach (string name in names)
            table.AddColumn(new TableColumn(new Text(name)) { Alignment = alignment });
        return table;
    }
}
