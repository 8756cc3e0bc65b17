using System.Buffers.Binary;
using System.IO.Hashing;

namespace Mien.Tests.Imaging;

/// <summary>Chunks of a PNG.</summary>
internal static class PngChunk
{
    /// <summary>Length, name, content and checksum.</summary>
    public static byte[] Of(ReadOnlySpan<byte> type, byte[] content)
    {
        byte[] chunk = new byte[content.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        type.CopyTo(chunk.AsSpan(4));
        content.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(content.Length + 8), Crc32.HashToUInt32(chunk.AsSpan(4, content.Length + 4)));
        return chunk;
    }
}
