using System.Buffers.Binary;
using SkiaSharp;

namespace Mien.Imaging;

/// <summary>How a PNG or a WebP is to be turned. Skia reads the EXIF of JPEG alone.</summary>
internal static class ExifOrientation
{
    private const ushort Tag = 0x0112;
    private const ushort Short = 3;
    private const ushort Long = 4;
    private const int EntryBytes = 12;

    /// <summary>Of a PNG's or a WebP's EXIF; upright where there is none, or a damaged one.</summary>
    public static SKEncodedOrigin Of(ReadOnlySpan<byte> encoded)
    {
        ReadOnlySpan<byte> exif = PngFile.Is(encoded) ? PngFile.Find(encoded, "eXIf"u8) : InWebp(encoded);
        // Some writers keep the name that JPEG puts before it.
        return OfTiff(exif.StartsWith("Exif\0\0"u8) ? exif[6..] : exif);
    }

    /// <summary>Whether a file is a WebP, by its first bytes.</summary>
    public static bool IsWebp(ReadOnlySpan<byte> encoded) =>
        encoded.Length >= 12 && encoded.StartsWith("RIFF"u8) && encoded[8..].StartsWith("WEBP"u8);

    private static SKEncodedOrigin OfTiff(ReadOnlySpan<byte> tiff)
    {
        const SKEncodedOrigin Upright = SKEncodedOrigin.TopLeft;
        bool little = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < 10 || (!little && !tiff.StartsWith("MM\0*"u8)))
            return Upright;
        uint start = UInt32(tiff[4..], little);
        if (start > tiff.Length - 2)
            return Upright;
        ReadOnlySpan<byte> entries = tiff[(int)start..];
        int count = UInt16(entries, little);
        entries = entries[2..];
        for (int i = 0; i < count && entries.Length >= EntryBytes; i++, entries = entries[EntryBytes..])
        {
            if (UInt16(entries, little) != Tag)
                continue;
            uint value = UInt16(entries[2..], little) switch
            {
                Short => UInt16(entries[8..], little),
                Long => UInt32(entries[8..], little),
                _ => 0,
            };
            return value is >= 1 and <= 8 ? (SKEncodedOrigin)value : Upright;
        }

        return Upright;
    }

    /// <summary>What is in the chunk of that name; empty where there is none.</summary>
    private static ReadOnlySpan<byte> InWebp(ReadOnlySpan<byte> webp)
    {
        if (!IsWebp(webp))
            return [];
        for (ReadOnlySpan<byte> rest = webp[12..]; rest.Length >= 8;)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            if (length > rest.Length - 8)
                return [];
            if (rest.StartsWith("EXIF"u8))
                return rest.Slice(8, (int)length);
            // Chunks begin at even places.
            rest = rest[Math.Min(rest.Length, 8 + (int)length + (int)(length & 1))..];
        }

        return [];
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
