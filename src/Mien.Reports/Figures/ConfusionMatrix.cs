using System.Globalization;

namespace Mien.Reports.Figures;

/// <summary>What a confusion matrix writes into its cells.</summary>
public enum ConfusionCells
{
    /// <summary>Numbers of faces.</summary>
    Counts,

    /// <summary>Shares of the row: of the faces labeled so.</summary>
    Shares,
}

/// <summary>Draws a confusion matrix: rows are labels, columns predictions, darker is a larger share of the row.</summary>
public static class ConfusionMatrix
{
    private const double Cell = 54;
    private const double Left = 96;
    private const double Top = 72;

    /// <param name="confusion">Counts, [K][K].</param>
    /// <param name="labels">[K] names.</param>
    /// <param name="cells">What to write.</param>
    /// <param name="title">Heading.</param>
    public static Figure Draw(IReadOnlyList<int[]> confusion, IReadOnlyList<string> labels, ConfusionCells cells, string title = "Confusion matrix")
    {
        var svg = new SvgWriter();
        svg.Text(Left, 18, title, "caption");
        svg.Text(Left + Cell * labels.Count / 2, 38, "predicted", anchor: "middle");
        svg.Text(14, Top + Cell * labels.Count / 2, "label", anchor: "middle", upward: true);
        for (int column = 0; column < labels.Count; column++)
            svg.Name(Left + Cell * (column + 0.5), Top - 8, labels[column], Cell, "strong", "middle");
        for (int row = 0; row < labels.Count; row++)
        {
            svg.Name(Left - 8, Top + Cell * (row + 0.5) + 4, labels[row], Left - 30, "strong", "end");
            int sum = Math.Max(1, confusion[row].Sum());
            for (int column = 0; column < labels.Count; column++)
            {
                double share = (double)confusion[row][column] / sum;
                string text = cells == ConfusionCells.Counts
                    ? confusion[row][column].ToString(CultureInfo.InvariantCulture)
                    : Charts.Percent(Math.Round(share, 3));
                double x = Left + Cell * column;
                double y = Top + Cell * row;
                string meaning = $"{labels[row]} read as {labels[column]}: {confusion[row][column]} faces, "
                    + $"{Charts.Exact(share)} of those labeled {labels[row]}";
                svg.Rectangle(x, y, Cell, Cell, "cell", Shade(share, row == column), meaning,
                    $"data-row=\"{row}\" data-column=\"{column}\"");
                svg.Text(x + Cell / 2, y + Cell / 2 + 4, text, share > 0.45 ? "onDark count" : "onLight count", "middle");
            }
        }

        return new Figure(title, Left + Cell * labels.Count + 12, Top + Cell * labels.Count + 12, svg.ToString());
    }

    /// <summary>From nearly white to full blue for what is right, to full vermilion for what is not.</summary>
    private static string Shade(double share, bool right)
    {
        (int red, int green, int blue) = right ? (0, 88, 148) : (190, 72, 0);
        double amount = Math.Clamp(0.04 + share * 0.96, 0, 1);
        return $"#{Channel(red):X2}{Channel(green):X2}{Channel(blue):X2}";
        int Channel(int full) => (int)Math.Round(250 + (full - 250) * amount);
    }
}
