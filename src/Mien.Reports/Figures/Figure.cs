using SkiaSharp;
using Svg.Skia;
using Svg.Skia.TypefaceProviders;

namespace Mien.Reports.Figures;

/// <summary>One drawn figure: SVG for a page, or a file of its own as SVG or PNG.</summary>
/// <param name="Title">What it shows, for screen readers too.</param>
/// <param name="Width">In the units of its drawing; a page scales it.</param>
/// <param name="Height">Likewise.</param>
/// <param name="Body">SVG elements whose classes a style sheet colors.</param>
public sealed record Figure(string Title, double Width, double Height, string Body)
{
    // The page has the same classes with colors that follow light and dark; a file of its own is light.
    private const string LightStyle = """
        .ground{fill:#ffffff} text{font-family:Roboto,sans-serif;font-size:12px;fill:#3c4043} .strong{fill:#111111}
        .caption{font-size:14px;fill:#111111} .small{font-size:10px} .onDark{fill:#ffffff} .onLight{fill:#111111} .axis{stroke:#80868b;stroke-width:1} .grid{stroke:#e4e6e8;stroke-width:1}
        .series{fill:none;stroke-width:2} .dashed{fill:none;stroke-width:1.5;stroke-dasharray:4 4} .diagonal{stroke:#9aa0a6;stroke-width:1;stroke-dasharray:4 4}
        .first{stroke:#0072B2} .second{stroke:#D55E00} .third{stroke:#009E73} .bar{fill:#0072B2} .bar2{fill:#D55E00} .bar3{fill:#009E73}
        .cell{stroke:#ffffff;stroke-width:1} .key{stroke:#3c4043;stroke-width:0.4} .point{fill-opacity:0.8;stroke:#3c4043;stroke-width:0.4} .hidden{fill:#e4e6e8}
        """;

    private const double PixelsAUnit = 2;

    /// <summary>SVG to stand inside a page that has the classes' colors.</summary>
    public string ToInlineSvg() =>
        FormattableString.Invariant($"<svg viewBox=\"0 0 {Width:0.##} {Height:0.##}\" role=\"img\" aria-label=\"{SvgWriter.Escape(Title)}\">{Body}</svg>");

    /// <summary>SVG that stands alone, light.</summary>
    public string ToSvg() => FormattableString.Invariant(
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width:0.##}\" height=\"{Height:0.##}\" viewBox=\"0 0 {Width:0.##} {Height:0.##}\" role=\"img\" aria-label=\"{SvgWriter.Escape(Title)}\"><style>{LightStyle}</style><rect width=\"100%\" height=\"100%\" class=\"ground\"/>{Body}</svg>\n");

    /// <summary>PNG at two pixels a unit, light. Text is set in Roboto, which is carried along: a bare machine has no fonts.</summary>
    public byte[] ToPng()
    {
        using var svg = new SKSvg();
        svg.Settings.TypefaceProviders!.Insert(0, new CustomTypefaceProvider(Resources.OpenFont()));
        svg.FromSvg(ToSvg());
        using var png = new MemoryStream();
        svg.Save(png, SKColors.White, SKEncodedImageFormat.Png, 100, (float)PixelsAUnit, (float)PixelsAUnit);
        return png.ToArray();
    }

    /// <summary>Writes the figure to a .png or .svg file.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <exception cref="MienException">Another ending, or it can't be written.</exception>
    public void Save(string path)
    {
        byte[] content = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".svg" => System.Text.Encoding.UTF8.GetBytes(ToSvg()),
            ".png" => ToPng(),
            _ => throw new MienException($"{path}: expected a name that ends in .png or .svg."),
        };
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
                Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{path}: can't be written ({e.Message}).", e);
        }

        AtomicFile.Write(path, stream => stream.Write(content));
    }
}
