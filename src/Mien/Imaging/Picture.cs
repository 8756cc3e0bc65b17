using System.Runtime.InteropServices;
using SkiaSharp;

namespace Mien.Imaging;

/// <summary>A decoded picture, upright, without transparency: 8-bit red, green and blue.</summary>
/// <remarks>
/// JPEG, PNG, WebP, BMP and GIF (first frame) through Skia, TIFF (first page), PPM, PGM and PBM; EXIF orientation is applied,
/// alpha lies on gray, 16-bit and CMYK pictures become 8-bit RGB.
/// </remarks>
public sealed class Picture
{
    /// <summary>Pixels of the largest picture that is decoded unless told otherwise: 100 million.</summary>
    public const long DefaultMaxPixels = 100_000_000;

    /// <summary>The formats that are read, for messages: "JPEG, PNG or ...".</summary>
    public static string Formats => "JPEG, PNG, WebP, BMP, GIF, TIFF or PPM";

    // What one array holds.
    private const long MostPixels = 500_000_000;

    // No picture of DefaultMaxPixels is larger, and all of the file is read before its header is.
    private const long MaxFileBytes = 1_000_000_000;

    // Null once its memory was given back.
    private byte[]? _pixels;

    internal Picture(int width, int height, byte[] pixels)
    {
        Width = WholeWidth = width;
        Height = WholeHeight = height;
        _pixels = pixels;
    }

    /// <summary>How the names of pictures end that are looked for in folders, in small letters: `.jpg`, `.png` and others.</summary>
    public static IReadOnlyList<string> Endings { get; } =
        [".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm"];

    /// <summary>Width of the upright picture, in pixels.</summary>
    public int Width { get; }

    /// <summary>Height of the upright picture, in pixels.</summary>
    public int Height { get; }

    /// <summary>Width of the upright picture in its file, in pixels: more than <see cref="Width"/> where it was decoded at a part of its
    /// size.</summary>
    public int WholeWidth { get; internal init; }

    /// <summary>Height likewise.</summary>
    public int WholeHeight { get; internal init; }

    /// <summary>Whether the picture was decoded at a part of its size (<see cref="ExpressionRecognizer.Load(string)"/>).</summary>
    public bool IsReduced => Reduction > 1;

    /// <summary>How many of the file's pixels one of these is wide and high: 1 unless it is reduced.</summary>
    internal int Reduction { get; init; } = 1;

    /// <summary>
    /// Where the upper left corner lies in the whole picture, in its pixels: less than 0 where the decoder filled up the last of its
    /// pixels and the orientation put that edge to the left or to the top.
    /// </summary>
    internal (int X, int Y) Corner { get; init; }

    /// <summary>[Height*Width*4]: red, green, blue and an unused byte, row-major.</summary>
    /// <exception cref="ObjectDisposedException">It was a frame of a video that has been disposed.</exception>
    internal byte[] Pixels => _pixels ?? throw new ObjectDisposedException(
        nameof(Picture),
        "The frame of a video that this picture belongs to was disposed, and its memory holds another by now. Copy the pixels before.");

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
                throw new MienException(FormattableString.Invariant($"{path}: {length / 1e9:F1} GB, too large for a picture."));
            using FileStream stream = File.OpenRead(path);
            return Load(stream, path, maxPixels, reduction);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MienException(MissingFile.Message(path), e);
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
    public static Picture Load(Stream stream, string name = "picture", long maxPixels = DefaultMaxPixels) =>
        Load(stream, name, maxPixels, WholeSize);

    /// <summary>Reads a picture that is in memory.</summary>
    /// <param name="encoded">The bytes of a picture file.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="maxPixels">Larger pictures are refused from their header alone.</param>
    /// <exception cref="MienException">Not a picture, damaged or too large: the message names it.</exception>
    public static Picture Load(ReadOnlyMemory<byte> encoded, string name = "picture", long maxPixels = DefaultMaxPixels)
    {
        using MemoryStream stream = StreamOf(encoded);
        return Load(stream, name, maxPixels);
    }

    internal static MemoryStream StreamOf(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(bytes.ToArray(), writable: false);

    /// <inheritdoc cref="Load(string, long, Func{int, int, int})"/>
    internal static Picture Load(Stream stream, string name, long maxPixels, Func<int, int, int> reduction)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return PictureDecoder.Decode(stream, name, Math.Min(maxPixels, MostPixels), reduction);
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

    /// <summary>Takes gray pixels as they are.</summary>
    /// <param name="gray">[height*width] gray levels, row-major.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <exception cref="ArgumentException">The length does not match.</exception>
    public static Picture FromGray(ReadOnlySpan<byte> gray, int width, int height)
    {
        Check(gray.Length, width, height, 1);
        byte[] pixels = new byte[gray.Length * 4];
        for (int i = 0; i < gray.Length; i++)
            pixels.AsSpan(i * 4, 3).Fill(gray[i]);
        return new Picture(width, height, pixels);
    }

    /// <summary>Takes pixels as a camera or another library has them.</summary>
    /// <param name="pixels">Rows from the top, each of <paramref name="stride"/> bytes; copied.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="format">How a pixel lies in memory.</param>
    /// <param name="stride">Bytes from one row to the next; 0 where no byte lies between them.</param>
    /// <exception cref="ArgumentException">The length does not match.</exception>
    public static Picture FromPixels(ReadOnlySpan<byte> pixels, int width, int height, PixelLayout format, int stride = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        int bytes = format.BytesPerPixel();
        stride = stride == 0 ? width * bytes : stride;
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, width * bytes);
        // The last row may end with its pixels.
        if (pixels.Length < (long)stride * (height - 1) + width * bytes)
            throw new ArgumentException($"{pixels.Length} bytes for {width}x{height} pixels of {bytes} in rows of "
                + $"{stride}.", nameof(pixels));
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

    /// <summary>Gives the memory back to the caller that owns it; whoever reads pixels from now on is refused.</summary>
    internal byte[] Release()
    {
        byte[] pixels = Pixels;
        _pixels = null;
        return pixels;
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
    /// <param name="stream">Read as far as needed; to its end where it can't be read from its beginning again.</param>
    public static (int Width, int Height)? ReadSize(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return PictureDecoder.ReadSize(stream);
    }

    /// <exception cref="ArgumentException">The picture was decoded at a part of its size.</exception>
    internal void RequireWhole(string purpose)
    {
        if (IsReduced)
            throw new ArgumentException($"The picture was decoded at {Width}x{Height} of {WholeWidth}x{WholeHeight} pixels. Open it by "
                + $"Picture.Load to {purpose}.");
    }

    /// <summary>Gray levels of the whole picture, [Height*Width], row-major.</summary>
    public byte[] ToGray()
    {
        byte[] gray = new byte[Width * Height];
        for (int i = 0; i < gray.Length; i++)
            gray[i] = Preprocessing.Gray(Pixels[i * 4], Pixels[i * 4 + 1], Pixels[i * 4 + 2]);
        return gray;
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

    /// <summary>A file's length, of what a link points to; 0 for pipes and devices.</summary>
    internal static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        return (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length;
    }

    private static void Check(int length, int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (length != (long)width * height * channels)
            throw new ArgumentException($"{length} bytes for {width}x{height} pixels of {channels}.");
    }
}
