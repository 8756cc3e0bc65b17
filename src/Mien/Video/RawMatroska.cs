using System.Buffers.Binary;

namespace Mien.Video;

/// <summary>
/// Raw frames with their times, as the simplest of Matroska streams (RFC 9559): a pipe of bare frames could give ffmpeg no times.
/// </summary>
internal static class RawMatroska
{
    // In nanoseconds: times are counted in microseconds.
    private const long TimestampScale = 1_000;

    // A size that is told by the end of the stream.
    private static readonly byte[] Unknown = [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    /// <summary>What stands before the frames.</summary>
    public static byte[] Header(VideoInfo info) =>
    [
        .. Element(0x1A45DFA3, [.. Element(0x4282, "matroska"u8), .. Element(0x4287, 4), .. Element(0x4285, 2)]),
        .. Id(0x18538067), .. Unknown,
        .. Element(0x1549A966, Element(0x2AD7B1, TimestampScale)),
        .. Element(0x1654AE6B, Element(0xAE,
        [
            .. Element(0xD7, 1), .. Element(0x73C5, 1), .. Element(0x83, 1), .. Element(0x86, "V_UNCOMPRESSED"u8),
            .. Element(0x23E383, (long)Math.Round(1e9 / info.FrameRate)),
            .. Element(0xE0, [.. Element(0xB0, info.Width), .. Element(0xBA, info.Height), .. Element(0x2EB524, "RGBA"u8)]),
        ])),
    ];

    /// <summary>What stands before the bytes of one frame: a cluster of its own.</summary>
    public static byte[] FrameHeader(TimeSpan time, int frameBytes)
    {
        byte[] timestamp = Element(0xE7, time.Ticks / TimeSpan.TicksPerMicrosecond);
        // Track 1, at the cluster's time, a key frame.
        byte[] block = [0x81, 0, 0, 0x80];
        byte[] begun = [.. timestamp, .. Id(0xA3), .. Size(block.Length + frameBytes), .. block];
        return [.. Id(0x1F43B675), .. Size(begun.Length + (long)frameBytes), .. begun];
    }

    private static byte[] Element(uint id, ReadOnlySpan<byte> content) => [.. Id(id), .. Size(content.Length), .. content];

    private static byte[] Element(uint id, long number)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return Element(id, bytes);
    }

    /// <summary>An id carries its own length.</summary>
    private static byte[] Id(uint id)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, id);
        return [.. bytes.SkipWhile(b => b == 0)];
    }

    /// <summary>In eight bytes, of which the first says so.</summary>
    private static byte[] Size(long size)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, size);
        bytes[0] = 0x01;
        return bytes;
    }
}
