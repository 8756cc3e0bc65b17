using System.Runtime.InteropServices;
using SkiaSharp;

namespace Mien.Imaging;

/// <summary>A decoded picture, upright, without transparency: 8-bit red, green and blue.</summary>
/// <remarks>
/// JPEG, PNG, WebP, BMP and GIF (first frame) through Skia; EXIF orientation is applied, alpha lies on grey, 16-bit and
/// CMYK pictures become 8-bit RGB.
/// </remarks>
public sealed class Picture
{
    /// <summary>Pixels of the largest picture that is decoded unless told otherwise: 100 million.</summary>
    public const long DefaultMaxPixels = 100_000_000;

    // What one array holds.
    private const long MostPixels = 500_000_000;

    // No picture of DefaultMaxPixels is larger, and all of the file is read before its header is.
    private const long MaxFileBytes = 1_000_000_000;

    // Mid-grey: neither a light nor a dark edge round a cut-out face.
    private static readonly SKColor Ground = new(128, 128, 128);

    private Picture(int width, int height, byte[] pixels)
    {
        Width = WholeWidth = width;
        Height = WholeHeight = height;
        Pixels = pixels;
    }

    /// <summary>Width of the upright picture, in pixels.</summary>
    public int Width { get; }

    /// <summary>Height of the upright picture, in pixels.</summary>
    public int Height { get; }

    /// <summary>Width of the upright picture in its file, in pixels: more than <see cref="Width"/> where it was decoded at a part of its size.</summary>
    public int WholeWidth { get; private init; }

    /// <summary>Height likewise.</summary>
    public int WholeHeight { get; private init; }

    /// <summary>Whether the picture was decoded at a part of its size (<see cref="ExpressionRecognizer.Load(string)"/>).</summary>
    public bool IsReduced => Reduction > 1;

    /// <summary>How many of the file's pixels one of these is wide and high: 1 unless it is reduced.</summary>
    internal int Reduction { get; private init; } = 1;

    /// <summary>
    /// Where the upper left corner lies in the whole picture, in its pixels: less than 0 where the decoder filled up the last of its
    /// pixels and the orientation put that edge to the left or to the top.
    /// </summary>
    internal (int X, int Y) Corner { get; private init; }

    /// <summary>[Height*Width*4]: red, green, blue and an unused byte, row-major.</summary>
    internal byte[] Pixels { get; }

    /// <summary>Reads a picture file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxPixels">Larger pictures are refused from their header alone.</param>
    /// <exception cref="MienException">Not found, not a picture, damaged or too large: the message names the file.</exception>
    public static Picture Load(string path, long maxPixels = DefaultMaxPixels) => Load(path, maxPixels, WholeSize);

    /// <summary>Reads a picture file at a part of its size where that is cheaper, which only JPEG is.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxPixels">Larger pictures are refused from their header alone.</param>
    /// <param name="reduction">From the width and height in the header to how many times smaller the picture may be: 1, 2, 4 or 8.</param>
    /// <exception cref="MienException">As for the whole size.</exception>
    internal static Picture Load(string path, long maxPixels, Func<int, int, int> reduction)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
            throw new MienException($"{path}: a folder, expected a picture.");
        try
        {
            // A pipe, socket or device has no length, and to open a pipe would wait for its writer.
            long length = LengthOf(path);
            if (length == 0)
                throw new MienException($"{path}: empty file or no ordinary file, expected a picture.");
            if (length > MaxFileBytes)
                throw new MienException($"{path}: {length / 1e9:F1} GB, too large for a picture.");
            using FileStream stream = File.OpenRead(path);
            return Load(stream, path, maxPixels, reduction);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MienException($"{path}: not found.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{path}: can't be read ({e.Message}).", e);
        }
    }

    /// <summary>Reads a picture from a stream to its end.</summary>
    /// <param name="stream">The encoded picture.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="maxPixels">Larger pictures are refused from their header alone.</param>
    /// <exception cref="MienException">Not a picture, damaged or too large: the message names it.</exception>
    public static Picture Load(Stream stream, string name = "picture", long maxPixels = DefaultMaxPixels) => Load(stream, name, maxPixels, WholeSize);

    /// <inheritdoc cref="Load(string, long, Func{int, int, int})"/>
    internal static Picture Load(Stream stream, string name, long maxPixels, Func<int, int, int> reduction)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using SKData data = SKData.Create(stream);
        if (data is null || data.Size == 0)
            throw new MienException($"{name}: empty file, expected a picture.");
        using SKCodec? codec = SKCodec.Create(data);
        if (codec is null)
            throw new MienException($"{name}: not a picture that can be read. Expected JPEG, PNG, WebP, BMP or GIF.");
        SKImageInfo stored = codec.Info;
        maxPixels = Math.Min(maxPixels, MostPixels);
        if ((long)stored.Width * stored.Height > maxPixels)
            throw new MienException($"{name}: {stored.Width}x{stored.Height} is {(double)stored.Width * stored.Height / 1e6:F0} megapixels, more than the limit of {maxPixels / 1e6:F0}. Shrink it, or raise the limit.");

        // libjpeg leaves the fine frequencies out as it decodes; the other formats would decode all and throw it away.
        int smaller = codec.EncodedFormat == SKEncodedImageFormat.Jpeg ? reduction(stored.Width, stored.Height) : 1;
        SKSizeI size = smaller == 1 ? stored.Size : codec.GetScaledDimensions(1f / smaller);
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Premul, SKColorSpace.CreateSrgb());
        // Decoded where it stays: a second copy of a large photo would take as much memory again.
        byte[] pixels = new byte[info.BytesSize64];
        SKCodecResult result = DecodeInto(codec, info, pixels);
        if (result != SKCodecResult.Success)
        {
            throw new MienException(result is SKCodecResult.IncompleteInput or SKCodecResult.ErrorInInput
                ? $"{name}: cut off or damaged. Fetch or save it again."
                : $"{name}: can't be decoded ({result}). Save it as JPEG or PNG.");
        }

        if (stored.AlphaType != SKAlphaType.Opaque)
            LayOnGround(pixels);
        return Upright(pixels, size, stored.Size, size == stored.Size ? 1 : smaller, codec.EncodedOrigin);
    }

    /// <summary>Takes pixels as they are.</summary>
    /// <param name="rgba">[height*width*4]: red, green, blue and an ignored byte, row-major; copied.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <exception cref="ArgumentException">The length does not match.</exception>
    public static Picture FromRgba(ReadOnlySpan<byte> rgba, int width, int height)
    {
        Check(rgba.Length, width, height, 4);
        return new Picture(width, height, rgba.ToArray());
    }

    /// <summary>Takes grey pixels as they are.</summary>
    /// <param name="grey">[height*width] grey levels, row-major.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <exception cref="ArgumentException">The length does not match.</exception>
    public static Picture FromGrey(ReadOnlySpan<byte> grey, int width, int height)
    {
        Check(grey.Length, width, height, 1);
        byte[] pixels = new byte[grey.Length * 4];
        for (int i = 0; i < grey.Length; i++)
            pixels.AsSpan(i * 4, 3).Fill(grey[i]);
        return new Picture(width, height, pixels);
    }

    /// <summary>Takes pixels as a camera or another library has them.</summary>
    /// <param name="pixels">Rows from the top, each of <paramref name="stride"/> bytes; copied.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="format">How a pixel lies in memory.</param>
    /// <param name="stride">Bytes from one row to the next; 0 where no byte lies between them.</param>
    /// <exception cref="ArgumentException">The length does not match.</exception>
    public static Picture FromPixels(ReadOnlySpan<byte> pixels, int width, int height, PixelFormat format, int stride = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        int bytes = format.BytesPerPixel();
        stride = stride == 0 ? width * bytes : stride;
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, width * bytes);
        // The last row may end with its pixels.
        if (pixels.Length < (long)stride * (height - 1) + width * bytes)
            throw new ArgumentException($"{pixels.Length} bytes for {width}x{height} pixels of {bytes} in rows of {stride}.", nameof(pixels));
        (int red, int green, int blue) = format.Places();
        byte[] rgba = new byte[width * height * 4];
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = pixels.Slice(y * stride, width * bytes);
            Span<byte> target = rgba.AsSpan(y * width * 4, width * 4);
            for (int from = 0, to = 0; to < target.Length; from += bytes, to += 4)
                (target[to], target[to + 1], target[to + 2]) = (row[from + red], row[from + green], row[from + blue]);
        }

        return new Picture(width, height, rgba);
    }

    /// <summary>A picture over pixels that the caller owns and may fill again: a video's frames.</summary>
    internal static Picture Over(byte[] rgba, int width, int height)
    {
        Check(rgba.Length, width, height, 4);
        return new Picture(width, height, rgba);
    }

    /// <summary>Size of a picture file from its header, before any orientation is applied; null where there is none to read.</summary>
    public static (int Width, int Height)? ReadSize(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            // A pipe has no length, and opening one waits for its other end.
            if (LengthOf(path) == 0)
                return null;
            using FileStream stream = File.OpenRead(path);
            return ReadSize(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Size of an encoded picture from its header, before any orientation is applied; null where there is none to read.</summary>
    /// <param name="stream">Read as far as needed.</param>
    public static (int Width, int Height)? ReadSize(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using SKCodec? codec = SKCodec.Create(stream);
        return codec is null ? null : (codec.Info.Width, codec.Info.Height);
    }

    /// <exception cref="ArgumentException">The picture was decoded at a part of its size.</exception>
    internal void RequireWhole(string purpose)
    {
        if (IsReduced)
            throw new ArgumentException($"The picture was decoded at {Width}x{Height} of {WholeWidth}x{WholeHeight} pixels. Open it by Picture.Load to {purpose}.");
    }

    /// <summary>Grey levels of the whole picture, [Height*Width], row-major.</summary>
    public byte[] ToGrey()
    {
        byte[] grey = new byte[Width * Height];
        for (int i = 0; i < grey.Length; i++)
            grey[i] = Preprocessing.Grey(Pixels[i * 4], Pixels[i * 4 + 1], Pixels[i * 4 + 2]);
        return grey;
    }

    /// <summary>The pixels, [Height*Width*4]: red, green, blue and 255, row-major; a copy.</summary>
    public byte[] ToRgba()
    {
        byte[] rgba = [.. Pixels];
        for (int i = 3; i < rgba.Length; i += 4)
            rgba[i] = 255;
        return rgba;
    }

    /// <summary>The picture as a PNG file's bytes.</summary>
    public byte[] ToPng()
    {
        using SKBitmap bitmap = ToBitmap();
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    internal SKBitmap ToBitmap()
    {
        var bitmap = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Marshal.Copy(Pixels, 0, bitmap.GetPixels(), Pixels.Length);
        return bitmap;
    }

    private static int WholeSize(int width, int height) => 1;

    private static SKCodecResult DecodeInto(SKCodec codec, SKImageInfo info, byte[] pixels)
    {
        var memory = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            return codec.GetPixels(info, memory.AddrOfPinnedObject());
        }
        finally
        {
            memory.Free();
        }
    }

    private static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        return (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length;
    }

    /// <summary>Premultiplied colours over the ground.</summary>
    private static void LayOnGround(byte[] pixels)
    {
        for (int i = 0; i < pixels.Length; i += 4)
        {
            int rest = 255 - pixels[i + 3];
            if (rest == 0)
                continue;
            pixels[i] = (byte)(pixels[i] + (Ground.Red * rest + 127) / 255);
            pixels[i + 1] = (byte)(pixels[i + 1] + (Ground.Green * rest + 127) / 255);
            pixels[i + 2] = (byte)(pixels[i + 2] + (Ground.Blue * rest + 127) / 255);
            pixels[i + 3] = 255;
        }
    }

    /// <summary>Applies an EXIF orientation by moving whole pixels.</summary>
    private static Picture Upright(byte[] stored, SKSizeI size, SKSizeI whole, int reduction, SKEncodedOrigin origin)
    {
        (int width, int height) = (size.Width, size.Height);
        if (origin == SKEncodedOrigin.TopLeft)
            return new Picture(width, height, stored) { WholeWidth = whole.Width, WholeHeight = whole.Height, Reduction = reduction };
        bool turned = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
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
        bool leftwards = origin is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom;
        bool upwards = origin is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        return new Picture(uprightWidth, uprightHeight, upright)
        {
            WholeWidth = wholeWidth,
            WholeHeight = wholeHeight,
            Reduction = reduction,
            Corner = (leftwards ? wholeWidth - uprightWidth * reduction : 0, upwards ? wholeHeight - uprightHeight * reduction : 0),
        };
    }

    private static void Check(int length, int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (length != (long)width * height * channels)
            throw new ArgumentException($"{length} bytes for {width}x{height} pixels of {channels}.");
    }
}
