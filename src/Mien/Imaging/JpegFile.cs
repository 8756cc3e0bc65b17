using System.Buffers.Binary;

namespace Mien.Imaging;

/// <summary>Where a JPEG ends: whole, without its end marker alone, or cut off.</summary>
internal static class JpegFile
{
    private const byte StartOfScan = 0xda;
    private const byte EndOfImage = 0xd9;
    private const int Coefficients = 64;

    /// <summary>Whether a file is a JPEG, by its first bytes.</summary>
    public static bool Is(ReadOnlySpan<byte> encoded) => encoded.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]);

    /// <summary>Whether the picture has its end marker.</summary>
    /// <param name="jpeg">The file.</param>
    /// <param name="complete">Without one: whether every part of the picture has begun. Where not, it is cut off.</param>
    public static bool HasEnd(ReadOnlySpan<byte> jpeg, out bool complete)
    {
        complete = false;
        var scans = new Scans();
        int place = 2;
        while (true)
        {
            // To the next marker: what lies between is coded data, or nothing.
            int step = jpeg[place..].IndexOf((byte)0xff);
            if (step < 0 || place + step + 1 >= jpeg.Length)
                break;
            place += step + 1;
            byte marker = jpeg[place];
            if (marker == EndOfImage)
                return true;
            // 0xff before 0xff is filling. A marker without content: 0, the eight that restart decoding, and two more.
            if (marker is 0xff)
                continue;
            place++;
            if (marker is 0 or 1 or (>= 0xd0 and <= 0xd8))
                continue;
            if (place + 2 > jpeg.Length)
                return false;
            int length = BinaryPrimitives.ReadUInt16BigEndian(jpeg[place..]);
            if (length > jpeg.Length - place)
                return false;
            ReadOnlySpan<byte> content = jpeg.Slice(place + Math.Min(2, length), Math.Max(0, length - 2));
            if (marker is >= 0xc0 and <= 0xcf and not 0xc4 and not 0xc8 and not 0xcc)
                scans.Frame(marker, content);
            else if (marker == StartOfScan)
                scans.Scan(content);
            place += length;
        }

        complete = scans.Complete;
        return false;
    }

    /// <summary>The data before zeros that fill the file, and before half an end marker.</summary>
    public static ReadOnlySpan<byte> WithoutZeros(ReadOnlySpan<byte> jpeg)
    {
        int end = jpeg.Length;
        while (end > 2 && jpeg[end - 1] == 0)
            end--;
        // A 0 belongs to the 0xff before it, which without it is the first half of the end marker.
        return jpeg[..(jpeg[end - 1] != 0xff ? end : end < jpeg.Length ? end + 1 : end - 1)];
    }

    /// <summary>Two files of the same picture with an end marker: what is decoded from them differs where data were missing.</summary>
    public static (byte[] One, byte[] Other) WithEnds(ReadOnlySpan<byte> jpeg)
    {
        byte[] one = [.. jpeg, 0xff, EndOfImage];

        // Bytes that a decoder which has all of the picture passes over, and one that hasn't takes for the next of it, behind
        // any of the markers that it may wait for.
        const int Filling = 256;
        var random = new Random(1);
        byte[] filling = new byte[Filling];
        List<byte> other = new(jpeg.Length + 9 * (Filling + 2));
        other.AddRange(jpeg);
        for (byte restart = 0xd0; ; restart++)
        {
            for (int i = 0; i < Filling; i++)
                filling[i] = (byte)random.Next(1, 0xff);
            other.AddRange(filling);
            if (restart > 0xd7)
                break;
            other.AddRange([0xff, restart]);
        }

        other.AddRange([0xff, EndOfImage]);
        return (one, [.. other]);
    }

    /// <summary>Which coefficients of which component have come, and to which bit.</summary>
    private sealed class Scans
    {
        private readonly Dictionary<byte, int[]> _missingBits = [];
        private bool _progressive;

        /// <summary>Whether each coefficient of each component has come to its last bit.</summary>
        public bool Complete => _missingBits.Count > 0 && _missingBits.Values.All(bits => bits.All(missing => missing == 0));

        public void Frame(byte marker, ReadOnlySpan<byte> content)
        {
            _progressive = marker is 0xc2 or 0xc6 or 0xca or 0xce;
            for (int i = 6; i + 3 <= content.Length; i += 3)
            {
                int[] bits = new int[Coefficients];
                Array.Fill(bits, int.MaxValue);
                _missingBits[content[i]] = bits;
            }
        }

        public void Scan(ReadOnlySpan<byte> content)
        {
            if (content.Length < 1 || content.Length < 1 + 2 * content[0] + 3)
                return;
            ReadOnlySpan<byte> range = content[(1 + 2 * content[0])..];
            (int first, int last, int low) = _progressive
                ? (range[0], Math.Min((int)range[1], Coefficients - 1), range[2] & 15)
                : (0, Coefficients - 1, 0);
            for (int i = 0; i < content[0]; i++)
            {
                if (_missingBits.TryGetValue(content[1 + 2 * i], out int[]? bits) && first <= last)
                    bits.AsSpan(first, last - first + 1).Fill(low);
            }
        }
    }
}
