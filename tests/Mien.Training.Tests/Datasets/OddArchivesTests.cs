using System.IO.Compression;
using Mien.TestSupport;
using Mien.Training.Datasets;

namespace Mien.Training.Tests.Datasets;

/// <summary>Zip archives of pictures as other programs pack them, and damaged ones.</summary>
public class OddArchivesTests
{
    [Fact]
    public void Backslashes_part_folders_too()
    {
        FaceTable table = DatasetReader.Load(TestData.Input("zip-with-backslashes.zip")).Table;
        Assert.Equal(12, table.Count);
        Assert.All(table.Splits, split => Assert.NotEqual(Split.PublicTest, split));
    }

    [Theory]
    [InlineData(@"train\happy\1.png", @"train\sad\2.png")]
    [InlineData("../../train/happy/1.png", "../train/sad/2.png")]
    [InlineData("/train/happy/1.png", "./train/sad/2.png")]
    [InlineData("C:/set/train/fear/../happy/1.png", @"C:\set\train\sad\2.png")]
    public void Paths_count_from_the_archive_on(string happy, string sad)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        LoadedDataset data = DatasetReader.Load(Zip(folder, happy, sad));
        Assert.Equal(["happy", "sad"], data.Table.LabelNames);
        Assert.Equal([Split.Training, Split.Training], data.Table.Splits);
    }

    [Fact]
    public void A_step_up_is_no_label()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string archive = Zip(folder, "../1.png", "happy/2.png");
        Assert.Contains("1.png: no folder above it names a label", Assert.Throws<MienException>(() => DatasetReader.Load(archive)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_is_named()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string archive = Zip(folder, "happy/1.png", "sad/2.png");
        byte[] bytes = File.ReadAllBytes(archive);
        // Bit 0 of the flags: 6 bytes into a file's own header, 8 into the directory's.
        for (int i = 0; i < bytes.Length - 4; i++)
        {
            if (bytes.AsSpan(i).StartsWith("PK\x03\x04"u8))
                bytes[i + 6] |= 1;
            else if (bytes.AsSpan(i).StartsWith("PK\x01\x02"u8))
                bytes[i + 8] |= 1;
        }

        File.WriteAllBytes(archive, bytes);
        Assert.Contains("happy/1.png: locked with a password. Unpack the "
            + "archive", Assert.Throws<MienException>(() => DatasetReader.Load(archive)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_that_is_cut_off_empty_or_of_another_kind_is_named()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        byte[] bytes = File.ReadAllBytes(Zip(folder, "happy/1.png", "sad/2.png"));
        Refused(bytes[..(bytes.Length / 2)], "damaged or cut off");
        Refused(File.ReadAllBytes(Zip(folder)), "an empty zip archive");
        Refused([(byte)'7', (byte)'z', 0xbc, 0xaf, 0x27, 0x1c, .. new byte[100]], "a 7-Zip archive, which is not read");

        void Refused(byte[] content, string expected)
        {
            File.WriteAllBytes(folder.File("set.zip"), content);
            Assert.Contains(expected, Assert.Throws<MienException>(() => DatasetReader.Load(folder.File("set.zip"))).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_damaged_picture_costs_one_picture()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string archive = Zip(folder, "happy/1.png", "sad/2.png");
        byte[] bytes = File.ReadAllBytes(archive);
        bytes.AsSpan(500, 100).Clear();
        File.WriteAllBytes(archive, bytes);
        LoadedDataset data = DatasetReader.Load(archive, DatasetOptions.Default with { SkipBadRows = true });
        Assert.Equal(1, data.Table.Count);
        Assert.Contains("set.zip/happy/1.png: ", Assert.Single(data.BadRows), StringComparison.Ordinal);
    }

    [Fact]
    public void Archives_in_archives_come_to_an_end()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        byte[] inner = File.ReadAllBytes(Zip(folder, "happy/1.png"));
        for (int depth = 0; depth < 8; depth++)
        {
            using var outer = new MemoryStream();
            using (var zip = new ZipArchive(outer, ZipArchiveMode.Create, leaveOpen: true))
                Write(zip, "inner.zip", inner);
            inner = outer.ToArray();
        }

        File.WriteAllBytes(folder.File("set.zip"), inner);
        Assert.Contains("more than 4 archives in one another",
            Assert.Throws<MienException>(() => DatasetReader.Load(folder.File("set.zip"))).Message, StringComparison.Ordinal);
    }

    private static string Zip(TemporaryFolder folder, params string[] files)
    {
        string path = folder.File("set.zip");
        using FileStream stream = File.Create(path);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create);
        int seed = 1;
        foreach (string file in files)
            Write(zip, file, MadeUpPictures.Png(seed++));
        return path;
    }

    private static void Write(ZipArchive zip, string name, byte[] bytes)
    {
        using Stream entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
        entry.Write(bytes);
    }
}
