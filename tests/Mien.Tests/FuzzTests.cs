using System.Diagnostics;
using System.Globalization;
using BitMiracle.LibTiff.Classic;
using Mien.Imaging;
using Mien.TestSupport;
using SkiaSharp;

namespace Mien.Tests;

/// <summary>Damaged pictures: each gives faces or a named error, never a crash or a hang.</summary>
/// <remarks>MIEN_FUZZ=100000 tries so many pictures instead of 10,000, MIEN_FUZZ_SEED=7 others.</remarks>
public class FuzzTests(ITestOutputHelper output)
{
    private const double LongestSeconds = 20;

    private static readonly int Count = Number("MIEN_FUZZ", 10_000);
    private static readonly int Seed = Number("MIEN_FUZZ_SEED", 1);

    [Fact]
    public void Ten_thousand_damaged_pictures_give_faces_or_a_named_error_each()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using var recognizer = ExpressionRecognizer.CreateDefault(RecognizerOptions.Default with { Threads = 1, MaxPixels = 1_000_000 });
        (string Ending, byte[] Bytes)[] whole = [.. Whole()];
        foreach ((string ending, byte[] bytes) in whole)
            Assert.InRange(Picture.Load(new MemoryStream(bytes), ending).Width, 43, 64);

        (int read, int refused, double slowest) = (0, 0, 0);
        var kinds = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var gate = new Lock();
        Parallel.For(0, Count, i =>
        {
            var random = new Random(Seed * 1_000_003 + i);
            (string ending, byte[] bytes) = whole[i % whole.Length];
            // A wrong ending now and then: what a file is stands in its first bytes.
            string path = folder.File(i + (random.Next(10) == 0 ? ".txt" : ending));
            File.WriteAllBytes(path, Damage(bytes, random));
            long begun = Stopwatch.GetTimestamp();
            string? error = null;
            try
            {
                foreach (Face face in recognizer.Recognize(path))
                    Assert.Equal(1, face.Probabilities.Sum(), 1e-3);
            }
            catch (MienException e)
            {
                error = e.Message;
            }

            double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            File.Delete(path);
            lock (gate)
            {
                slowest = Math.Max(slowest, seconds);
                read += error is null ? 1 : 0;
                refused += error is null ? 0 : 1;
                if (error is null)
                    return;
                Assert.StartsWith(path, error, StringComparison.Ordinal);
                string kind = error[(path.Length + 2)..].Split(['.', ',', '('])[0];
                kind = char.IsDigit(kind[0]) ? "too large" : kind;
                kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
            }
        });

        output.WriteLine($"{read} read, {refused} refused ({string.Join(", ", kinds.Select(kind => $"{kind.Value} {kind.Key}"))}), slowest "
            + $"{slowest:F2} s");
        Assert.Equal(Count, read + refused);
        Assert.InRange(read, Count / 20, Count);
        Assert.InRange(refused, Count / 20, Count);
        Assert.InRange(slowest, 0, LongestSeconds);
    }

    [Fact]
    public void What_is_no_ordinary_file_is_refused_at_once()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using var recognizer = ExpressionRecognizer.CreateDefault();
        Assert.Contains("a folder", Refused(folder.Path), StringComparison.Ordinal);
        Assert.Contains("not found", Refused(folder.File("none.jpg")), StringComparison.Ordinal);
        Assert.Contains("empty file", Refused(folder.Write("empty.jpg", "")), StringComparison.Ordinal);
        Assert.Contains("not a picture", Refused(folder.Write("text.jpg", "no picture")), StringComparison.Ordinal);
        if (OperatingSystem.IsWindows())
            return;

        string pipe = folder.File("pipe.jpg");
        Process.Start("mkfifo", pipe).WaitForExit();
        File.CreateSymbolicLink(folder.File("link.jpg"), pipe);
        Assert.Contains("no ordinary file", Refused(pipe), StringComparison.Ordinal);
        Assert.Contains("no ordinary file", Refused(folder.File("link.jpg")), StringComparison.Ordinal);
        Assert.Contains("no ordinary file", Refused("/dev/null"), StringComparison.Ordinal);

        string secret = folder.File("secret.png");
        File.Copy(Path.Combine(TestData.Root, "samples", "average-faces.png"), secret);
        File.SetUnixFileMode(secret, UnixFileMode.None);
        // Root may read everything.
        if (Environment.IsPrivilegedProcess)
            Assert.NotEmpty(recognizer.Recognize(secret));
        else
            Assert.Contains("can't be read", Refused(secret), StringComparison.Ordinal);

        string Refused(string path)
        {
            Task<MienException> reading = Task.Run(() => Assert.Throws<MienException>(() => recognizer.Recognize(path)));
            Assert.True(reading.Wait(TimeSpan.FromSeconds(LongestSeconds)), $"{path} was still being read after {LongestSeconds} s.");
            return reading.Result.Message;
        }
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        byte[] damaged = [.. bytes];
        switch (random.Next(6))
        {
            case 0:
                return damaged[..random.Next(damaged.Length)];
            case 1:
                for (int i = random.Next(1, 20); i > 0; i--)
                    damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
                return damaged;
            case 2:
                // The header alone, where sizes and offsets stand.
                for (int i = random.Next(1, 4); i > 0; i--)
                    damaged[random.Next(Math.Min(64, damaged.Length))] = (byte)random.Next(256);
                return damaged;
            case 3:
                int start = random.Next(damaged.Length);
                damaged.AsSpan(start, random.Next(damaged.Length - start)).Clear();
                return damaged;
            case 4:
                int from = random.Next(damaged.Length);
                random.NextBytes(damaged.AsSpan(from, Math.Min(random.Next(1, 200), damaged.Length - from)));
                return damaged;
            default:
                int at = random.Next(damaged.Length);
                byte[] more = new byte[random.Next(1, 100)];
                random.NextBytes(more);
                return [.. damaged[..at], .. more, .. damaged[at..]];
        }
    }

    /// <summary>One face of 64x64 pixels in every format that is read.</summary>
    private static IEnumerable<(string Ending, byte[] Bytes)> Whole()
    {
        using SKBitmap sheet = SKBitmap.Decode(Path.Combine(TestData.Root, "samples", "average-faces.png"));
        using var face = new SKBitmap(200, 200);
        sheet.ExtractSubset(face, SKRectI.Create(sheet.Width - 200, 0, 200, 200));
        using SKBitmap small = face.Resize(new SKImageInfo(64, 64, SKColorType.Rgba8888), SKSamplingOptions.Default);
        yield return (".jpg", Encode(SKEncodedImageFormat.Jpeg, 85));
        yield return (".png", Encode(SKEncodedImageFormat.Png, 100));
        yield return (".webp", Encode(SKEncodedImageFormat.Webp, 80));
        // 101 is lossless: another decoder within the library.
        yield return (".webp", Encode(SKEncodedImageFormat.Webp, 101));
        yield return (".bmp", Bitmap(small));
        yield return (".gif", Gif(small));
        yield return (".tif", Tagged(small, Compression.NONE));
        yield return (".tif", Tagged(small, Compression.LZW));
        yield return (".ppm", [.. "P6 64 64 255\n"u8, .. Colors(small)]);
        yield return (".jpg", File.ReadAllBytes(Path.Combine(TestData.Root, "tests", "Mien.Tests", "Imaging", "Jpegs", "progressive.jpg")));

        byte[] Encode(SKEncodedImageFormat format, int quality)
        {
            if (quality <= 100)
                return small.Encode(format, quality).ToArray();
            using SKPixmap pixels = small.PeekPixels()!;
            return pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100))!.ToArray();
        }
    }

    private static byte[] Bitmap(SKBitmap picture)
    {
        var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write("BM"u8);
        writer.Write(54 + picture.Width * picture.Height * 3);
        writer.Write(0);
        writer.Write(54);
        writer.Write(40);
        writer.Write(picture.Width);
        writer.Write(picture.Height);
        writer.Write((short)1);
        writer.Write((short)24);
        writer.Write(new byte[24]);
        for (int y = picture.Height - 1; y >= 0; y--)
        {
            for (int x = 0; x < picture.Width; x++)
            {
                SKColor color = picture.GetPixel(x, y);
                writer.Write([color.Blue, color.Green, color.Red]);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>A GIF of 128 grays without compression: a clear code before the table would grow past eight bits a code.</summary>
    private static byte[] Gif(SKBitmap picture)
    {
        var codes = new List<byte>();
        for (int i = 0; i < picture.Width * picture.Height; i++)
        {
            if (i % 120 == 0)
                codes.Add(128);
            codes.Add((byte)(picture.GetPixel(i % picture.Width, i / picture.Width).Green / 2));
        }

        codes.Add(129);
        byte width = (byte)picture.Width;
        byte height = (byte)picture.Height;
        var bytes = new List<byte>();
        bytes.AddRange("GIF89a"u8);
        bytes.AddRange([width, 0, height, 0, 0xf6, 0, 0]);
        for (int i = 0; i < 128; i++)
            bytes.AddRange([(byte)(2 * i), (byte)(2 * i), (byte)(2 * i)]);
        bytes.AddRange([0x2c, 0, 0, 0, 0, width, 0, height, 0, 0, 7]);
        foreach (byte[] block in codes.Chunk(255))
            bytes.AddRange([(byte)block.Length, .. block]);
        bytes.AddRange([0, 0x3b]);
        return [.. bytes];
    }

    private static byte[] Tagged(SKBitmap picture, Compression compression)
    {
        using var file = new MemoryStream();
        using Tiff tiff = Tiff.ClientOpen("made", "w", file, new TiffStream());
        tiff.SetField(TiffTag.IMAGEWIDTH, picture.Width);
        tiff.SetField(TiffTag.IMAGELENGTH, picture.Height);
        tiff.SetField(TiffTag.BITSPERSAMPLE, 8);
        tiff.SetField(TiffTag.SAMPLESPERPIXEL, 3);
        tiff.SetField(TiffTag.PHOTOMETRIC, Photometric.RGB);
        tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.CONTIG);
        tiff.SetField(TiffTag.COMPRESSION, compression);
        tiff.SetField(TiffTag.ROWSPERSTRIP, 16);
        byte[][] rows = [.. Colors(picture).Chunk(3 * picture.Width)];
        for (int y = 0; y < picture.Height; y++)
            tiff.WriteScanline(rows[y], y);
        tiff.WriteDirectory();
        return file.ToArray();
    }

    private static byte[] Colors(SKBitmap picture) => [.. picture.Pixels.SelectMany(color => (byte[])[color.Red, color.Green, color.Blue])];

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : otherwise;
}
