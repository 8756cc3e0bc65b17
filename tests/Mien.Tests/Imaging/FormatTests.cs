using System.Diagnostics;
using System.Text;
using BitMiracle.LibTiff.Classic;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.Tests.Imaging;

/// <summary>The formats that are read beside Skia's, and those that are named with the cure: a file's first bytes tell.</summary>
public class FormatTests
{
    private const int Wide = 21;
    private const int High = 13;

    public static TheoryData<string, byte[], string> Unread => new()
    {
        { "HEIC", Brands("heic", "mif1", "heic"), "a HEIC picture, which can't be read. Convert it to JPEG" },
        { "HEIC by its second brand", Brands("mif1", "mif1", "heic"), "a HEIC picture" },
        { "HEIC of ten bits", Brands("heix", "mif1"), "a HEIC picture" },
        { "AVIF", Brands("avif", "mif1", "miaf"), "an AVIF picture, which can't be read. Convert it to PNG" },
        { "AVIF by its second brand", Brands("mif1", "avif"), "an AVIF picture" },
        { "CR3", Brands("crx ", "isom"), "a camera's RAW picture" },
        { "MP4", Brands("isom", "mp42"), "a video" },
        { "MOV", Brands("qt  "), "a video" },
        { "WebM", [0x1a, 0x45, 0xdf, 0xa3, 1], "a video" },
        { "AVI", [.. "RIFF"u8, 1, 2, 3, 4, .. "AVI LIST"u8], "a video" },
        { "JPEG XL", [0xff, 0x0a, 1, 2], "a JPEG XL picture, which can't be read. Convert it to PNG" },
        { "JPEG XL in a box", [0, 0, 0, 12, .. "JXL \r\n"u8, 0x87, 0x0a], "a JPEG XL picture" },
        { "JPEG 2000", [0, 0, 0, 12, .. "jP  \r\n"u8, 0x87, 0x0a], "a JPEG 2000 picture" },
        { "JPEG 2000's codes alone", [0xff, 0x4f, 0xff, 0x51, 0], "a JPEG 2000 picture" },
        { "SVG", [.. "<?xml version=\"1.0\"?>\n<!-- drawn -->\n<svg xmlns=\"\"/>"u8], "an SVG drawing" },
        { "SVG without a head", [0xef, 0xbb, 0xbf, .. " <svg/>"u8], "an SVG drawing" },
        { "web page", [.. "\n<!DOCTYPE html><html>"u8], "a web page" },
        { "Photoshop", [.. "8BPS\0\x1"u8], "a Photoshop document" },
        { "PDF", [.. "%PDF-1.7"u8], "a PDF document" },
        { "CR2", [.. "II*\0"u8, 16, 0, 0, 0, .. "CR\x2\0"u8, 0, 0, 0, 0], "a camera's RAW picture" },
        { "DNG", Folder(little: true, (254, 4, 1), (50706, 1, 1)), "a camera's RAW picture" },
        { "NEF", Folder(little: false, (254, 4, 1), (271, 2, 200), (330, 4, 300)), "a camera's RAW picture" },
        { "ARW", Folder(little: true, (254, 4, 1), (330, 4, 300)), "a camera's RAW picture" },
        { "RAF", [.. "FUJIFILMCCD-RAW 0201"u8], "a camera's RAW picture" },
        { "RW2", [.. "IIU\0"u8, 8, 0, 0, 0], "a camera's RAW picture" },
        { "zip", [.. "PK"u8, 3, 4, 0, 0], "a zip archive" },
        { "Git LFS", [.. "version https://git-lfs.github.com/spec/v1\noid"u8], "a Git LFS pointer" },
    };

    [Theory]
    [MemberData(nameof(Unread), DisableDiscoveryEnumeration = true)]
    public void A_format_that_is_not_read_is_named_by_its_content_with_the_cure(string kind, byte[] bytes, string expected)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        // The ending says otherwise, and is not believed.
        string path = folder.File("photo.jpg");
        File.WriteAllBytes(path, bytes);
        Assert.StartsWith($"{path}: {expected}", Assert.Throws<MienException>(() => Picture.Load(path)).Message, StringComparison.Ordinal);
        Assert.Null(Picture.ReadSize(path));
        Assert.NotEmpty(kind);
    }

    [Theory]
    [InlineData("P5 21 13 255\n", 1)]
    [InlineData("P5\n# a comment\n21\t13\n255\n", 1)]
    [InlineData("P6 21 13 255\n", 3)]
    [InlineData("P5 21 13 65535\n", 2)]
    [InlineData("P6 21 13 65535\n", 6)]
    public void Pgm_and_ppm_are_read(string header, int bytesAPixel)
    {
        byte[] gray = Gray();
        byte[] body = bytesAPixel switch
        {
            1 => gray,
            2 => [.. gray.SelectMany(level => new[] { level, level })],
            _ => [.. gray.SelectMany(level => Enumerable.Repeat(level, bytesAPixel))],
        };
        byte[] file = [.. Encoding.ASCII.GetBytes(header), .. body];
        AssertGray(gray, file);
        Assert.Contains("cut off or damaged", Refused(file[..^1]), StringComparison.Ordinal);
    }

    [Fact]
    public void Netpbm_files_of_text_and_of_bits_are_read()
    {
        Assert.Equal(new byte[] { 0, 51, 255 }, Load([.. "P2\n3 1 # wide\n 5\n0 1\n5"u8]).ToGray());
        Assert.Equal((1, 1), (Load([.. "P3 1 1 255 10 20 30"u8]).Width, 1));
        Assert.Equal(new byte[] { 255, 0, 0 }, Load([.. "P1 3 1 011"u8]).ToGray());
        Assert.Equal(new byte[] { 255, 0, 255, 0 }, Load([.. "P4 2 2\n"u8, 0x40, 0x40]).ToGray());
        string[] headers = ["P2 3 1 5 0 1", "P5 0 3 255 ", "P5 -1 3 255 ", "P6 3 3 0 ", "P6 3 3 70000 ", "P5 99999999999 3 255 ", "P5 3"];
        foreach (string damaged in headers)
            Assert.Contains("cut off or damaged", Refused(Encoding.ASCII.GetBytes(damaged)), StringComparison.Ordinal);
        Assert.Contains("3600 megapixels", Refused([.. "P5 60000 60000 255\n"u8]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, Compression.NONE, "w")]
    [InlineData(8, Compression.LZW, "wb")]
    [InlineData(8, Compression.ADOBE_DEFLATE, "wl")]
    [InlineData(16, Compression.NONE, "wb")]
    [InlineData(16, Compression.LZW, "wl")]
    public void Tiffs_of_gray_levels_are_read(int bits, Compression compression, string mode)
    {
        byte[] gray = Gray();
        byte[] file = Tiff(mode, 1, bits, compression, 1, gray);
        AssertGray(gray, file);
        Assert.Contains("cut off or damaged", Refused(file[..(file.Length / 2)]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tiff_is_turned_as_it_says()
    {
        byte[] gray = Gray();
        Assert.Equal(gray, Load(Tiff("w", 3, 8, Compression.NONE, 1, gray)).ToGray());
        Picture turned = Load(Tiff("w", 3, 8, Compression.NONE, 6, gray));
        Assert.Equal((High, Wide), (turned.Width, turned.Height));
        byte[] levels = turned.ToGray();
        for (int i = 0; i < gray.Length; i++)
            Assert.Equal(gray[i], levels[i % Wide * High + High - 1 - i / Wide]);
        Assert.Equal([.. gray.Reverse()], Load(Tiff("w", 3, 8, Compression.NONE, 3, gray)).ToGray());
    }

    [Fact]
    public void A_tiff_of_billions_of_pixels_is_refused_from_its_header()
    {
        byte[] huge = Folder(little: true, (256, 4, 60_000), (257, 4, 60_000), (258, 3, 8), (262, 3, 1), (273, 4, 8), (279, 4, 100));
        Assert.Contains("3600 megapixels", Refused(huge), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_tiff_gives_pixels_or_a_named_error_and_writes_nothing()
    {
        byte[] whole = Tiff("w", 3, 8, Compression.LZW, 1, Gray());
        TextWriter before = Console.Error;
        using var written = new StringWriter();
        Console.SetError(written);
        try
        {
            var random = new Random(1);
            for (int i = 0; i < 2000; i++)
            {
                byte[] damaged = [.. whole];
                for (int change = random.Next(1, 5); change > 0; change--)
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                long begun = Stopwatch.GetTimestamp();
                try
                {
                    Picture.Load(new MemoryStream(damaged), maxPixels: 1_000_000);
                }
                catch (MienException e)
                {
                    Assert.StartsWith("picture: ", e.Message, StringComparison.Ordinal);
                }

                Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, 5);
            }
        }
        finally
        {
            Console.SetError(before);
        }

        Assert.Empty(written.ToString());
    }

    private static byte[] Gray() => [.. Enumerable.Range(0, Wide * High).Select(i => (byte)(i * 255 / (Wide * High)))];

    private static void AssertGray(byte[] expected, byte[] file)
    {
        Assert.Equal((Wide, High), Picture.ReadSize(new MemoryStream(file)));
        Picture picture = Load(file);
        Assert.Equal((Wide, High), (picture.Width, picture.Height));
        Assert.All(expected.Zip(picture.ToGray()), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
    }

    private static Picture Load(byte[] bytes) => Picture.Load(new MemoryStream(bytes));

    private static string Refused(byte[] bytes) => Assert.Throws<MienException>(() => Load(bytes)).Message;

    private static byte[] Brands(string major, params string[] others) =>
        [0, 0, 0, (byte)(16 + 4 * others.Length), .. "ftyp"u8, .. Encoding.ASCII.GetBytes(major), 0, 0, 0, 0,
            .. Encoding.ASCII.GetBytes(string.Concat(others)), .. "moreabcd"u8];

    /// <summary>A TIFF's first folder and nothing behind it.</summary>
    private static byte[] Folder(bool little, params (ushort Tag, ushort Type, int Value)[] entries)
    {
        byte[] Number(int value, int bytes)
        {
            byte[] all = BitConverter.GetBytes(value)[..bytes];
            return little ? all : [.. all.Reverse()];
        }

        return [.. little ? "II*\0"u8 : "MM\0*"u8, .. Number(8, 4), .. Number(entries.Length, 2),
            .. entries.SelectMany(entry => (byte[])[.. Number(entry.Tag, 2), .. Number(entry.Type, 2), .. Number(1, 4),
                .. Number(entry.Value, 4)]),
            0, 0, 0, 0];
    }

    private static byte[] Tiff(string mode, int channels, int bits, Compression compression, int orientation, byte[] gray)
    {
        using var file = new MemoryStream();
        using (Tiff tiff = BitMiracle.LibTiff.Classic.Tiff.ClientOpen("made", mode, file, new TiffStream()))
        {
            tiff.SetField(TiffTag.IMAGEWIDTH, Wide);
            tiff.SetField(TiffTag.IMAGELENGTH, High);
            tiff.SetField(TiffTag.BITSPERSAMPLE, bits);
            tiff.SetField(TiffTag.SAMPLESPERPIXEL, channels);
            tiff.SetField(TiffTag.PHOTOMETRIC, channels == 1 ? Photometric.MINISBLACK : Photometric.RGB);
            tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.CONTIG);
            tiff.SetField(TiffTag.COMPRESSION, compression);
            tiff.SetField(TiffTag.ORIENTATION, (Orientation)orientation);
            tiff.SetField(TiffTag.ROWSPERSTRIP, 4);
            for (int y = 0; y < High; y++)
            {
                byte[] row = [.. gray.Skip(y * Wide).Take(Wide).SelectMany(level => Enumerable.Repeat(level, channels * bits / 8))];
                tiff.WriteScanline(row, y);
            }

            tiff.WriteDirectory();
            return file.ToArray();
        }
    }
}
