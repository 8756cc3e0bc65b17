using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Mien.Imaging;

/// <summary>What a file is, by its first bytes.</summary>
public sealed class FileKind
{
    /// <summary>So many bytes of a file are enough to tell.</summary>
    internal const int Needed = 4096;

    private const string Export = "Open it in the program that made it and export it as JPEG or PNG.";

    private static readonly FileKind Heic = new("a HEIC picture",
        "Convert it to JPEG, for example with `heif-convert IN.heic OUT.jpg` of libheif. "
        + "An iPhone takes JPEG under Settings, Camera, Formats, Most Compatible.");

    private static readonly FileKind Avif = new("an AVIF picture",
        "Convert it to PNG, for example with `avifdec IN.avif OUT.png` of libavif, or with ffmpeg.");
    private static readonly FileKind JpegXl = new("a JPEG XL picture",
        "Convert it to PNG, for example with `djxl IN.jxl OUT.png` of libjxl.");
    private static readonly FileKind Jpeg2000 = new("a JPEG 2000 picture",
        "Convert it to PNG, for example with `opj_decompress -i IN.jp2 -o OUT.png` of OpenJPEG.");
    private static readonly FileKind Raw = new("a camera's RAW picture",
        "Export it as JPEG with the camera's program, darktable or RawTherapee.");
    private static readonly FileKind BigTiff = new("a BigTIFF picture",
        "Convert it to TIFF with `tiffcp -4 IN.tif OUT.tif` of libtiff, or to PNG.");
    private static readonly FileKind Svg = new("an SVG drawing", "Export it as PNG, for example with `rsvg-convert IN.svg -o OUT.png`.");
    private static readonly FileKind Video = new("a video",
        "`mien predict` reads videos by their names (.mp4, .mov, .webm and others) through ffmpeg, in a run of their own.");
    private static readonly FileKind WebPage = new("a web page",
        "The download gave a page in place of the picture: fetch the picture itself.");

    private static readonly FileKind Empty = new("an empty or special file", null);
    private static readonly FileKind Unreadable = new("an unreadable file", "Check its name and who may read it.");
    private static readonly FileKind Unnamed = new("a picture file without a picture's ending", null);
    private static readonly FileKind Text = new("a text file", null);
    private static readonly FileKind Other = new("an unknown file", null);

    /// <summary>By their first bytes, each with where these stand.</summary>
    private static readonly (int Place, byte[] Bytes, FileKind Format)[] Known =
    [
        (0, [0xff, 0x0a], JpegXl),
        (4, "JXL \r\n"u8.ToArray(), JpegXl),
        (4, "jP  \r\n"u8.ToArray(), Jpeg2000),
        (0, [0xff, 0x4f, 0xff, 0x51], Jpeg2000),
        (0, "II+\0"u8.ToArray(), BigTiff),
        (0, "MM\0+"u8.ToArray(), BigTiff),
        (0, "8BPS"u8.ToArray(), new("a Photoshop document", Export)),
        (0, "gimp xcf"u8.ToArray(), new("a GIMP document", Export)),
        (0, "%PDF-"u8.ToArray(), new("a PDF document",
            "Take its pictures out with `pdfimages -all IN.pdf OUT`, or its pages with `pdftoppm -jpeg IN.pdf OUT`, both of Poppler.")),
        (0, "%!PS"u8.ToArray(), new("a PostScript document", Export)),
        (0, [0x76, 0x2f, 0x31, 0x01], new("an OpenEXR picture", Export)),
        (0, "#?RADIANCE"u8.ToArray(), new("a Radiance HDR picture", Export)),
        (0, "DDS "u8.ToArray(), new("a DDS texture", Export)),
        (0, "qoif"u8.ToArray(), new("a QOI picture", "Convert it to PNG, for example with `ffmpeg -i IN.qoi OUT.png`.")),
        (128, "DICM"u8.ToArray(), new("a DICOM picture", "Convert it to PNG, for example with `dcm2img IN OUT.png` of DCMTK.")),
        (0, "IIRO"u8.ToArray(), Raw),
        (0, "IIRS"u8.ToArray(), Raw),
        (0, "MMOR"u8.ToArray(), Raw),
        (0, "IIU\0"u8.ToArray(), Raw),
        (0, "FUJIFILMCCD-RAW"u8.ToArray(), Raw),
        (0, "FOVb"u8.ToArray(), Raw),
        (0, "\0MRM"u8.ToArray(), Raw),
        (0, [0x1a, 0x45, 0xdf, 0xa3], Video),
        (0, "FLV\u0001"u8.ToArray(), Video),
        (0, [0, 0, 1, 0xba], Video),
        (4, "moov"u8.ToArray(), Video),
        (4, "mdat"u8.ToArray(), Video),
        (8, "AVI "u8.ToArray(), Video),
        (0, "PK\u0003\u0004"u8.ToArray(), new("a zip archive", "Unpack it, and pass its pictures.")),
        (0, [0x1f, 0x8b], new("a gzip archive", "Unpack it, and pass its pictures.")),
        (0, [0x37, 0x7a, 0xbc, 0xaf], new("a 7z archive", "Unpack it, and pass its pictures.")),
        (0, "version https://git-lfs"u8.ToArray(), new("a Git LFS pointer", "Fetch the picture that it stands for with `git lfs pull`.")),
    ];

    private FileKind(string name, string? cure) => (Name, Cure) = (name, cure);

    /// <summary>With its article: "a HEIC picture".</summary>
    public string Name { get; }

    /// <summary>Several of them: "HEIC pictures".</summary>
    public string Plural => Name[(Name.IndexOf(' ', StringComparison.Ordinal) + 1)..] + "s";

    /// <summary>What to do with such a file, as sentences; null where nothing is to be done.</summary>
    public string? Cure { get; }

    /// <summary>What a file is.</summary>
    /// <param name="path">The file; pipes and devices are not opened.</param>
    public static FileKind Of(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            if (Picture.LengthOf(path) == 0)
                return Empty;
            using FileStream file = File.OpenRead(path);
            Span<byte> start = stackalloc byte[Needed];
            start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
            return Unread(start) ?? (IsPicture(start) ? Unnamed : IsText(start) ? Text : Other);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unreadable;
        }
    }

    /// <summary>What a file is that isn't read; null where nothing is known of it.</summary>
    /// <param name="start">Its first bytes: <see cref="Needed"/> or more, or all.</param>
    internal static FileKind? Unread(ReadOnlySpan<byte> start)
    {
        if (start.Length >= 12 && start[4..].StartsWith("ftyp"u8))
            return OfBrands(start[8..(int)Math.Clamp(BinaryPrimitives.ReadUInt32BigEndian(start), 12, (uint)start.Length)]);
        if (TiffFile.Is(start))
            return start.Length > 10 && start[8..].StartsWith("CR"u8) || TiffFolder.Of(start).IsCamerasOwn() ? Raw : null;
        foreach ((int place, byte[] bytes, FileKind format) in Known)
        {
            if (start.Length > place && start[place..].StartsWith(bytes))
                return format;
        }

        return OfMarkup(start);
    }

    /// <summary>HEIC, AVIF and videos are the same kind of container and say which they are in four letters.</summary>
    private static FileKind OfBrands(ReadOnlySpan<byte> brands)
    {
        FileKind found = Video;
        for (; brands.Length >= 4; brands = brands[4..])
        {
            string brand = Encoding.Latin1.GetString(brands[..4]);
            if (brand is "avif" or "avis")
                return Avif;
            if (brand is "crx ")
                return Raw;
            if (brand is "jxl ")
                return JpegXl;
            if (brand is "heic" or "heix" or "hevc" or "hevx" or "heim" or "heis" or "hevm" or "hevs" or "mif1" or "msf1" or "mif2")
                found = Heic;
        }

        return found;
    }

    /// <summary>Whether a file begins as a picture does that is read.</summary>
    internal static bool IsPicture(ReadOnlySpan<byte> start) =>
        JpegFile.Is(start) || PngFile.Is(start) || ExifOrientation.IsWebp(start) || start.StartsWith("GIF8"u8)
        || TiffFile.Is(start) || NetpbmFile.Is(start)
        || (start.StartsWith("BM"u8) && start.Length > 26 && start[6..10].SequenceEqual((ReadOnlySpan<byte>)[0, 0, 0, 0]));

    private static bool IsText(ReadOnlySpan<byte> start)
    {
        // The last character may be cut in two.
        const int LongestCharacter = 4;
        int whole = start.Length < Needed ? start.Length : start.Length - LongestCharacter;
        return !start.Contains((byte)0) && Utf8.IsValid(start[..whole]);
    }

    private static FileKind? OfMarkup(ReadOnlySpan<byte> start)
    {
        string text = Encoding.Latin1.GetString(start[..Math.Min(start.Length, 1024)])
            .TrimStart('\u00ef', '\u00bb', '\u00bf', ' ', '\t', '\r', '\n');
        if (!text.StartsWith('<'))
            return null;
        if (text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
            return WebPage;
        bool drawing = text.Contains("<svg", StringComparison.OrdinalIgnoreCase)
            || text.Contains("<!DOCTYPE svg", StringComparison.OrdinalIgnoreCase);
        return drawing ? Svg : null;
    }
}
