using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Datasets;

namespace Mien.Training.Tests.Datasets;

public class DatasetShapeTests
{
    private static readonly byte[] Table = Encoding.UTF8.GetBytes(CsvText.Table(1));

    [Theory]
    [InlineData("fer2013.csv")]
    [InlineData("archive/fer2013/fer2013.csv")]
    public void A_zip_holds_the_table_at_any_depth(string member)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        AssertWhole(Zip(folder, "archive.zip", (member, Table)), member);
    }

    [Theory]
    [InlineData("fer2013.tar.gz")]
    [InlineData("data.tgz")]
    public void A_compressed_tar_holds_the_table_at_any_depth(string name)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string path = folder.File(name);
        File.WriteAllBytes(path, TarGz(("fer2013/README", "x"u8.ToArray()), ("fer2013/fer2013.csv", Table)));
        AssertWhole(path, "fer2013/fer2013.csv");
    }

    [Fact]
    public void The_challenges_zip_is_read_from_the_table_with_Usage_and_says_what_it_passed_over()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        byte[] unlabeled = Encoding.UTF8.GetBytes($"pixels\n{string.Join(' ', CsvText.Pixels(1))}\n");
        byte[] train = Encoding.UTF8.GetBytes($"emotion,pixels\n{CsvText.Row(1, 1, Split.Training)[..^9]}\n");
        string path = Zip(folder, "challenge.zip", ("test.csv", unlabeled), ("train.csv", train), ("icml_face_data.csv", Table));
        LoadedDataset data = DatasetReader.Load(path);
        Assert.EndsWith("icml_face_data.csv", data.Source, StringComparison.Ordinal);
        Assert.Equal(21, data.Table.Count);
        Assert.Contains(data.Notes, note => note.Contains("test.csv: passed over, its rows have no labels", StringComparison.Ordinal));
        Assert.Contains(data.Notes, note => note.Contains("train.csv: passed over for", StringComparison.Ordinal));
    }

    [Fact]
    public void Tables_without_Usage_are_read_one_for_each_split()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        folder.Write("train.csv", $"emotion,pixels\n3,{string.Join(' ', CsvText.Pixels(1))}\n4,{string.Join(' ', CsvText.Pixels(2))}\n");
        folder.Write("test.csv", $"emotion,pixels\n5,{string.Join(' ', CsvText.Pixels(3))}\n");
        LoadedDataset data = DatasetReader.Load(folder.Path);
        Assert.Equal([3, 4, 5], data.Table.Labels);
        Assert.Equal([Split.Training, Split.Training, Split.PrivateTest], data.Table.Splits);
        Assert.EndsWith("(train.csv and test.csv)", data.Source, StringComparison.Ordinal);
        Assert.Empty(data.Notes);
    }

    [Fact]
    public void A_zip_may_hold_the_compressed_tar()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        AssertWhole(Zip(folder, "challenge.zip", ("fer2013.tar.gz", TarGz(("fer2013/fer2013.csv", Table)))), "fer2013.csv");
    }

    [Fact]
    public void A_folder_with_the_table_is_read_from_it()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        folder.Write("inner/fer2013.csv", Encoding.UTF8.GetString(Table));
        AssertWhole(folder.Path, "inner/fer2013.csv");
    }

    [Fact]
    public void Unlabeled_rows_alone_are_refused()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string path = folder.Write("test.csv", $"pixels\n{string.Join(' ', CsvText.Pixels(1))}\n");
        Assert.Contains("Expected emotion, pixels and Usage", Assert.Throws<MienException>(() => DatasetReader.Load(path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_tree_gives_labels_by_folder_and_splits_by_folder_or_file_name()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string[] files =
        [
            "archive/train/Happiness/a.png", "archive/train/angry/Training_12.png", "archive/test/sad/b.png",
            "archive/test/fear/PublicTest_7.png", "archive/validation/surprise/c.png",
        ];
        foreach (string file in files)
            SavePicture(folder.File(file), CsvText.Pixels(file.Length), 48, 48);
        FaceTable table = DatasetReader.Load(folder.Path).Table;
        var rows = table.Labels.Select(label => table.LabelNames[label]).Zip(table.Splits).ToHashSet();
        Assert.Equal(
            new HashSet<(string, Split)>
            {
                ("happy", Split.Training), ("angry", Split.Training), ("sad", Split.PrivateTest), ("fear", Split.PublicTest),
                    ("surprise", Split.PublicTest),
            },
            rows);
    }

    [Fact]
    public void Pictures_of_any_size_become_faces_and_their_sizes_are_counted()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        SavePicture(folder.File("train/happy/a.png"), new byte[30 * 20], 30, 20);
        SavePicture(folder.File("train/happy/b.png"), new byte[30 * 20], 30, 20);
        SavePicture(folder.File("train/sad/c.png"), new byte[100 * 100], 100, 100);
        LoadedDataset data = DatasetReader.Load(folder.Path);
        Assert.Equal(new Dictionary<string, int> { ["30x20"] = 2, ["100x100"] = 1 }, data.Sizes);
        Assert.Equal(48, data.Table.Size);
    }

    [Fact]
    public void An_archive_of_a_folder_tree_gives_the_same_as_the_folder_in_whatever_order_it_was_packed()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string[] files = ["train/sad/b.png", "test/fear/PublicTest_7.png", "train/happy/a.png"];
        foreach (string file in files)
            SavePicture(folder.File("tree/" + file), CsvText.Pixels(file.Length), 48, 48);
        (string Name, byte[] Content)[] members = [.. files.Select(file => (file, File.ReadAllBytes(folder.File("tree/" + file))))];
        File.WriteAllBytes(folder.File("tree.tar.gz"), TarGz(members));
        string hash = DatasetReader.Load(folder.File("tree")).Table.Sha256();
        Assert.Equal(hash, DatasetReader.Load(Zip(folder, "tree.zip", members)).Table.Sha256());
        Assert.Equal(hash, DatasetReader.Load(folder.File("tree.tar.gz")).Table.Sha256());
    }

    [Fact]
    public void A_picture_in_no_labels_folder_is_an_error_with_what_was_expected()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        SavePicture(folder.File("train/a.png"), CsvText.Pixels(1), 48, 48);
        var error = Assert.Throws<MienException>(() => DatasetReader.Load(folder.Path));
        Assert.Contains("train/a.png: no folder above it names a label. Expected train/<label>/", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unreadable_picture_is_named()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        folder.Write("train/happy/a.jpg", "not a picture");
        var error = Assert.Throws<MienException>(() => DatasetReader.Load(folder.Path));
        Assert.Contains("train/happy/a.jpg: not a picture", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar.gz")]
    [InlineData("csv.gz")]
    public void An_archive_cut_off_is_named_with_the_row_reached(string kind)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string path = Cut(folder, kind, Table);
        LoadedDataset rest = DatasetReader.Load(path, new DatasetOptions { SkipBadRows = true });
        Assert.InRange(rest.Table.Count, 1, 20);
        Assert.Equal(CsvText.Pixels(rest.Table.Count - 1), rest.Table.Face(rest.Table.Count - 1).ToArray());

        var error = Assert.Throws<MienException>(() => DatasetReader.Load(path));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        // One line for the header, and the one that the cut goes through.
        Assert.Contains($", line {rest.Table.Count + 2}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("cut off", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar.gz")]
    public void An_archive_cut_off_before_its_table_is_named_as_damaged(string kind)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string path = Cut(folder, kind, Table, kept: 20);
        var error = Assert.Throws<MienException>(() => DatasetReader.Load(path));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_that_is_damaged_inside_an_archive_is_left_out_when_asked()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        SavePicture(folder.File("a.png"), CsvText.Pixels(1), 48, 48);
        byte[] picture = File.ReadAllBytes(folder.File("a.png"));
        string path = Zip(folder, "tree.zip", ("train/happy/a.png", picture), ("train/sad/b.png", picture));
        byte[] bytes = File.ReadAllBytes(path);
        // The first member's compressed bytes begin after its header and name; a block of type 3 is none.
        bytes[30 + "train/happy/a.png".Length] = 0xFF;
        File.WriteAllBytes(path, bytes);
        LoadedDataset data = DatasetReader.Load(path, new DatasetOptions { SkipBadRows = true });
        Assert.Equal("sad", data.Table.LabelNames[Assert.Single(data.Table.Labels)]);
        Assert.Contains("train/happy/a.png", Assert.Single(data.BadRows), StringComparison.Ordinal);
    }

    private static string Cut(TemporaryFolder folder, string kind, byte[] table, int kept = 0)
    {
        string path = folder.File("fer2013." + kind);
        if (kind == "zip")
            Zip(folder, "fer2013.zip", ("fer2013.csv", table));
        else
            File.WriteAllBytes(path, kind == "tar.gz" ? TarGz(("fer2013.csv", table)) : Gz(table));
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(kept > 0 ? kept : bytes.Length / 2)]);
        return path;
    }

    internal static void SavePicture(string path, byte[] gray, int width, int height)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Annotator.Save(Picture.FromGray(gray, width, height), [], path);
    }

    private static void AssertWhole(string path, string member)
    {
        LoadedDataset data = DatasetReader.Load(path);
        Assert.EndsWith(member, data.Source, StringComparison.Ordinal);
        Assert.Equal(21, data.Table.Count);
        Assert.Equal(CsvText.Pixels(20), data.Table.Face(20).ToArray());
    }

    private static string Zip(TemporaryFolder folder, string name, params (string Name, byte[] Content)[] members)
    {
        string path = folder.File(name);
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach ((string member, byte[] content) in members)
        {
            using Stream stream = zip.CreateEntry(member).Open();
            stream.Write(content);
        }

        return path;
    }

    private static byte[] Gz(byte[] content)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
            gzip.Write(content);
        return buffer.ToArray();
    }

    private static byte[] TarGz(params (string Name, byte[] Content)[] members)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip))
        {
            foreach ((string member, byte[] content) in members)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, member) { DataStream = new MemoryStream(content) });
        }

        return buffer.ToArray();
    }
}
