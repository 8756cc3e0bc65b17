using System.Runtime.InteropServices;
using SkiaSharp;

namespace Mien.Imaging;

/// <summary>Pictures as they are to be looked at.</summary>
internal static class Turning
{
    /// <summary>Applies an EXIF orientation by moving whole pixels.</summary>
    public static Picture Upright(byte[] stored, SKSizeI size, SKSizeI whole, int reduction, SKEncodedOrigin origin)
    {
        (int width, int height) = (size.Width, size.Height);
        if (origin == SKEncodedOrigin.TopLeft)
            return new Picture(width, height, stored) { WholeWidth = whole.Width, WholeHeight = whole.Height, Reduction = reduction };
        bool turned = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop
            or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        (int uprightWidth, int uprightHeight) = turned ? (height, width) : (width, height);
        byte[] upright = new byte[stored.Length];
        ReadOnlySpan<int> source = MemoryMarshal.Cast<byte, int>(stored.AsSpan());
        Span<int> target = MemoryMarshal.Cast<byte, int>(upright.AsSpan());
        // Where the first stored pixel goes, and how far one step right and one step down of the stored picture lead.
        (int first, int right, int down) = origin switch
        {
            SKEncodedOrigin.TopRight => (width - 1, -1, width),
            SKEncodedOrigin.BottomRight => (width * height - 1, -1, -width),
            SKEncodedOrigin.BottomLeft => (width * (height - 1), 1, -width),
            SKEncodedOrigin.LeftTop => (0, height, 1),
            SKEncodedOrigin.RightTop => (height - 1, height, -1),
            SKEncodedOrigin.RightBottom => (width * height - 1, -height, -1),
            _ => (height * (width - 1), -height, 1),
        };
        // In blocks, so that neither side runs through the whole picture for each line of the other.
        const int Block = 32;
        for (int top = 0; top < height; top += Block)
        {
            for (int left = 0; left < width; left += Block)
            {
                for (int y = top; y < Math.Min(top + Block, height); y++)
                {
                    int end = Math.Min(left + Block, width);
                    int place = first + y * down + left * right;
                    for (int x = left; x < end; x++, place += right)
                        target[place] = source[y * width + x];
                }
            }
        }

        (int wholeWidth, int wholeHeight) = turned ? (whole.Height, whole.Width) : (whole.Width, whole.Height);
        bool leftwards = origin is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight
            or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom;
        bool upwards = origin is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft
            or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        return new Picture(uprightWidth, uprightHeight, upright)
        {
            WholeWidth = wholeWidth,
            WholeHeight = wholeHeight,
            Reduction = reduction,
            Corner = (leftwards ? wholeWidth - uprightWidth * reduction : 0, upwards ? wholeHeight - uprightHeight * reduction : 0),
        };
    }
}
