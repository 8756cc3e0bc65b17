using System.Globalization;
using System.Security;
using System.Text;
using System.Xml;

namespace Mien.Reports.Figures;

/// <summary>Writes the few SVG elements that the figures are made of. Colors come from classes, so that a page can change them.</summary>
internal sealed class SvgWriter
{
    private readonly StringBuilder _text = new();

    public SvgWriter Line(double x1, double y1, double x2, double y2, string style) =>
        Add($"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\" class=\"{style}\"/>");

    /// <summary>A rectangle; with a tooltip where one is given.</summary>
    public SvgWriter Rectangle(double x, double y, double width, double height, string style, string? fill = null, string? title = null, string attributes = "") =>
        Add($"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{Math.Max(0, width):0.##}\" height=\"{Math.Max(0, height):0.##}\" class=\"{style}\"{Fill(fill)}{Space(attributes)}{Close("rect", title)}");

    public SvgWriter Circle(double x, double y, double radius, string style, string? fill = null, string? title = null, string attributes = "") =>
        Add($"<circle cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"{radius:0.##}\" class=\"{style}\"{Fill(fill)}{Space(attributes)}{Close("circle", title)}");

    /// <summary>An open line through points.</summary>
    public SvgWriter Path(IEnumerable<(double X, double Y)> points, string style, string? stroke = null)
    {
        var path = new StringBuilder();
        foreach ((double x, double y) in points)
            path.Append(CultureInfo.InvariantCulture, $"{(path.Length == 0 ? 'M' : 'L')}{x:0.##} {y:0.##}");
        return path.Length == 0 ? this : Add($"<path d=\"{path}\" class=\"{style}\"{(stroke is null ? "" : $" stroke=\"{stroke}\"")}/>");
    }

    /// <summary>Text; turned a quarter to the left where <paramref name="upward"/>.</summary>
    /// <param name="x">Of the anchor.</param>
    /// <param name="y">Of the base line.</param>
    /// <param name="text">Escaped here.</param>
    /// <param name="style">Class.</param>
    /// <param name="anchor">start, middle or end.</param>
    /// <param name="upward">Reads from below to above.</param>
    public SvgWriter Text(double x, double y, string text, string style = "label", string anchor = "start", bool upward = false) =>
        Add($"<text x=\"{x:0.##}\" y=\"{y:0.##}\" class=\"{style}\" text-anchor=\"{anchor}\"{(upward ? string.Create(CultureInfo.InvariantCulture, $" transform=\"rotate(-90 {x:0.##} {y:0.##})\"") : "")}>{Escape(text)}</text>");

    /// <summary>The name of a class, cut where it needs more than its room and whole in a tooltip then.</summary>
    public SvgWriter Name(double x, double y, string name, double room, string style = "label", string anchor = "start", double size = 12)
    {
        string fitting = NameRoom.Fit(name, room, size);
        // Svg.Skia would draw a title inside the text as a part of it.
        return fitting == name
            ? Text(x, y, name, style, anchor)
            : Add($"<g><title>{Escape(name)}</title>").Text(x, y, fitting, style, anchor).Add($"</g>");
    }

    /// <summary>A picture as a data address.</summary>
    public SvgWriter Image(double x, double y, double size, ReadOnlySpan<byte> png) =>
        Add($"<image x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{size:0.##}\" height=\"{size:0.##}\" href=\"data:image/png;base64,{Convert.ToBase64String(png)}\"/>");

    public override string ToString() => _text.ToString();

    /// <summary>Text for XML, which has no place for control characters.</summary>
    public static string Escape(string text) => SecurityElement.Escape(new string([.. text.Where((sign, i) =>
        XmlConvert.IsXmlChar(sign) || (i > 0 && char.IsSurrogatePair(text[i - 1], sign))
            || (i + 1 < text.Length && char.IsSurrogatePair(sign, text[i + 1])))]));

    private SvgWriter Add(FormattableString element)
    {
        _text.Append(element.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    private static string Fill(string? color) => color is null ? "" : $" fill=\"{color}\"";

    private static string Space(string attributes) => attributes.Length == 0 ? "" : " " + attributes;

    private static string Close(string element, string? title) => title is null ? "/>" : $"><title>{Escape(title)}</title></{element}>";
}
