using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Mien.Training.Datasets;

/// <summary>
/// A zip archive that was cut off: its directory stands at the end and is lost, but each member has a header of its own
/// (PKWARE APPNOTE 6.3, 4.3.7), so the rows before the cut can be read and the last one named.
/// </summary>
internal static class CutZip
{
    private const int HeaderSize = 30;
    private const int Stored = 0;
    private const int Deflated = 8;

    /// <returns>The archive, or null where it has lost its directory.</returns>
    public static ZipArchive? TryOpen(Stream stream)
    {
        try
        {
            return new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Reads the first table in the archive up to the cut, which is a bad row.</summary>
    /// <param name="stream">The archive; it can seek.</param>
    /// <param name="name">The archive's name, for messages.</param>
    /// <param name="splitByName">The split of rows where there is no Usage column.</param>
    /// <param name="builder">Receives the rows.</param>
    /// <returns>The table's name.</returns>
    /// <exception cref="InvalidDataException">The cut comes before any table.</exception>
    /// <exception cref="MienException">Damaged rows are not to be skipped.</exception>
    public static string Read(Stream stream, string name, Func<string, Split> splitByName, FaceTableBuilder builder)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        stream.Position = 0;
        while (stream.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) == HeaderSize && header.StartsWith("PK\x03\x04"u8))
        {
            int method = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
            uint compressed = BinaryPrimitives.ReadUInt32LittleEndian(header[18..]);
            byte[] member = new byte[BinaryPrimitives.ReadUInt16LittleEndian(header[26..])];
            stream.ReadExactly(member);
            stream.Position += BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
            string path = $"{name}/{Encoding.UTF8.GetString(member)}";
            if (path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) && method is Stored or Deflated)
            {
                // However much is there, the archive is not whole: no length is enough.
                Stream table = method == Deflated ? new DeflateStream(stream, CompressionMode.Decompress) : stream;
                Fer2013Csv.Read(table, path, long.MaxValue, splitByName(path), builder);
                return path;
            }

            // Where the size is not in the header (written as a stream), the next member can't be found.
            if (compressed is 0 or uint.MaxValue)
                break;
            stream.Position += compressed;
        }

        throw new InvalidDataException("its directory is missing");
    }
}
