namespace Mien.Reports.Figures;

/// <summary>A plot area with two linear axes.</summary>
/// <param name="Left">Of the plot area, in the figure's units.</param>
/// <param name="Top">Likewise.</param>
/// <param name="Width">Likewise.</param>
/// <param name="Height">Likewise.</param>
/// <param name="X">Lowest and highest value across.</param>
/// <param name="Y">Lowest and highest value upward.</param>
internal sealed record Axes(double Left, double Top, double Width, double Height, (double Low, double High) X, (double Low, double High) Y)
{
    /// <summary>Ticks across stand at whole values only.</summary>
    public bool WholeX { get; init; }

    public double AtX(double value) => Left + (value - X.Low) / Span(X) * Width;

    public double AtY(double value) => Top + Height - (value - Y.Low) / Span(Y) * Height;

    /// <summary>Grid lines, tick labels and axis titles.</summary>
    /// <param name="svg">Where to.</param>
    /// <param name="xTitle">Under the axis.</param>
    /// <param name="yTitle">Beside the axis.</param>
    /// <param name="xFormat">Of tick labels.</param>
    /// <param name="yFormat">Of tick labels.</param>
    public void Draw(SvgWriter svg, string xTitle, string yTitle, Func<double, string> xFormat, Func<double, string> yFormat)
    {
        foreach (double value in Ticks(Y, 5))
        {
            svg.Line(Left, AtY(value), Left + Width, AtY(value), "grid");
            svg.Text(Left - 6, AtY(value) + 4, yFormat(value), anchor: "end");
        }

        foreach (double value in Ticks(X, 6).Where(value => !WholeX || Math.Abs(value - Math.Round(value)) < 1e-6))
        {
            svg.Line(AtX(value), Top + Height, AtX(value), Top + Height + 4, "axis");
            svg.Text(AtX(value), Top + Height + 17, xFormat(value), anchor: "middle");
        }

        svg.Line(Left, Top + Height, Left + Width, Top + Height, "axis");
        svg.Text(Left + Width / 2, Top + Height + 34, xTitle, anchor: "middle");
        svg.Text(Left - 52, Top + Height / 2, yTitle, anchor: "middle", upward: true);
    }

    /// <summary>Round values, at most about <paramref name="wanted"/>, that lie inside the range: steps of 1, 2 or 5 times a power of ten.</summary>
    public static IReadOnlyList<double> Ticks((double Low, double High) range, int wanted)
    {
        double rough = Span(range) / wanted;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * ((rough / power) switch { <= 1.0001 => 1, <= 2.0001 => 2, <= 5.0001 => 5, _ => 10 });
        var ticks = new List<double>();
        for (double n = Math.Ceiling(range.Low / step - 1e-9); n * step <= range.High + step * 1e-9; n++)
            ticks.Add(n * step + 0.0); // never -0
        return ticks;
    }

    private static double Span((double Low, double High) range) => Math.Max(range.High - range.Low, 1e-12);
}
