using System.Globalization;
using Mien.Cli.Predictions;
using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Datasets;
using static Mien.Cli.Tests.CommandTests;

namespace Mien.Cli.Tests.Labels;

public class LabelSuggestTests
{
    [Fact]
    public void Suggestions_are_a_manifest_with_the_least_sure_first_and_near_duplicates_together()
    {
        using TemporaryFolder folder = Faces();
        string file = folder.File("out/labels.csv");
        (int exit, string output, string error) = Run("label", "suggest", folder.File("faces"), "--faces", "cropped", "--out", file);
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Equal(file, output.Trim());

        (string File, string Label, string Group, double Confidence)[] rows = Rows(file);
        Assert.Equal(13, rows.Length);
        // Alone or as the first of its group, each is surer than the one before.
        double[] heads = [.. rows.Where((row, i) => row.Group.Length == 0 || i == 0 || rows[i - 1].Group != row.Group)
            .Select(row => row.Confidence)];
        Assert.Equal(heads.Order(), heads);
        var group = rows.Index().Where(row => row.Item.Group.Length > 0).ToArray();
        Assert.Equal(["../faces/05-again.png", "../faces/05.png"], group.Select(row => row.Item.File).Order());
        Assert.Equal(1, Math.Abs(group[0].Index - group[1].Index));

        LoadedDataset data = DatasetReader.Load(file);
        Assert.Equal(rows.Select(row => row.Label), data.Table.Labels.Select(label => data.Table.LabelNames[label]));
        Assert.Equal(rows.Select(row => row.Group.Length > 0 ? row.Group : null), data.Origins.Select(origin => origin.Group));
        Assert.False(File.Exists(file + ".journal"));
    }

    [Fact]
    public void A_run_cut_at_any_byte_ends_as_if_it_had_not_been()
    {
        using TemporaryFolder folder = Faces();
        string whole = folder.File("whole.csv");
        folder.Write("faces/zz.jpg", "no picture");
        Assert.Equal(ExitCode.Failure, Run("label", "suggest", folder.File("faces"), "--faces", "cropped", "--out", whole).Exit);
        Assert.Equal("file,why\nfaces/zz.jpg,", File.ReadAllText(folder.File("whole.left-out.csv"))[..22]);
        byte[] journal = Journal(folder);
        foreach (int cut in (int[])[0, 10, journal.Length / 3, journal.Length - 1, journal.Length])
        {
            string file = folder.File("cut.csv");
            File.WriteAllBytes(file + ".journal", journal[..cut]);
            (int exit, _, string error) = Run("label", "suggest", folder.File("faces"), "--faces", "cropped", "--out", file, "--resume");
            // The picture that can't be read counts, whichever run met it.
            Assert.True(exit == ExitCode.Failure, error);
            Assert.Equal(File.ReadAllText(whole), File.ReadAllText(file));
            Assert.Equal(File.ReadAllText(folder.File("whole.left-out.csv")), File.ReadAllText(folder.File("cut.left-out.csv")));
            File.Delete(file);
        }
    }

    [Fact]
    public void The_largest_of_several_faces_is_the_one_to_label_and_pictures_without_one_are_listed()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Directory.CreateDirectory(folder.File("photos"));
        File.Copy(Path.Combine(TestData.Root, "samples", "average-faces.png"), folder.File("photos/seven.png"));
        File.WriteAllBytes(folder.File("photos/wall.png"), Picture.FromGray(new byte[300 * 200], 300, 200).ToPng());
        string file = folder.File("labels.csv");
        (int exit, _, string error) = Run("label", "suggest", folder.File("photos"), "--out", file);
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Contains("wall.png: no face found", error, StringComparison.Ordinal);
        Assert.Equal("file,why\nphotos/wall.png,no face found\n", File.ReadAllText(folder.File("labels.left-out.csv")));

        using ExpressionRecognizer recognizer = ExpressionRecognizer.CreateDefault();
        Face largest = recognizer.Recognize(folder.File("photos/seven.png")).MaxBy(face => face.Box.Area)!;
        string[] cells = File.ReadAllLines(file)[1].Split(',');
        Assert.Equal(("photos/seven.png", largest.Label, "7"), (cells[0], cells[1], cells[4]));
        Assert.Equal(largest.Confidence, float.Parse(cells[3], CultureInfo.InvariantCulture), 1e-5f);
        // As training finds it.
        LoadedDataset data = DatasetReader.Load(file, DatasetOptions.Default with
        {
            FaceMode = FaceMode.Detect,
            FaceCache = folder.File("cache")
        });
        Assert.Equal(1, data.Search!.SeveralFaces);
    }

    [Theory]
    [InlineData("labels.csv", "corrected", "--overwrite")]
    [InlineData("labels.left-out.csv", "mine", "--overwrite")]
    [InlineData("labels.csv.journal", "x", "--resume")]
    public void What_lies_there_is_not_written_over(string name, string text, string expected)
    {
        using TemporaryFolder folder = Faces();
        string there = folder.Write(name, text);
        (int exit, _, string error) = Run("label", "suggest", folder.File("faces"), "--faces", "cropped", "--out",
            folder.File("labels.csv"));
        Assert.Equal((ExitCode.Failure, text), (exit, File.ReadAllText(there)));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_of_other_options_is_not_gone_on_with()
    {
        using TemporaryFolder folder = Faces();
        File.WriteAllBytes(folder.File("labels.csv.journal"), Journal(folder));
        (int exit, _, string error) = Run("label", "suggest", folder.File("faces"), "--faces", "cropped", "--prior", "balanced", "--out",
            folder.File("labels.csv"), "--resume");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("begun with --prior dataset (now balanced). Pass the same model and options", error, StringComparison.Ordinal);
        string[] again = ["label", "suggest", folder.File("faces"), "--faces", "cropped", "--out", folder.File("labels.csv"), "--resume"];
        (exit, _, error) = Run([.. again, "--model", "fer2013"]);
        Assert.True(exit == ExitCode.Failure && error.Contains("begun with --model ", StringComparison.Ordinal), error);
        Assert.True(File.Exists(folder.File("labels.csv.journal")));
    }

    [Theory]
    [InlineData("{\"file\":\"a.png\",\"fa")]
    [InlineData("{\"file\":\"a.png\",\"faces\":1}")]
    [InlineData("null")]
    public void A_damaged_line_is_named_with_its_number(string damaged)
    {
        using TemporaryFolder folder = Faces();
        string journal = folder.File("labels.csv.journal");
        string[] lines = System.Text.Encoding.UTF8.GetString(Journal(folder)).Split('\n');
        lines[3] = damaged;
        File.WriteAllText(journal, string.Join('\n', lines));
        (int exit, _, string error) = Run(
            "label", "suggest", folder.File("faces"), "--faces", "cropped", "--out", folder.File("labels.csv"), "--resume");
        Assert.True(exit == ExitCode.Failure && error.Contains($"{journal}, line 4: damaged", StringComparison.Ordinal), error);
    }

    [Fact]
    public void A_journal_that_another_process_writes_is_left_to_it()
    {
        using TemporaryFolder folder = Faces();
        string labels = folder.File("labels.csv");
        string[] arguments = ["label", "suggest", folder.File("faces"), "--faces", "cropped", "--out", labels, "--resume"];
        using (RunLock.Take(labels))
        {
            (int exit, _, string error) = Run(arguments);
            Assert.True(exit == ExitCode.Failure && error.Contains("another process is writing it", StringComparison.Ordinal), error);
        }

        Assert.Equal(ExitCode.Ok, Run(arguments).Exit);
    }

    [Fact]
    public void A_folder_without_pictures_says_so()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, _, string error) = Run("label", "suggest", folder.Path, "--out", folder.File("labels.csv"));
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("no picture in it", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    /// <summary>The journal of a run that could not write its file: the folder of the name stands in the way.</summary>
    private static byte[] Journal(TemporaryFolder folder)
    {
        string file = folder.File("blocked.csv");
        Directory.CreateDirectory(file + ".tmp");
        Assert.Equal(ExitCode.Failure, Run("label", "suggest", folder.File("faces"), "--faces", "cropped", "--out", file).Exit);
        byte[] journal = File.ReadAllBytes(file + ".journal");
        File.Delete(file + ".journal");
        return journal;
    }

    /// <summary>Twelve different pictures and one of them again, a little brighter.</summary>
    private static TemporaryFolder Faces()
    {
        TemporaryFolder folder = TestData.NewFolder();
        Directory.CreateDirectory(folder.File("faces"));
        var random = new Random(5);
        for (int i = 0; i < 12; i++)
        {
            byte[] gray = new byte[96 * 96];
            byte[] blocks = new byte[36];
            random.NextBytes(blocks);
            for (int p = 0; p < gray.Length; p++)
                gray[p] = (byte)(20 + blocks[p / 96 / 16 * 6 + p % 96 / 16] * 3 / 4 + p % 96 / 8);
            File.WriteAllBytes(folder.File($"faces/{i:00}.png"), Picture.FromGray(gray, 96, 96).ToPng());
            if (i == 5)
                File.WriteAllBytes(folder.File("faces/05-again.png"),
                    Picture.FromGray([.. gray.Select(level => (byte)(level + 9))], 96, 96).ToPng());
        }

        return folder;
    }

    private static (string File, string Label, string Group, double Confidence)[] Rows(string file)
    {
        using var reader = new StreamReader(file);
        using var csv = new CsvHelper.CsvReader(reader, CultureInfo.InvariantCulture);
        return [.. csv.GetRecords<dynamic>().Select(row =>
            ((string)row.file, (string)row.label, (string)row.group, double.Parse((string)row.confidence, CultureInfo.InvariantCulture)))];
    }
}
