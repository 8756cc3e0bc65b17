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
        byte[] unlabelled = Encoding.UTF8.GetBytes($"pixels\n{string.Join(' ', CsvText.Pixels(1))}\n");
        byte[] train = Encoding.UTF8.GetBytes($"emotion,pixels\n{CsvText.Row(1, 1, Split.Training)[..^9]}\n");
        string path = Zip(folder, "challenge.zip", ("test.csv", unlabelled), ("train.csv", train), ("icml_face_data.csv", Table));
        LoadedDataset data = DatasetReader.Load(path);
        Assert.EndsWith("icml_face_data.csv", data.Source, StringComparison.Ordinal);
        Assert.Equal(21, data.Table.Count);
        Assert.Contains(data.Notes, note => note.Contains("test.csv: passed over, its rows have no labels", StringComparison.Ordinal));
        Assert.Contains(data.Notes, note => note.Contains("train.csv: passed over for", StringComparison.Ordinal));
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
    public void Unlabelled_rows_alone_are_refused()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string path = folder.Write("test.csv", $"pixels\n{string.Join(' ', CsvText.Pixels(1))}\n");
        Assert.Contains("Expected emotion, pixels and Usage", Assert.Throws<MienException>(() => DatasetReader.Load(path)).Message, StringComparison.Ordinal);
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
        var rows = table.Labels.Zip(table.Splits).ToHashSet();
        Assert.Equal(
            new HashSet<(byte, Split)>
            {
                ((byte)Expression.Happy, Split.Training), ((byte)Expression.Angry, Split.Training), ((byte)Expression.Sad, Split.PrivateTest),
                ((byte)Expression.Fear, Split.PublicTest), ((byte)Expression.Surprise, Split.PublicTest),
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
    public void A_zip_of_a_folder_tree_gives_the_same_as_the_folder()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        foreach (string file in (string[])["tree/train/happy/a.png", "tree/train/sad/b.png", "tree/test/fear/PublicTest_7.png"])
            SavePicture(folder.File(file), CsvText.Pixels(file.Length), 48, 48);
        string zip = folder.File("tree.zip");
        ZipFile.CreateFromDirectory(folder.File("tree"), zip);
        Assert.Equal(DatasetReader.Load(folder.File("tree")).Table.Count, DatasetReader.Load(zip).Table.Count);
    }

    [Fact]
    public void A_folder_that_names_no_label_is_an_error_with_the_labels()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        SavePicture(folder.File("train/bored/a.png"), CsvText.Pixels(1), 48, 48);
        var error = Assert.Throws<MienException>(() => DatasetReader.Load(folder.Path));
        Assert.Contains("train/bored/a.png: no folder above it names a label. Expected one of angry, disgust", error.Message, StringComparison.Ordinal);
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
    public void An_archive_cut_off_is_named_as_damaged(string kind)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string path = kind == "zip" ? Zip(folder, "fer2013.zip", ("fer2013.csv", Table)) : folder.File("fer2013.tar.gz");
        if (kind != "zip")
            File.WriteAllBytes(path, TarGz(("fer2013.csv", Table)));
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        var error = Assert.Throws<MienException>(() => DatasetReader.Load(path));
        Assert.Contains(Path.GetFileName(path), error.Message, StringComparison.Ordinal);
    }

    internal static void SavePicture(string path, byte[] grey, int width, int height)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Annotator.Save(Picture.FromGrey(grey, width, height), [], path);
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
