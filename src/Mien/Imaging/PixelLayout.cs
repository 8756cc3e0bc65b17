namespace Mien.Imaging;

/// <summary>How a pixel lies in memory, one byte a channel in the order of the name.</summary>
public enum PixelLayout
{
    /// <summary>Red, green, blue and an ignored byte.</summary>
    Rgba,

    /// <summary>Blue, green, red and an ignored byte: Windows bitmaps.</summary>
    Bgra,

    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red: OpenCV.</summary>
    Bgr,

    /// <summary>One gray level.</summary>
    Gray,
}

/// <summary>Sizes and places of the channels.</summary>
internal static class PixelLayouts
{
    public static int BytesPerPixel(this PixelLayout format) => format switch
    {
        PixelLayout.Rgba or PixelLayout.Bgra => 4,
        PixelLayout.Rgb or PixelLayout.Bgr => 3,
        PixelLayout.Gray => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>Where red, green and blue are in a pixel.</summary>
    public static (int Red, int Green, int Blue) Places(this PixelLayout format) => format switch
    {
        PixelLayout.Rgba or PixelLayout.Rgb => (0, 1, 2),
        PixelLayout.Gray => (0, 0, 0),
        _ => (2, 1, 0),
    };
}
