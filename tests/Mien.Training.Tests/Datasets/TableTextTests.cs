using System.Text;
using Mien.TestSupport;
using Mien.Training.Datasets;

namespace Mien.Training.Tests.Datasets;

/// <summary>Tables and manifests as spreadsheets save them.</summary>
public class TableTextTests
{
    public static TheoryData<string> Encodings => ["utf-8", "utf-8 with mark", "utf-16", "utf-16 big endian", "utf-16 without mark"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_table_is_read_in_every_encoding(string encoding)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string text = $"{CsvText.Header}\r\n{CsvText.Row(1, 1, Split.Training)}\r\n{CsvText.Row(2, 2, Split.PublicTest)}\r\n";
        File.WriteAllBytes(folder.File("fer2013.csv"), Encode(text, encoding));
        FaceTable plain = DatasetReader.Load(folder.Write("plain.csv", text)).Table;
        Assert.Equal(plain.Sha256(), DatasetReader.Load(folder.File("fer2013.csv")).Table.Sha256());
        // In a folder the table's columns are looked at before it is read.
        File.Delete(folder.File("plain.csv"));
        Assert.Equal(plain.Sha256(), DatasetReader.Load(folder.Path).Table.Sha256());
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    [InlineData("windows-1252")]
    public void A_manifest_is_read_in_every_encoding(string encoding)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        MadeUpPictures.Save(1, folder.File("a.png"), folder.File("b.png"));
        File.WriteAllBytes(folder.File("faces.csv"), Encode("file,label\r\na.png,fröhlich\r\nb.png,müde\r\n", encoding));
        Assert.Equal(["fröhlich", "müde"], DatasetReader.Load(folder.File("faces.csv")).Table.LabelNames);
    }

    [Theory]
    [InlineData("file;label;split;group", ';')]
    [InlineData("file\tlabel\tsplit\tgroup", '\t')]
    [InlineData("Path,Label,Split,Group", ',')]
    [InlineData("image;emotion;usage;group", ';')]
    [InlineData("filename,class,split,group", ',')]
    [InlineData("\"file_name\",\"expression\",\"Usage\",\"group\"", ',')]
    public void A_manifest_may_part_and_name_its_columns_otherwise(string header, char separator)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        MadeUpPictures.Save(1, folder.File("a.png"), folder.File("b,c.png"));
        string first = string.Join(separator, "a.png", "joy", "val", "ann");
        string second = string.Join(separator, "\"b,c.png\"", "sad", "PrivateTest", "bob");
        string manifest = folder.Write("faces.csv", $"{header}\n{first}\n{second}\n");
        LoadedDataset data = DatasetReader.Load(manifest);
        Assert.Equal(["happy", "sad"], data.Table.LabelNames);
        Assert.Equal([Split.PublicTest, Split.PrivateTest], data.Table.Splits);
        Assert.Equal(["ann", "bob"], data.Table.Groups);
    }

    [Theory]
    [InlineData(';')]
    [InlineData('\t')]
    public void A_table_may_part_its_columns_otherwise(char separator)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string text = $"{CsvText.Header}\n{CsvText.Row(1, 1, Split.Training)}\n";
        Assert.Equal(
            DatasetReader.Load(folder.Write("plain.csv", text)).Table.Sha256(),
            DatasetReader.Load(folder.Write("other.csv", text.Replace(',', separator))).Table.Sha256());
    }

    [Fact]
    public void Splits_go_by_short_names_in_a_table_too()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string rows = string.Join('\n', ((string[])["train", "val", "Test"])
            .Select((split, i) => $"{i},{string.Join(' ', CsvText.Pixels(i))},{split}"));
        Assert.Equal([Split.Training, Split.PublicTest, Split.PrivateTest],
            DatasetReader.Load(folder.Write("fer2013.csv", $"emotion,pixels,Usage\n{rows}\n")).Table.Splits);
    }

    [Fact]
    public void A_picture_with_two_labels_is_named_with_both_lines()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        MadeUpPictures.Save(1, folder.File("a.png"), folder.File("b.png"));
        LoadedDataset data = DatasetReader.Load(folder.Write("faces.csv", "file,label\na.png,happy\nb.png,sad\na.png,sad\n"));
        Assert.Contains("line 4: a.png is sad here and happy in line 2", Assert.Single(data.Notes), StringComparison.Ordinal);
        Assert.Contains(DatasetInspector.Inspect(data).Warnings, warning => warning.StartsWith("1 pictures occur with different "
            + "labels, such as a.png, line 2 (happy) and a.png, line 4 (sad)", StringComparison.Ordinal));
    }

    private static byte[] Encode(string text, string encoding) => encoding switch
    {
        "utf-8 with mark" => [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)],
        "utf-16" => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text)],
        "utf-16 big endian" => [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(text)],
        "utf-16 without mark" => Encoding.Unicode.GetBytes(text),
        "windows-1252" => Encoding.Latin1.GetBytes(text),
        _ => Encoding.UTF8.GetBytes(text),
    };
}
