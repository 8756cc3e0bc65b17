using System.CommandLine.Parsing;
using System.Globalization;
using Mien.Detection;

namespace Mien.Cli.Commands;

/// <summary>The smallest face that is looked for: --min-face 24 or --min-face 10%.</summary>
/// <param name="Pixels">In pixels.</param>
/// <param name="Share">As a share of the picture's longer side, 0..1.</param>
internal sealed record SmallestFace(int Pixels, float Share)
{
    public static SmallestFace Default { get; } = new(DetectorOptions.Default.MinFacePixels, DetectorOptions.Default.MinFaceShare);

    /// <summary>As it is given.</summary>
    public override string ToString() => Share > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Share * 100:0.###}%")
        : Pixels.ToString(CultureInfo.InvariantCulture);

    /// <summary>A detector's options with this smallest face.</summary>
    public DetectorOptions In(DetectorOptions options) => options with { MinFacePixels = Pixels, MinFaceShare = Share };

    public static SmallestFace Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (text.EndsWith('%') && float.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out float percent)
            && percent is > 0 and <= 100)
            return Default with { Share = percent / 100 };
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pixels) && pixels >= 1)
            return Default with { Pixels = pixels };
        result.AddError($"--min-face {text}: expected pixels, 1 or more, or a share of the picture's longer side, such as 10%.");
        return Default;
    }
}
