using System.Buffers.Binary;

namespace Mien.Imaging;

/// <summary>PBM, PGM and PPM: a line of text, then numbers, as text or as bytes.</summary>
internal static class NetpbmFile
{
    private const int MostDigits = 9;

    /// <summary>Whether a file is one, by its first bytes.</summary>
    public static bool Is(ReadOnlySpan<byte> encoded) =>
        encoded.Length > 2 && encoded[0] == 'P' && encoded[1] is >= (byte)'1' and <= (byte)'6'
        && (IsBlank(encoded[2]) || encoded[2] == '#');

    /// <summary>Width and height; null where the header is damaged.</summary>
    public static (int Width, int Height)? ReadSize(ReadOnlySpan<byte> encoded) =>
        ReadHeader(ref encoded) is (int width, int height, _, _) ? (width, height) : null;

    /// <summary>[height*width*4] red, green, blue and 255; null where the file is damaged or cut off.</summary>
    public static byte[]? Decode(ReadOnlySpan<byte> encoded)
    {
        if (ReadHeader(ref encoded) is not (int width, int height, int most, char kind))
            return null;
        byte[] pixels = new byte[width * height * 4];
        pixels.AsSpan().Fill(255);
        int channels = kind is '3' or '6' ? 3 : 1;
        if (kind == '4')
            return Bits(encoded, pixels, width, height) ? pixels : null;
        bool text = kind is '1' or '2' or '3';
        int bytes = most > 255 ? 2 : 1;
        if (!text && encoded.Length < (long)width * height * channels * bytes)
            return null;
        for (int pixel = 0; pixel < pixels.Length; pixel += 4)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                int value;
                if (text)
                    value = kind == '1' ? Digit(ref encoded) : Number(ref encoded);
                else
                {
                    value = bytes == 1 ? encoded[0] : BinaryPrimitives.ReadUInt16BigEndian(encoded);
                    encoded = encoded[bytes..];
                }

                if (value < 0)
                    return null;
                byte level = (byte)((Math.Min(value, most) * 255L + most / 2) / most);
                // A 1 of a picture of bits is black.
                pixels[pixel + channel] = kind == '1' ? (byte)(255 - level) : level;
            }

            if (channels == 1)
                pixels[pixel + 1] = pixels[pixel + 2] = pixels[pixel];
        }

        return pixels;
    }

    private static (int Width, int Height, int Most, char Kind)? ReadHeader(ref ReadOnlySpan<byte> encoded)
    {
        char kind = (char)encoded[1];
        encoded = encoded[2..];
        int width = Number(ref encoded);
        int height = Number(ref encoded);
        int most = kind is '1' or '4' ? 1 : Number(ref encoded);
        if (width < 1 || height < 1 || most is < 1 or > 65535)
            return null;
        // One blank ends the header; what follows may look like more.
        if (encoded.Length > 0)
            encoded = encoded[1..];
        return (width, height, most, kind);
    }

    /// <summary>The next number, past blanks and comments; -1 where there is none.</summary>
    private static int Number(ref ReadOnlySpan<byte> rest)
    {
        SkipBlanks(ref rest);
        int value = 0;
        int digits = 0;
        for (; digits < rest.Length && rest[digits] is >= (byte)'0' and <= (byte)'9'; digits++)
        {
            if (digits == MostDigits)
                return -1;
            value = value * 10 + rest[digits] - '0';
        }

        rest = rest[digits..];
        return digits == 0 ? -1 : value;
    }

    /// <summary>The next 0 or 1, which need no blank between them.</summary>
    private static int Digit(ref ReadOnlySpan<byte> rest)
    {
        SkipBlanks(ref rest);
        if (rest.Length == 0 || rest[0] is not ((byte)'0' or (byte)'1'))
            return -1;
        int value = rest[0] - '0';
        rest = rest[1..];
        return value;
    }

    private static void SkipBlanks(ref ReadOnlySpan<byte> rest)
    {
        while (rest.Length > 0 && (IsBlank(rest[0]) || rest[0] == '#'))
        {
            int line = rest[0] == '#' ? rest.IndexOfAny((byte)'\n', (byte)'\r') : 0;
            rest = line < 0 ? [] : rest[(line + 1)..];
        }
    }

    private static bool Bits(ReadOnlySpan<byte> encoded, byte[] pixels, int width, int height)
    {
        int stride = (width + 7) / 8;
        if (encoded.Length < (long)stride * height)
            return false;
        for (int pixel = 0; pixel < width * height; pixel++)
        {
            int x = pixel % width;
            if ((encoded[pixel / width * stride + x / 8] >> (7 - x % 8) & 1) == 1)
                pixels.AsSpan(pixel * 4, 3).Clear();
        }

        return true;
    }

    private static bool IsBlank(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or 0x0b or 0x0c;
}
