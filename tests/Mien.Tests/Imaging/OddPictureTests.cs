using System.Buffers.Binary;
using Mien.Detection;
using Mien.Imaging;
using Mien.TestSupport;
using SkiaSharp;

namespace Mien.Tests.Imaging;

/// <summary>Pictures that other programs write wrongly, half or in formats of their own.</summary>
public class OddPictureTests
{
    // A block of 8x8 and a bit more, so that sides are no multiples of a JPEG's blocks.
    private const int Wide = 43;
    private const int High = 27;

    private static readonly byte[] Exif6 = Exif(little: false, type: 3, value: 6);

    [Fact]
    public void The_inputs_that_were_read_wrongly_are_read_rightly()
    {
        AssertSame(
            Picture.Load(TestData.Input("png-upright-same-picture.png")),
            Picture.Load(TestData.Input("png-exif-orientation-6.png")));
        Assert.Equal(144, Picture.Load(TestData.Input("png-gama-0.png")).ToRgba().Where((_, i) => i % 4 != 3).Average(level => level), 0.5);
        Assert.Contains("cut off or damaged", Refused(TestData.Input("progressive-half-of-the-bytes.jpg")), StringComparison.Ordinal);
        using var recognizer = ExpressionRecognizer.CreateDefault();
        AssertBox(new(76, 53, 94, 128), "baseline-without-eoi.jpg");
        AssertBox(new(76, 53, 94, 128), "progressive-without-eoi.jpg");
        AssertBox(new(76, 54, 94, 128), "png-gama-0.png");
        AssertBox(new(82, 24, 125, 171), "png-exif-orientation-6.png");
        Assert.Single(recognizer.Recognize(TestData.Input("bmp-v4-alpha-all-zero.bmp")));
        string heic = Refused(TestData.Input("IMG_0001.HEIC"));
        Assert.Contains("IMG_0001.HEIC: a HEIC picture, which can't be read. Convert it to JPEG", heic, StringComparison.Ordinal);
        string avif = Refused(TestData.Input("avif.avif"));
        Assert.Contains("avif.avif: an AVIF picture, which can't be read. Convert it to PNG", avif, StringComparison.Ordinal);

        void AssertBox(Box expected, string name)
        {
            Box box = Assert.Single(recognizer.Recognize(TestData.Input(name))).Box;
            float[] differences = [box.X - expected.X, box.Y - expected.Y, box.Width - expected.Width, box.Height - expected.Height];
            Assert.All(differences, difference => Assert.InRange(difference, -3, 3));
        }
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png, "")]
    [InlineData(SKEncodedImageFormat.Webp, "")]
    [InlineData(SKEncodedImageFormat.Webp, "Exif\0\0")]
    [InlineData(SKEncodedImageFormat.Jpeg, "Exif\0\0")]
    public void Every_orientation_turns_a_picture_of_every_format(SKEncodedImageFormat format, string before)
    {
        byte[] stored = Encode(format);
        Picture upright = Load(stored);
        foreach (bool little in (ReadOnlySpan<bool>)[true, false])
        {
            for (int value = 1; value <= 8; value++)
            {
                byte[] exif = [.. before.Select(character => (byte)character), .. Exif(little, 3, value)];
                Picture turned = Load(WithExif(stored, format, exif));
                byte[] expected = Turned(upright.ToGray(), value);
                Assert.Equal(value >= 5 ? (High, Wide) : (Wide, High), (turned.Width, turned.Height));
                Assert.Equal(expected, turned.ToGray());
            }
        }
    }

    [Fact]
    public void A_damaged_exif_is_ignored()
    {
        foreach (SKEncodedImageFormat format in (ReadOnlySpan<SKEncodedImageFormat>)[SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp])
        {
            byte[] stored = Encode(format);
            byte[] expected = Load(stored).ToGray();
            var random = new Random(1);
            byte[][] damaged =
            [
                [], [1, 2, 3], Exif6[..9], Exif6[..17], Exif(true, 3, 0), Exif(true, 3, 9), Exif(true, 3, 65535), Exif(true, 2, 6),
                [.. "II*\0"u8, 255, 255, 255, 255, 0, 0],
                [.. "II*\0"u8, 8, 0, 0, 0, 255, 255],
            ];
            foreach (byte[] exif in damaged)
                Assert.Equal(expected, Load(WithExif(stored, format, exif)).ToGray());
            for (int i = 0; i < 300; i++)
            {
                byte[] exif = [.. Exif6];
                exif[random.Next(exif.Length)] = (byte)random.Next(256);
                Assert.Equal(Wide * High, Load(WithExif(stored, format, exif[..random.Next(exif.Length + 1)])).ToGray().Length);
            }
        }
    }

    [Theory]
    [InlineData("baseline.jpg")]
    [InlineData("baseline-restarts.jpg")]
    [InlineData("gray.jpg")]
    [InlineData("three-scans.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("progressive-restarts.jpg")]
    public void A_jpeg_without_its_end_marker_is_read_and_one_that_lacks_more_is_not(string name)
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(TestData.Root, "tests", "Mien.Tests", "Imaging", "Jpegs", name));
        Picture expected = Load(whole);
        Assert.Equal(0xd9, whole[^1]);
        AssertSame(expected, Load(whole[..^2]));
        AssertSame(expected, Load(whole[..^1]));
        AssertSame(expected, Load([.. whole, .. new byte[5000]]));
        // Zeros behind data that end with zeros might as well be more of them.
        if (whole[^3] != 0)
            AssertSame(expected, Load([.. whole[..^2], .. new byte[5000]]));
        // The last of the data may be the rest of a byte, or change nothing.
        const int Rest = 10;
        int[] read = [.. Enumerable.Range(3, whole.Length - Rest - 3).Where(length => !IsCutOff(whole[..length]))];
        Assert.Empty(read);
        // A download that reserved its room before it stopped.
        read = [.. Enumerable.Range(3, whole.Length - Rest - 3)
            .Where(length => !IsCutOff([.. whole[..length], .. new byte[whole.Length - length]]))];
        Assert.Empty(read);

        static bool IsCutOff(byte[] bytes)
        {
            try
            {
                Load(bytes);
                return false;
            }
            catch (MienException e)
            {
                return e.Message.Contains("cut off or damaged", StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(9_999u)]
    [InlineData(4_000_000_000u)]
    public void A_gamma_that_means_nothing_is_ignored(uint gamma)
    {
        byte[] stored = Encode(SKEncodedImageFormat.Png);
        byte[] value = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(value, gamma);
        AssertSame(Load(stored), Load(WithChunk(stored, "gAMA"u8, value)));
    }

    [Fact]
    public void A_gamma_that_means_something_is_used()
    {
        byte[] stored = Encode(SKEncodedImageFormat.Png);
        byte[] linear = Load(WithChunk(stored, "gAMA"u8, [0, 1, 0x86, 0xa0])).ToGray();
        Assert.True(linear.Average(level => level) > Load(stored).ToGray().Average(level => level) + 10);
    }

    [Fact]
    public void Alpha_of_a_bitmap_counts_unless_it_is_zero_everywhere()
    {
        Assert.Equal((200, 100, 50), Color(Load(Bitmap(0, 0))));
        Assert.Equal((200, 100, 50), Color(Load(Bitmap(255, 255))));
        Assert.Equal((128, 128, 128), Color(Load(Bitmap(0, 255))));
        Assert.Equal((200, 100, 50), Color(Load(Icon(0, 0))));
        Assert.Equal((128, 128, 128), Color(Load(Icon(0, 255))));
    }

    [Fact]
    public void A_copy_of_more_pixels_a_side_than_jpeg_can_have_is_refused_by_name_and_written_as_png()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Picture wide = Picture.FromGray(new byte[65_501], 65_501, 1);
        string error = Assert.Throws<MienException>(() => Annotator.Save(wide, [], folder.File("wide.jpg"))).Message;
        Assert.Equal($"{folder.File("wide.jpg")}: 65501x1 pixels are more than the 65500 a side that JPEG can have. Write PNG.", error);
        Assert.Empty(Directory.GetFiles(folder.Path));
        Annotator.Save(wide, [], folder.File("wide.png"));
        Assert.Equal(65_501, Picture.Load(folder.File("wide.png")).Width);
        Annotator.Save(Picture.FromGray(new byte[65_500], 65_500, 1), [], folder.File("most.jpg"));
        Assert.Equal(65_500, Picture.Load(folder.File("most.jpg")).Width);
    }

    private static (int, int, int) Color(Picture picture) => (picture.Pixels[0], picture.Pixels[1], picture.Pixels[2]);

    private static Picture Load(byte[] bytes) => Picture.Load(new MemoryStream(bytes));

    private static string Refused(byte[] bytes) => Assert.Throws<MienException>(() => Load(bytes)).Message;

    private static string Refused(string path) => Assert.Throws<MienException>(() => Picture.Load(path)).Message;

    private static void AssertSame(Picture expected, Picture actual)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        Assert.Equal(expected.Pixels, actual.Pixels);
    }

    /// <summary>What EXIF's eight orientations say of a stored picture, level by level.</summary>
    private static byte[] Turned(byte[] stored, int orientation)
    {
        (int width, int height) = orientation >= 5 ? (High, Wide) : (Wide, High);
        byte[] turned = new byte[stored.Length];
        for (int i = 0; i < turned.Length; i++)
        {
            (int x, int y) = (i % width, i / width);
            (int fromX, int fromY) = orientation switch
            {
                1 => (x, y),
                2 => (Wide - 1 - x, y),
                3 => (Wide - 1 - x, High - 1 - y),
                4 => (x, High - 1 - y),
                5 => (y, x),
                6 => (y, High - 1 - x),
                7 => (Wide - 1 - y, High - 1 - x),
                _ => (Wide - 1 - y, x),
            };
            turned[i] = stored[fromY * Wide + fromX];
        }

        return turned;
    }

    private static byte[] Encode(SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Wide, High, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int i = 0; i < Wide * High; i++)
            bitmap.SetPixel(i % Wide, i / Wide, new SKColor((byte)(i % Wide * 5), (byte)(i / Wide * 9), 60));
        return bitmap.Encode(format, 90).ToArray();
    }

    /// <summary>An EXIF block with the orientation as its second entry.</summary>
    private static byte[] Exif(bool little, ushort type, int value)
    {
        byte[] exif = new byte[8 + 2 + 2 * 12 + 4];
        (little ? "II*\0"u8 : "MM\0*"u8).CopyTo(exif);
        UInt32(4, 8);
        UInt16(8, 2);
        UInt16(10, 0x0100);
        UInt16(12, 3);
        UInt32(14, 1);
        UInt16(18, Wide);
        UInt16(22, 0x0112);
        UInt16(24, type);
        UInt32(26, 1);
        UInt16(30, (ushort)value);
        return exif;

        void UInt16(int place, ushort number)
        {
            if (little)
                BinaryPrimitives.WriteUInt16LittleEndian(exif.AsSpan(place), number);
            else
                BinaryPrimitives.WriteUInt16BigEndian(exif.AsSpan(place), number);
        }

        void UInt32(int place, uint number)
        {
            if (little)
                BinaryPrimitives.WriteUInt32LittleEndian(exif.AsSpan(place), number);
            else
                BinaryPrimitives.WriteUInt32BigEndian(exif.AsSpan(place), number);
        }
    }

    private static byte[] WithExif(byte[] stored, SKEncodedImageFormat format, byte[] exif) => format switch
    {
        SKEncodedImageFormat.Png => WithChunk(stored, "eXIf"u8, exif),
        SKEncodedImageFormat.Jpeg =>
            [.. stored[..2], 0xff, 0xe1, (byte)((exif.Length + 2) >> 8), (byte)(exif.Length + 2), .. exif, .. stored[2..]],
        _ => WebpWithExif(stored, exif),
    };

    private static byte[] WithChunk(byte[] png, ReadOnlySpan<byte> type, byte[] content)
    {
        const int Header = 8 + 25;
        return [.. png[..Header], .. PngChunk.Of(type, content), .. png[Header..]];
    }

    /// <summary>The extended form: a header that tells of EXIF, the picture's chunk, the EXIF.</summary>
    private static byte[] WebpWithExif(byte[] webp, byte[] exif)
    {
        byte[] header = [8, 0, 0, 0, Wide - 1, 0, 0, High - 1, 0, 0];
        byte[] body =
        [
            .. "WEBP"u8, .. Chunk("VP8X"u8, header), .. webp[12..], .. Chunk("EXIF"u8, exif),
        ];
        return Chunk("RIFF"u8, body);

        static byte[] Chunk(ReadOnlySpan<byte> name, byte[] content)
        {
            byte[] length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, content.Length);
            return [.. name, .. length, .. content, .. new byte[content.Length & 1]];
        }
    }

    /// <summary>An icon of 2x1 pixels of 32 bits.</summary>
    private static byte[] Icon(byte firstAlpha, byte secondAlpha) =>
    [
        0, 0, 1, 0, 1, 0, 2, 1, 0, 0, 1, 0, 32, 0, 52, 0, 0, 0, 22, 0, 0, 0,
        40, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 32, 0, .. new byte[24],
        50, 100, 200, firstAlpha, 50, 100, 200, secondAlpha, 0, 0, 0, 0,
    ];

    /// <summary>Two pixels of 32 bits with a mask for alpha.</summary>
    private static byte[] Bitmap(byte firstAlpha, byte secondAlpha)
    {
        const int Header = 108;
        var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write("BM"u8);
        writer.Write(14 + Header + 8);
        writer.Write(0);
        writer.Write(14 + Header);
        writer.Write(Header);
        writer.Write(2);
        writer.Write(1);
        writer.Write((short)1);
        writer.Write((short)32);
        writer.Write(3);
        writer.Write(8);
        writer.Write(new byte[16]);
        foreach (uint mask in (ReadOnlySpan<uint>)[0x00ff0000, 0x0000ff00, 0x000000ff, 0xff000000])
            writer.Write(mask);
        writer.Write("BGRs"u8);
        writer.Write(new byte[48]);
        writer.Write([50, 100, 200, firstAlpha, 50, 100, 200, secondAlpha]);
        return bytes.ToArray();
    }
}
