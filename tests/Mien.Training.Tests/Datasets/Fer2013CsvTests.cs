using Mien.TestSupport;
using Mien.Training.Datasets;

namespace Mien.Training.Tests.Datasets;

public class Fer2013CsvTests
{
    [Fact]
    public void A_table_gives_pixels_labels_and_splits_in_its_order()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        FaceTable table = DatasetReader.Load(folder.Write("fer2013.csv", $"""
            {CsvText.Header}
            3,{string.Join(' ', CsvText.Pixels(1))},Training
            0,{string.Join(' ', CsvText.Pixels(2))},PrivateTest

            """)).Table;
        Assert.Equal([3, 0], table.Labels);
        Assert.Equal([Split.Training, Split.PrivateTest], table.Splits);
        Assert.Equal(CsvText.Pixels(1), table.Face(0).ToArray());
        Assert.Equal(CsvText.Pixels(2), table.Face(1).ToArray());
    }

    [Theory]
    [InlineData("\uFEFFemotion,pixels,Usage", "{0},{1},{2}", "\n")]
    [InlineData("emotion,pixels,Usage", "{0},\"{1}\",{2}", "\r\n")]
    [InlineData("emotion, Usage, pixels", "{0}, {2}, {1}", "\n")]
    [InlineData("\"Usage\",\"pixels\",\"emotion\"", "\"{2}\",\" {1} \",\"{0}\"", "\n")]
    [InlineData(" Pixels ,EMOTION,usage,extra", "{1},{0},{2},x", "\n")]
    public void Columns_stand_in_any_order_with_blanks_quotes_and_line_ends_of_any_kind(string header, string row, string end)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string text = string.Join(end, header, string.Format(row, 4, string.Join(' ', CsvText.Pixels(7)), "PublicTest"));
        FaceTable table = DatasetReader.Load(folder.Write("icml_face_data.csv", text)).Table;
        Assert.Equal([4], table.Labels);
        Assert.Equal([Split.PublicTest], table.Splits);
        Assert.Equal(CsvText.Pixels(7), table.Face(0).ToArray());
    }

    [Theory]
    [InlineData("train.csv", Split.Training)]
    [InlineData("test.csv", Split.PrivateTest)]
    public void Without_Usage_the_files_name_says_the_split(string name, Split split)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string path = folder.Write(name, $"emotion,pixels\nsad,{string.Join(' ', CsvText.Pixels(1))}\n");
        Assert.Equal([split], DatasetReader.Load(path).Table.Splits);
    }

    public static TheoryData<string, string> DamagedRows => new()
    {
        { "1,1 2 3,Training", "3 pixels, expected 2304 (48x48)" },
        { $"1,{string.Join(' ', CsvText.Pixels(1))} 5,Training", "2305 pixels, expected 2304" },
        { $"1,256 {string.Join(' ', CsvText.Pixels(1)[1..])},Training", "pixel 1 is above 255" },
        { $"1,x {string.Join(' ', CsvText.Pixels(1)[1..])},Training", "\"x\" among the pixels" },
        { $"7,{string.Join(' ', CsvText.Pixels(1))},Training", "emotion \"7\", expected 0 to 6" },
        { $"bored,{string.Join(' ', CsvText.Pixels(1))},Training", "emotion \"bored\"" },
        { $",{string.Join(' ', CsvText.Pixels(1))},Training", "emotion \"\"" },
        { $"1,{string.Join(' ', CsvText.Pixels(1))},Later", "Usage \"Later\", expected train, validation or test (or Training, "
            + "PublicTest, PrivateTest)" },
        { $"1,{string.Join(' ', CsvText.Pixels(1))},+1", "Usage \"+1\", expected train, validation or test" },
        { $"1,{string.Join(' ', CsvText.Pixels(1))},\"Training,PublicTest\"", "Usage \"Training,PublicTest\", expected train, "
            + "validation or test" },
        { $"1,{string.Join(' ', CsvText.Pixels(1))}", "2 columns, expected 3" },
    };

    [Theory]
    [MemberData(nameof(DamagedRows))]
    public void A_damaged_row_is_named_with_its_line(string row, string expected)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string path = folder.Write("fer2013.csv", $"{CsvText.Header}\n{CsvText.Row(0, 1, Split.Training)}\n{row}\n{CsvText.Row(2, 3, Split.Training)}\n");
        var error = Assert.Throws<MienException>(() => DatasetReader.Load(path));
        Assert.StartsWith($"{path}, line 3: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.EndsWith("pass --skip-bad-rows to leave such rows out.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(DamagedRows))]
    public void A_damaged_row_is_left_out_counted_and_named_when_asked(string row, string expected)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string path = folder.Write("fer2013.csv", $"{CsvText.Header}\n{CsvText.Row(0, 1, Split.Training)}\n{row}\n{CsvText.Row(2, 3, Split.Training)}\n");
        LoadedDataset data = DatasetReader.Load(path, new DatasetOptions { SkipBadRows = true });
        Assert.Equal([0, 2], data.Table.Labels);
        Assert.Equal(CsvText.Pixels(3), data.Table.Face(1).ToArray());
        Assert.Contains(expected, Assert.Single(data.BadRows), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_off_inside_a_row_names_that_row()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string whole = CsvText.Table(1);
        string path = folder.Write("fer2013.csv", whole[..(whole.Length / 2)]);
        int line = whole[..(whole.Length / 2)].Count(c => c == '\n') + 1;
        var error = Assert.Throws<MienException>(() => DatasetReader.Load(path));
        Assert.Contains($"fer2013.csv, line {line}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("The file ends in this row: it may be cut off.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_says_what_was_expected()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        var error = Assert.Throws<MienException>(() => DatasetReader.Load(folder.Write("fer2013.csv", "")));
        Assert.Contains("empty file. Expected fer2013.csv", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name,age\nx,1\n", "the columns are \"name,age\"")]
    [InlineData("pixels\n1 2 3\n", "the columns are \"pixels\"")]
    [InlineData("\0\u0001\u0002", "neither text nor")]
    public void What_is_no_data_set_is_told_so(string text, string expected)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        var error = Assert.Throws<MienException>(() => DatasetReader.Load(folder.Write("test.csv", text)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("xpected", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipe_is_refused_in_words()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pipes have no path here.");
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        var error = Assert.Throws<MienException>(() => DatasetReader.Load($"/proc/self/fd/{pipe.GetClientHandleAsString()}"));
        Assert.Contains("not an ordinary file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_absent_file_is_named()
    {
        var error = Assert.Throws<MienException>(() => DatasetReader.Load("/nowhere/fer2013.csv"));
        Assert.StartsWith("/nowhere/fer2013.csv: not found.", error.Message, StringComparison.Ordinal);
    }
}
