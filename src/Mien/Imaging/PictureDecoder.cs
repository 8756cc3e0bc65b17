using System.Runtime.InteropServices;
using SkiaSharp;

namespace Mien.Imaging;

/// <summary>From an encoded picture to an upright one: what it is stands in its first bytes, never in its name.</summary>
internal static class PictureDecoder
{
    /// <summary>What is said of every format whose data end too early or make no sense.</summary>
    public const string CutOff = "cut off or damaged. Fetch or save it again.";

    // Mid-gray: neither a light nor a dark edge round a cut-out face.
    private static readonly SKColor Ground = new(128, 128, 128);

    /// <summary>Decodes a picture.</summary>
    /// <param name="stream">Read to its end.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="maxPixels">Larger pictures are refused from their header alone.</param>
    /// <param name="reduction">From width and height to how many times smaller the picture may be.</param>
    /// <exception cref="MienException">Not a picture, damaged or too large: the message names it.</exception>
    public static Picture Decode(Stream stream, string name, long maxPixels, Func<int, int, int> reduction)
    {
        using SKData data = SKData.Create(stream);
        if (data is null || data.Size == 0)
            throw new MienException($"{name}: empty file, expected a picture.");
        ReadOnlySpan<byte> encoded = data.AsSpan();
        if (FileKind.Unread(encoded) is { } format)
            throw new MienException($"{name}: {format.Name}, which can't be read. {format.Cure}");
        if (NetpbmFile.Is(encoded))
        {
            SKSizeI size = Checked(NetpbmFile.ReadSize(encoded));
            byte[] pixels = NetpbmFile.Decode(encoded) ?? throw new MienException($"{name}: {CutOff}");
            return Turning.Upright(pixels, size, size, 1, SKEncodedOrigin.TopLeft);
        }

        if (TiffFile.Is(encoded))
        {
            TiffFolder folder = TiffFolder.Of(encoded);
            SKSizeI size = Checked(folder.Size());
            if (!folder.IsPlausible())
                throw new MienException($"{name}: {CutOff}");
            using Stream file = data.AsStream();
            (byte[] pixels, SKEncodedOrigin origin, string? wrong) = TiffFile.Decode(file, size);
            if (wrong is not null)
                throw new MienException($"{name}: {wrong}");
            FillWhereClear(pixels);
            LayOnGround(pixels);
            return Turning.Upright(pixels, size, size, 1, origin);
        }

        using SKData? without = PngFile.Is(encoded) && PngFile.WithoutWrongGamma(encoded) is { } rewritten
            ? SKData.CreateCopy(rewritten)
            : null;
        using SKCodec codec = SKCodec.Create(without ?? data)
            ?? throw new MienException(FileKind.IsPicture(encoded)
                ? $"{name}: {CutOff}"
                : $"{name}: not a picture that can be read. Expected {Picture.Formats}.");
        Checked((codec.Info.Width, codec.Info.Height));
        return DecodeBySkia(codec, encoded, name, reduction);

        SKSizeI Checked((int Width, int Height)? found)
        {
            if (found is not (int width, int height))
                throw new MienException($"{name}: {CutOff}");
            if ((long)width * height > maxPixels)
            {
                throw new MienException(FormattableString.Invariant($"{name}: {width}x{height} is {(double)width * height / 1e6:F0} ")
                    + FormattableString.Invariant($"megapixels, more than the limit of {maxPixels / 1e6:F0}. ")
                    + "Shrink it, or raise the limit.");
            }

            return new SKSizeI(width, height);
        }
    }

    /// <summary>Width and height as they are stored; null where there are none to read.</summary>
    public static (int Width, int Height)? ReadSize(Stream stream)
    {
        if (!stream.CanSeek)
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            copy.Position = 0;
            return ReadSize(copy);
        }

        long begin = stream.Position;
        Span<byte> start = stackalloc byte[FileKind.Needed];
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        stream.Position = begin;
        if (NetpbmFile.Is(start))
            return NetpbmFile.ReadSize(start);
        if (TiffFile.Is(start))
            return FileKind.Unread(start) is null ? TiffFolder.ReadSize(stream) : null;
        using SKCodec? codec = SKCodec.Create(stream);
        return codec is null ? null : (codec.Info.Width, codec.Info.Height);
    }

    private static Picture DecodeBySkia(SKCodec codec, ReadOnlySpan<byte> encoded, string name, Func<int, int, int> reduction)
    {
        SKImageInfo stored = codec.Info;
        bool jpeg = codec.EncodedFormat == SKEncodedImageFormat.Jpeg;
        // libjpeg leaves the fine frequencies out as it decodes; the other formats would decode all and throw it away.
        int smaller = jpeg ? reduction(stored.Width, stored.Height) : 1;
        SKSizeI size = smaller == 1 ? stored.Size : codec.GetScaledDimensions(1f / smaller);
        // Alpha that is 0 everywhere would take the colors with it.
        bool doubtful = codec.EncodedFormat is SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Ico
            && stored.AlphaType != SKAlphaType.Opaque;
        SKAlphaType alpha = doubtful ? SKAlphaType.Unpremul : SKAlphaType.Premul;
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, alpha, SKColorSpace.CreateSrgb());
        byte[] pixels = jpeg && !JpegFile.HasEnd(encoded, out bool complete)
            ? (complete ? WithoutEnd(encoded, info) : null) ?? throw new MienException($"{name}: {CutOff}")
            : Pixels(codec, info, name);
        if (doubtful)
        {
            FillWhereClear(pixels);
            MultiplyByAlpha(pixels);
        }

        if (stored.AlphaType != SKAlphaType.Opaque)
            LayOnGround(pixels);
        SKEncodedOrigin origin = codec.EncodedOrigin == SKEncodedOrigin.TopLeft ? ExifOrientation.Of(encoded) : codec.EncodedOrigin;
        return Turning.Upright(pixels, size, stored.Size, size == stored.Size ? 1 : smaller, origin);
    }

    /// <summary>The pixels of a JPEG without end marker; null where more than the marker is missing.</summary>
    private static byte[]? WithoutEnd(ReadOnlySpan<byte> jpeg, SKImageInfo info)
    {
        ReadOnlySpan<byte> data = JpegFile.WithoutZeros(jpeg);
        if (Whole(data, info) is { } pixels)
            return pixels;
        // The last of the data may be zeros. Where the picture needs fewer than there are, they are none of it.
        if (jpeg[^1] != 0 || data.Length == jpeg.Length)
            return null;
        return Whole(jpeg, info) is { } others && Whole(jpeg[..^2], info) is null ? others : null;
    }

    /// <summary>The pixels; null where what is decoded depends on what comes behind the data.</summary>
    private static byte[]? Whole(ReadOnlySpan<byte> jpeg, SKImageInfo info)
    {
        (byte[] one, byte[] other) = JpegFile.WithEnds(jpeg);
        byte[]? pixels = Of(one);
        return pixels is not null && Of(other) is { } others && pixels.AsSpan().SequenceEqual(others) ? pixels : null;

        byte[]? Of(byte[] file)
        {
            using SKData data = SKData.CreateCopy(file);
            using SKCodec? codec = SKCodec.Create(data);
            byte[] decoded = new byte[info.BytesSize64];
            return codec is not null && DecodeInto(codec, info, decoded) == SKCodecResult.Success ? decoded : null;
        }
    }

    private static byte[] Pixels(SKCodec codec, SKImageInfo info, string name)
    {
        // Decoded where it stays: a second copy of a large photo would take as much memory again.
        byte[] pixels = new byte[info.BytesSize64];
        SKCodecResult result = DecodeInto(codec, info, pixels);
        return result switch
        {
            SKCodecResult.Success => pixels,
            SKCodecResult.IncompleteInput or SKCodecResult.ErrorInInput => throw new MienException($"{name}: {CutOff}"),
            _ => throw new MienException($"{name}: can't be decoded ({result}). Save it as JPEG or PNG."),
        };
    }

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

    /// <summary>Makes all opaque where alpha is 0 in every pixel: the program that wrote the file left it out.</summary>
    private static void FillWhereClear(byte[] pixels)
    {
        for (int i = 3; i < pixels.Length; i += 4)
        {
            if (pixels[i] != 0)
                return;
        }

        for (int i = 3; i < pixels.Length; i += 4)
            pixels[i] = 255;
    }

    private static void MultiplyByAlpha(byte[] pixels)
    {
        for (int i = 0; i < pixels.Length; i += 4)
        {
            for (int channel = 0; channel < 3; channel++)
                pixels[i + channel] = (byte)((pixels[i + channel] * pixels[i + 3] + 127) / 255);
        }
    }

    /// <summary>Premultiplied colors over the ground.</summary>
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
}
