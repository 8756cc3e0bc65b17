using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.Tests.Imaging;

public class PictureTests
{
    [Fact]
    public void Every_annotated_photo_decodes_upright_at_the_size_its_manifest_says()
    {
        foreach (string line in File.ReadLines(TestData.Photo("photos.csv")).Skip(1))
        {
            string[] cells = line.Split(',');
            Picture picture = Picture.Load(TestData.Photo(cells[0]));
            Assert.Equal((int.Parse(cells[1]), int.Parse(cells[2])), (picture.Width, picture.Height));
        }
    }

    [Theory]
    [InlineData("exif-2.jpg")]
    [InlineData("exif-3.jpg")]
    [InlineData("exif-6.jpg")]
    [InlineData("exif-8.jpg")]
    public void A_photo_stored_turned_or_mirrored_is_the_same_picture(string name)
    {
        byte[] upright = Picture.Load(TestData.Photo("president.jpg")).ToGray();
        byte[] turned = Picture.Load(TestData.Photo(name)).ToGray();
        // Stored again as JPEG: equal but for its noise; any wrong turn is tens of levels off.
        Assert.InRange(upright.Zip(turned, (a, b) => Math.Abs(a - b)).Average(), 0, 3);
    }

    [Theory]
    [InlineData("grey-16-bit.png")]
    [InlineData("cmyk.jpg")]
    [InlineData("photo.webp")]
    public void A_photo_in_another_format_is_the_same_picture(string name)
    {
        byte[] expected = Picture.Load(TestData.Photo("astronaut.png")).ToGray();
        byte[] actual = Picture.Load(TestData.Photo(name)).ToGray();
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Average(), 0, 12);
    }

    [Fact]
    public void A_picture_of_billions_of_pixels_is_refused_from_its_header()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        File.WriteAllBytes(folder.File("huge.png"), PngHeader(60_000, 60_000));
        long begun = Stopwatch.GetTimestamp();
        var error = Assert.Throws<MienException>(() => Picture.Load(folder.File("huge.png")));
        Assert.Contains("60000x60000 is 3600 megapixels, more than the limit of 100", error.Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalMilliseconds, 0, 500);
    }

    [Fact]
    public void What_can_not_be_read_is_named_with_what_is_wrong()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        AssertError(folder.File("none.jpg"), "none.jpg: not found");
        AssertError(folder.Path, "a folder, expected a picture");
        AssertError(folder.Write("empty.jpg", ""), "empty.jpg: empty file");
        AssertError(folder.Write("text.png", "hello"), "text.png: not a picture that can be read. Expected JPEG");
    }

    [Fact]
    public void A_picture_cut_off_is_told_so()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        byte[] gray = new byte[200 * 200];
        new Random(1).NextBytes(gray);
        Annotator.Save(Picture.FromGray(gray, 200, 200), [], folder.File("whole.jpg"));
        byte[] bytes = File.ReadAllBytes(folder.File("whole.jpg"));
        File.WriteAllBytes(folder.File("half.jpg"), bytes[..(bytes.Length / 2)]);
        AssertError(folder.File("half.jpg"), "half.jpg: cut off or damaged");
    }

    [Fact]
    public void A_saved_copy_reads_back_the_same()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        byte[] gray = new byte[30 * 20];
        new Random(1).NextBytes(gray);
        Annotator.Save(Picture.FromGray(gray, 30, 20), [], folder.File("a.png"));
        Assert.Equal(gray, Picture.Load(folder.File("a.png")).ToGray());
    }

    private static void AssertError(string path, string expected) =>
        Assert.Contains(expected, Assert.Throws<MienException>(() => Picture.Load(path)).Message, StringComparison.Ordinal);

    /// <summary>A PNG that promises so many pixels and holds almost none.</summary>
    private static byte[] PngHeader(int width, int height)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        ((ReadOnlySpan<byte>)[8, 2, 0, 0, 0]).CopyTo(header.AsSpan(8));
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
            zlib.Write(new byte[width * 3 + 1]);
        return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, .. PngChunk.Of("IHDR"u8, header), .. PngChunk.Of("IDAT"u8, data.ToArray()),
            .. PngChunk.Of("IEND"u8, [])];
    }
}
