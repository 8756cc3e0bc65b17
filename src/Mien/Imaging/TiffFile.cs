using System.Buffers.Binary;
using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;
using SkiaSharp;

namespace Mien.Imaging;

/// <summary>The first page of a TIFF, through LibTiff.NET.</summary>
internal static class TiffFile
{
    private const int NewSubfileType = 254;
    private const int Photometric = 262;
    private const int SubFolders = 330;
    private const int DngVersion = 50706;
    private const int ColourFilterArray = 32803;
    private const int LinearRaw = 34892;

    /// <summary>Whether a file is a TIFF, or one of the cameras' own that begin as it does.</summary>
    public static bool Is(ReadOnlySpan<byte> encoded) =>
        encoded.StartsWith("II*\0"u8) || encoded.StartsWith("MM\0*"u8) || encoded.StartsWith("II+\0"u8) || encoded.StartsWith("MM\0+"u8);

    /// <summary>Whether it holds what a camera's sensor saw, with a small preview at most: CR2, NEF, ARW, DNG and others.</summary>
    public static bool IsCamerasOwn(ReadOnlySpan<byte> tiff)
    {
        bool little = tiff[0] == 'I';
        if (tiff.Length < 10 || tiff[2..4].Contains((byte)'+'))
            return false;
        if (tiff[8..].StartsWith("CR"u8))
            return true;
        uint start = UInt32(tiff[4..]);
        bool small = false;
        bool others = false;
        for (long entry = start + 2L; start < tiff.Length - 2 && entry <= tiff.Length - 12 && entry < start + 2L + 12L * UInt16(tiff[(int)start..]); entry += 12)
        {
            int tag = UInt16(tiff[(int)entry..]);
            int value = UInt16(tiff[(int)(entry + 8)..]);
            if (tag == DngVersion || (tag == Photometric && value is ColourFilterArray or LinearRaw))
                return true;
            // A long number of the other byte order has its low half behind.
            small |= tag == NewSubfileType && ((little ? value : UInt16(tiff[(int)(entry + 10)..])) & 1) == 1;
            others |= tag == SubFolders;
        }

        return small && others;

        ushort UInt16(ReadOnlySpan<byte> bytes) => little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
        uint UInt32(ReadOnlySpan<byte> bytes) => little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>Width and height of the first page as it is stored; null where the file is damaged.</summary>
    public static (int Width, int Height)? ReadSize(Stream stream) => Read<(int, int)?>(stream, (_, width, height) => (width, height), null);

    /// <summary>The first page as it is stored.</summary>
    /// <returns>[height*width*4] red, green, blue, multiplied by alpha, and alpha; how it is to be turned. Or what is wrong.</returns>
    public static (byte[] Pixels, SKEncodedOrigin Origin, string? Wrong) Decode(Stream stream)
    {
        return Read(stream, (tiff, width, height) =>
        {
            if (!tiff.RGBAImageOK(out string wrong))
                return Failed($"a kind of TIFF that can't be read ({wrong.TrimEnd('.')}). Save it as PNG.");
            int orientation = tiff.GetField(TiffTag.ORIENTATION)?[0].ToInt() is int value and >= 1 and <= 8 ? value : 1;
            int[] raster = new int[width * height];
            // Asked for as it is stored: LibTiff.NET mirrors, but does not turn.
            return tiff.ReadRGBAImageOriented(width, height, raster, (Orientation)orientation, stopOnError: true)
                ? (MemoryMarshal.AsBytes(raster.AsSpan()).ToArray(), (SKEncodedOrigin)orientation, null)
                : Failed(PictureDecoder.CutOff);
        }, Failed(PictureDecoder.CutOff));

        static (byte[], SKEncodedOrigin, string?) Failed(string why) => ([], default, why);
    }

    private static T Read<T>(Stream stream, Func<Tiff, int, int, T> read, T otherwise)
    {
        Silence.Keep();
        try
        {
            using Tiff? tiff = Tiff.ClientOpen("", "r", new Source(stream), new SourceReader());
            int width = tiff?.GetField(TiffTag.IMAGEWIDTH)?[0].ToInt() ?? 0;
            int height = tiff?.GetField(TiffTag.IMAGELENGTH)?[0].ToInt() ?? 0;
            return width > 0 && height > 0 ? read(tiff!, width, height) : otherwise;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // What a damaged file makes it throw is of many types.
            return otherwise;
        }
    }

    /// <summary>A stream of ours, told from those of others by its type.</summary>
    private sealed record Source(Stream Stream);

    /// <summary>Reads a stream and leaves it open.</summary>
    private sealed class SourceReader : TiffStream
    {
        public override int Read(object clientData, byte[] buffer, int offset, int count) => StreamOf(clientData).Read(buffer, offset, count);

        public override long Seek(object clientData, long offset, SeekOrigin origin) => StreamOf(clientData).Seek(offset, origin);

        public override long Size(object clientData) => StreamOf(clientData).Length;

        public override void Close(object clientData)
        {
        }

        private static Stream StreamOf(object clientData) => ((Source)clientData).Stream;
    }

    /// <summary>Nothing that LibTiff.NET says of our files reaches standard error; its one handler stays as it was for others' files.</summary>
    private sealed class Silence : TiffErrorHandler
    {
        private static readonly Silence Ours = new();

        private readonly TiffErrorHandler _others;

        private Silence() => _others = Tiff.SetErrorHandler(this);

        /// <summary>From the first call on.</summary>
        public static void Keep() => _ = Ours;

        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (!IsOurs(tif))
                _others.ErrorHandler(tif, method, format, args);
        }

        public override void ErrorHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (!IsOurs(tif))
                _others.ErrorHandlerExt(tif, clientData, method, format, args);
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (!IsOurs(tif))
                _others.WarningHandler(tif, method, format, args);
        }

        public override void WarningHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (!IsOurs(tif))
                _others.WarningHandlerExt(tif, clientData, method, format, args);
        }

        private static bool IsOurs(Tiff? tiff) => tiff?.Clientdata() is Source;
    }
}
