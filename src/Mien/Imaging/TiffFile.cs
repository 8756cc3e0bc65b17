using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;
using SkiaSharp;

namespace Mien.Imaging;

/// <summary>The first page of a TIFF, through LibTiff.NET.</summary>
internal static class TiffFile
{
    /// <summary>Whether a file is a TIFF, or one of the cameras' own that begin as it does.</summary>
    public static bool Is(ReadOnlySpan<byte> encoded) => encoded.StartsWith("II*\0"u8) || encoded.StartsWith("MM\0*"u8);

    /// <summary>The first page as it is stored.</summary>
    /// <param name="stream">The file; its entries are plausible.</param>
    /// <param name="size">Width and height.</param>
    /// <returns>[height*width*4] red, green, blue, multiplied by alpha, and alpha; how it is to be turned. Or what is wrong.</returns>
    public static (byte[] Pixels, SKEncodedOrigin Origin, string? Wrong) Decode(Stream stream, SKSizeI size)
    {
        Silence.Keep();
        try
        {
            using Tiff? tiff = Tiff.ClientOpen("", "r", new Source(stream), new SourceReader());
            if (tiff is null)
                return Failed(PictureDecoder.CutOff);
            if (!tiff.RGBAImageOK(out string wrong))
                return Failed($"a kind of TIFF that can't be read ({wrong.TrimEnd('.')}). Save it as PNG.");
            // Read at once, each into an array of the length that it says it has.
            int parts = tiff.IsTiled() ? tiff.NumberOfTiles() : tiff.NumberOfStrips();
            for (int i = 0; i < parts; i++)
            {
                if (tiff.RawStripSize(i) > stream.Length)
                    return Failed(PictureDecoder.CutOff);
            }

            int orientation = tiff.GetField(TiffTag.ORIENTATION)?[0].ToInt() is int value and >= 1 and <= 8 ? value : 1;
            int[] raster = new int[size.Width * size.Height];
            // Asked for as it is stored: LibTiff.NET mirrors, but does not turn.
            return tiff.ReadRGBAImageOriented(size.Width, size.Height, raster, (Orientation)orientation, stopOnError: true)
                ? (MemoryMarshal.AsBytes(raster.AsSpan()).ToArray(), (SKEncodedOrigin)orientation, null)
                : Failed(PictureDecoder.CutOff);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // What a damaged file makes it throw is of many types.
            return Failed(PictureDecoder.CutOff);
        }

        static (byte[], SKEncodedOrigin, string?) Failed(string why) => ([], default, why);
    }

    /// <summary>A stream of ours, told from those of others by its type.</summary>
    private sealed record Source(Stream Stream);

    /// <summary>Reads a stream and leaves it open.</summary>
    private sealed class SourceReader : TiffStream
    {
        public override int Read(object clientData, byte[] buffer, int offset, int count) =>
            StreamOf(clientData).Read(buffer, offset, count);

        public override long Seek(object clientData, long offset, SeekOrigin origin) => StreamOf(clientData).Seek(offset, origin);

        public override long Size(object clientData) => StreamOf(clientData).Length;

        public override void Close(object clientData)
        {
        }

        private static Stream StreamOf(object clientData) => ((Source)clientData).Stream;
    }

    /// <summary>Nothing that LibTiff.NET says of our files reaches standard error. For others' files its one handler stays.</summary>
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
