namespace Mien.Imaging;

/// <summary>How a pixel lies in memory, one byte a channel in the order of the name.</summary>
public enum PixelFormat
{
    /// <summary>Red, green, blue and an ignored byte.</summary>
    Rgba,

    /// <summary>Blue, green, red and an ignored byte: Windows bitmaps.</summary>
    Bgra,

    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red: OpenCV.</summary>
    Bgr,

    /// <summary>One grey level.</summary>
    Grey,
}

/// <summary>Sizes and places of the channels.</summary>
internal static class PixelFormats
{
    public static int BytesPerPixel(this PixelFormat format) => format switch
    {
        PixelFormat.Rgba or PixelFormat.Bgra => 4,
        PixelFormat.Rgb or PixelFormat.Bgr => 3,
        PixelFormat.Grey => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>Where red, green and blue are in a pixel.</summary>
    public static (int Red, int Green, int Blue) Places(this PixelFormat format) => format switch
    {
        PixelFormat.Rgba or PixelFormat.Rgb => (0, 1, 2),
        PixelFormat.Grey => (0, 0, 0),
        _ => (2, 1, 0),
    };
}
