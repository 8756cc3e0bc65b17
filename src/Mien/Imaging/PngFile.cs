using System.Buffers.Binary;

namespace Mien.Imaging;

/// <summary>The chunks of a PNG.</summary>
internal static class PngFile
{
    // Length, name and checksum.
    private const int FrameBytes = 12;

    // Gamma times 100,000: what a camera, a screen or a file could have. Others, 0 among them, mean nothing, and would make all
    // black or white.
    private const uint LeastGamma = 10_000;
    private const uint MostGamma = 1_000_000;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1a, (byte)'\n'];

    /// <summary>Whether a file is a PNG, by its first bytes.</summary>
    public static bool Is(ReadOnlySpan<byte> encoded) => encoded.StartsWith(Signature);

    /// <summary>What is in the first chunk of that name; empty where there is none.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> png, ReadOnlySpan<byte> name)
    {
        int place = PlaceOf(png, name);
        return place < 0 ? [] : png.Slice(place + 8, Length(png, place));
    }

    /// <summary>The file without a gamma that means nothing; null where there is none to take out.</summary>
    public static byte[]? WithoutWrongGamma(ReadOnlySpan<byte> png)
    {
        int place = PlaceOf(png, "gAMA"u8);
        if (place < 0 || Length(png, place) != 4)
            return null;
        if (BinaryPrimitives.ReadUInt32BigEndian(png[(place + 8)..]) is >= LeastGamma and <= MostGamma)
            return null;
        return [.. png[..place], .. png[(place + FrameBytes + 4)..]];
    }

    private static int PlaceOf(ReadOnlySpan<byte> png, ReadOnlySpan<byte> name)
    {
        for (int place = Signature.Length; place <= png.Length - FrameBytes;)
        {
            int length = Length(png, place);
            if (length < 0 || length > png.Length - place - FrameBytes)
                return -1;
            if (png[(place + 4)..].StartsWith(name))
                return place;
            place += FrameBytes + length;
        }

        return -1;
    }

    private static int Length(ReadOnlySpan<byte> png, int place) => BinaryPrimitives.ReadInt32BigEndian(png[place..]);
}
