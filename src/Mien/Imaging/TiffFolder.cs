using System.Buffers.Binary;

namespace Mien.Imaging;

/// <summary>The entries of a TIFF's first folder, as far as they are there. A width and a height are all that a size needs.</summary>
internal readonly ref struct TiffFolder
{
    private const int HeaderBytes = 8;
    private const int EntryBytes = 12;

    private const int Width = 256;
    private const int Height = 257;
    private const int NewSubfileType = 254;
    private const int Photometric = 262;
    private const int SamplesPerPixel = 277;
    private const int TileWidth = 322;
    private const int TileLength = 323;
    private const int SubFolders = 330;
    private const int DngVersion = 50706;
    private const int ColorFilterArray = 32803;
    private const int LinearRaw = 34892;

    // Colors, alpha and what else a picture may have.
    private const int MostSamples = 8;

    // Of a tile, the largest that anybody writes being 4096.
    private const int MostTileSide = 16_384;

    private readonly ReadOnlySpan<byte> _entries;
    private readonly bool _little;
    private readonly long _fileLength;

    private TiffFolder(ReadOnlySpan<byte> entries, bool little, long fileLength)
    {
        _entries = entries;
        _little = little;
        _fileLength = fileLength;
    }

    private int Count => _entries.Length / EntryBytes;

    /// <summary>Of a file, or of its first bytes; without entries where it lies elsewhere.</summary>
    public static TiffFolder Of(ReadOnlySpan<byte> file)
    {
        bool little = file[0] == 'I';
        uint start = file.Length < HeaderBytes ? 0 : UInt32(file[4..], little);
        if (start < HeaderBytes || start > file.Length - 2)
            return default;
        ReadOnlySpan<byte> entries = file[((int)start + 2)..];
        int count = Math.Min(UInt16(file[(int)start..], little), entries.Length / EntryBytes);
        return new TiffFolder(entries[..(count * EntryBytes)], little, file.Length);
    }

    /// <summary>Width and height as they are stored; null where there are none to read.</summary>
    public static (int Width, int Height)? ReadSize(Stream file)
    {
        long begin = file.Position;
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
            return null;
        bool little = header[0] == 'I';
        file.Position = begin + UInt32(header[4..], little);
        Span<byte> number = stackalloc byte[2];
        if (file.ReadAtLeast(number, number.Length, throwOnEndOfStream: false) < number.Length)
            return null;
        byte[] entries = new byte[UInt16(number, little) * EntryBytes];
        int read = file.ReadAtLeast(entries, entries.Length, throwOnEndOfStream: false);
        return new TiffFolder(entries.AsSpan(0, read / EntryBytes * EntryBytes), little, file.Length).Size();
    }

    /// <inheritdoc cref="ReadSize"/>
    public (int Width, int Height)? Size()
    {
        (uint width, uint height) = (0, 0);
        for (int i = 0; i < Count; i++)
        {
            if (Tag(i) == Width)
                width = Value(i);
            else if (Tag(i) == Height)
                height = Value(i);
        }

        return width is > 0 and <= int.MaxValue && height is > 0 and <= int.MaxValue ? ((int)width, (int)height) : null;
    }

    /// <summary>Whether the file holds what a camera's sensor saw, with a small preview at most: CR2, NEF, ARW, DNG and others.</summary>
    public bool IsCamerasOwn()
    {
        bool small = false;
        bool others = false;
        for (int i = 0; i < Count; i++)
        {
            (int tag, uint value) = (Tag(i), Value(i));
            if (tag == DngVersion || (tag == Photometric && value is ColorFilterArray or LinearRaw))
                return true;
            small |= tag == NewSubfileType && (value & 1) == 1;
            others |= tag == SubFolders;
        }

        return small && others;
    }

    /// <summary>
    /// Whether every entry's values lie in the file, none of it told of twice, and sizes are those of a picture: a decoder that believes
    /// the entries takes as much memory as they say.
    /// </summary>
    public bool IsPlausible()
    {
        long told = 0;
        for (int i = 0; i < Count; i++)
        {
            ReadOnlySpan<byte> entry = Entry(i);
            long bytes = UInt32(entry[4..], _little) * (long)BytesOf(UInt16(entry[2..], _little));
            told += bytes;
            if (bytes > 4 && UInt32(entry[8..], _little) + bytes > _fileLength)
                return false;
            (int tag, uint value) = (Tag(i), Value(i));
            if ((tag == SamplesPerPixel && value > MostSamples) || (tag is TileWidth or TileLength && value > MostTileSide))
                return false;
        }

        return Count > 0 && told <= _fileLength;
    }

    private static int BytesOf(ushort type) => type switch
    {
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        5 or 10 or 12 => 8,
        _ => 1,
    };

    private ReadOnlySpan<byte> Entry(int i) => _entries.Slice(i * EntryBytes, EntryBytes);

    private int Tag(int i) => UInt16(Entry(i), _little);

    private uint Value(int i) =>
        BytesOf(UInt16(Entry(i)[2..], _little)) == 2 ? UInt16(Entry(i)[8..], _little) : UInt32(Entry(i)[8..], _little);

    private static ushort UInt16(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
