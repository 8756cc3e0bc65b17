using System.Text.Json;
using Mien.Imaging;
using Mien.TestSupport;
using ParquetSharp;
using static Mien.Cli.Tests.CommandTests;

namespace Mien.Cli.Tests.Predictions;

/// <summary>mien predict over many pictures.</summary>
public class BatchCommandTests
{
    [Fact]
    public void Shards_of_a_folder_are_disjoint_and_together_are_what_one_run_writes()
    {
        using TemporaryFolder folder = ResumeTests.Pictures(20);
        string all = Run("predict", folder.File("in"), "--faces", "cropped", "--format", "jsonl").Output;
        var parts = Enumerable.Range(1, 3).Select(part =>
            Lines(Run("predict", folder.File("in"), "--faces", "cropped", "--format", "jsonl", "--shard", $"{part}/3").Output)).ToList();
        Assert.All(parts, part => Assert.InRange(part.Length, 1, 21));
        Assert.Equal(Lines(all).Select(FileOf).Order(), parts.SelectMany(part => part).Select(FileOf).Order());
    }

    [Fact]
    public void A_shard_is_the_same_wherever_the_folder_stands()
    {
        using TemporaryFolder one = ResumeTests.Pictures(12);
        using TemporaryFolder other = ResumeTests.Pictures(12);
        Assert.Equal(Names(one), Names(other));

        static IEnumerable<string> Names(TemporaryFolder folder) =>
            Lines(Run("predict", folder.File("in"), "--faces", "cropped", "--format", "jsonl", "--shard", "2/3").Output)
                .Select(line => Path.GetFileName(FileOf(line)));
    }

    [Fact]
    public void Parquet_holds_a_row_a_face_and_a_row_for_each_picture_without()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string average = Path.Combine(TestData.Root, "samples", "average-faces.png");
        Directory.CreateDirectory(folder.File("in"));
        File.Copy(average, folder.File("in/b.png"));
        folder.Write("in/a.jpg", "not a picture");
        Annotator.Save(Picture.FromGray(new byte[60 * 60], 60, 60), [], folder.File("in/c.png"));
        string file = folder.File("out/results.parquet");
        (int exit, string output, _) = Run("predict", folder.File("in"), "--out", file);
        Assert.Equal((ExitCode.Failure, ""), (exit, output));
        Assert.Equal([file], Directory.GetFiles(folder.File("out")));

        Dictionary<string, object?[]> columns = Read(file);
        Assert.Equal(["file", "width", "height", "face", "x", "y", "boxWidth", "boxHeight", "detectorScore", "quality", "exposure",
            "contrast", "noise", "sharpness", "pixels", "roll", "yaw", "pitch", "cover", "upright", "label", "confidence",
            .. FacialExpressions.Names, "error"], columns.Keys);
        Assert.Equal([null, 1, 2, 3, 4, 5, 6, 7, null], columns["face"].Select(value => (int?)value));
        Assert.Equal([folder.File("in/a.jpg"), .. Enumerable.Repeat(folder.File("in/b.png"), 7), folder.File("in/c.png")], columns["file"]);
        Assert.Equal([null, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 60], columns["width"].Select(value => (int?)value));
        Assert.Contains("not a picture", (string)columns["error"][0]!, StringComparison.Ordinal);
        Assert.All(columns["error"][1..], Assert.Null);
        using JsonDocument json = JsonDocument.Parse(Lines(Run("predict", folder.File("in/b.png"), "--format", "jsonl").Output)[0]);
        float[] happy = [.. json.RootElement.GetProperty("faces").EnumerateArray()
            .Select(face => face.GetProperty("probabilities").GetProperty("happy").GetSingle())];
        Assert.All(happy.Zip(columns["happy"][1..8]), pair => Assert.Equal(pair.First, (float)pair.Second!, 1e-5f));

        (exit, _, string error) = Run("predict", folder.File("in"), "--out", file, "--resume");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("complete: nothing to do; 1 of its pictures failed", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Annotated_copies_stand_in_the_folders_of_their_pictures()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        foreach (string name in (string[])["in/a/1.png", "in/b/1.png"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
            Annotator.Save(Picture.FromGray(new byte[50 * 50], 50, 50), [], folder.File(name));
        }

        Assert.Equal(ExitCode.Ok, Run("predict", folder.File("in"), "--faces", "cropped", "--format", "jsonl", "--annotate",
            folder.File("out")).Exit);
        Assert.True(File.Exists(folder.File("out/a/1.png")) && File.Exists(folder.File("out/b/1.png")));
    }

    [Theory]
    [InlineData("predict", "in", "--format", "parquet")]
    [InlineData("predict", "in", "--out", "a.txt")]
    [InlineData("predict", "in", "--out", "a.json", "--resume")]
    [InlineData("predict", "in", "--resume")]
    [InlineData("predict", "in", "--shard", "0/3")]
    [InlineData("predict", "in", "--shard", "4/3")]
    [InlineData("predict", "in", "--workers", "-1")]
    [InlineData("predict", "in", "--timeline", "a.png")]
    [InlineData("predict", "a.mp4", "b.jpg")]
    [InlineData("predict", "a.mp4", "--resume", "--out", "a.jsonl")]
    [InlineData("watch")]
    [InlineData("watch", "/dev/video0", "--format", "json")]
    public void Options_that_do_not_go_together_are_a_mistake_of_usage(params string[] arguments)
    {
        (int exit, string output, string error) = Run(arguments);
        Assert.Equal((ExitCode.Usage, ""), (exit, output));
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
    }

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string FileOf(string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("file").GetString()!;
    }

    /// <summary>All columns, by the reader of Apache Arrow: another one than what wrote the file.</summary>
    private static Dictionary<string, object?[]> Read(string file)
    {
        using var reader = new ParquetFileReader(file);
        using RowGroupReader group = reader.RowGroup(0);
        var columns = new Dictionary<string, object?[]>();
        for (int i = 0; i < group.MetaData.NumColumns; i++)
        {
            using LogicalColumnReader column = group.Column(i).LogicalReader();
            var values = (Array)column.GetType().GetMethod("ReadAll", [typeof(int)])!.Invoke(column, [(int)group.MetaData.NumRows])!;
            columns.Add(reader.FileMetaData.Schema.Column(i).Name, [.. values.Cast<object?>()]);
        }

        return columns;
    }
}
