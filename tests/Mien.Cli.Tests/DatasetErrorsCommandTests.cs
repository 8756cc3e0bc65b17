using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Datasets;
using static Mien.Cli.Tests.CommandTests;

namespace Mien.Cli.Tests;

public class DatasetErrorsCommandTests
{
    [Fact]
    public void Folds_are_trained_and_the_likely_wrong_labels_written_with_file_and_probabilities()
    {
        using TemporaryFolder folder = Faces(80);
        string file = folder.File("errors.csv");
        string[] arguments = ["dataset", "errors", "--data", folder.File("data"), "--folds", "2", "--arch", "plain", "--epochs", "2",
            "--threads", "1", "--runs", folder.File("runs"), "--out", file];
        (int exit, string output, string error) = Run(arguments);
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Equal(file, output.Trim());
        Assert.Contains("fold 2 of 2", error, StringComparison.Ordinal);
        Assert.Contains("80 faces, read as labeled", error, StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(file);
        Assert.Equal("file,line,label,suggested,margin,confidence,split,calm,cross", lines[0]);
        Assert.All(lines[1..], line => Assert.True(File.Exists(folder.File("data/" + line.Split(',')[0])), line));

        // Both runs are there: the second time only reads.
        (exit, _, error) = Run([.. arguments, "--overwrite"]);
        Assert.True(exit == ExitCode.Ok, error);
        Assert.DoesNotContain("fold ", error, StringComparison.Ordinal);
        Assert.Equal(lines, File.ReadAllLines(file));
    }

    [Fact]
    public void A_recipe_that_learns_votes_trains_the_folds_without_them()
    {
        using TemporaryFolder folder = Faces(80);
        string recipe = folder.Write("votes.json", """{ "architecture": "plain", "epochs": 1, "threads": 1, "votesHead": 1 }""");
        (int exit, _, string error) = Run("dataset", "errors", "--data", folder.File("data"), "--folds", "2", "--recipe", recipe, "--runs",
            folder.File("runs"));
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Contains("80 faces, read as labeled", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_in_place_of_folds_is_warned_of()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, _, string error) = Run("dataset", "errors", "--data", EvaluationCommandTests.Data(folder), "--model",
            EvaluationCommandTests.Model(folder));
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Contains("blind to them", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Networks_that_read_too_little_to_judge_labels_say_so()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        var random = new Random(3);
        for (int i = 0; i < 60; i++)
        {
            // Noise, which nobody can tell apart.
            byte[] gray = new byte[48 * 48];
            random.NextBytes(gray);
            string path = folder.File($"data/{(i % 2 == 0 ? "calm" : "cross")}/{i}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Picture.FromGray(gray, 48, 48).ToPng());
        }

        string[] arguments = ["dataset", "errors", "--data", folder.File("data"), "--folds", "2", "--arch", "plain", "--epochs", "1",
            "--threads", "1", "--runs", folder.File("runs")];
        (int exit, _, string error) = Run(arguments);
        Assert.True(exit == ExitCode.Ok, error);
        error = error.ReplaceLineEndings(" ");
        Assert.Contains("warning: the folds' networks read too little to judge labels: ", error, StringComparison.Ordinal);
        Assert.Contains("where chance is 50.0 %. What follows says little. Pass --model accurate", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Folds_go_on_from_a_model()
    {
        using TemporaryFolder folder = Faces(80);
        string[] arguments = ["dataset", "errors", "--data", folder.File("data"), "--folds", "2", "--arch", "plain", "--epochs", "2",
            "--threads", "1"];
        Assert.Equal(ExitCode.Ok, Run([.. arguments, "--runs", folder.File("runs")]).Exit);
        (int exit, _, string error) = Run([.. arguments, "--runs", folder.File("further"), "--from", folder.File("runs/fold-1-of-2")]);
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Contains("--from: a model that was trained on some of these faces", error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("\"from\": \"" + folder.File("runs/fold-1-of-2"), File.ReadAllText(folder.File("further/fold-2-of-2/config.json")),
            StringComparison.Ordinal);
        Assert.DoesNotContain("too little to judge", error, StringComparison.Ordinal);
    }

    [Fact]
    public void One_label_alone_has_no_errors_to_find()
    {
        using TemporaryFolder folder = Faces(6);
        Directory.Delete(folder.File("data/cross"), recursive: true);
        (int exit, _, string error) = Run("dataset", "errors", "--data", folder.File("data"));
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("every face is calm. Wrong labels are found among two labels or more.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_inspection_names_every_picture_that_cannot_be_read_and_warns_of_small_classes()
    {
        using TemporaryFolder folder = Faces(6);
        folder.Write("data/calm/text.jpg", "no picture");
        folder.Write("data/cross/empty.png", "");
        (int exit, string output, string error) = Run("dataset", "inspect", folder.File("data"));
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("calm/text.jpg: not a picture", error, StringComparison.Ordinal);
        Assert.Contains("cross/empty.png: empty file", error, StringComparison.Ordinal);
        string text = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("warning: Training has few faces to learn from of calm", text, StringComparison.Ordinal);
        Assert.Contains("warning: 2 rows or pictures can't be read", text, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, Run("dataset", "inspect", folder.File("data"), "--skip-bad-rows").Exit);
    }

    /// <summary>Two classes that a bright half tells apart, in folders without splits.</summary>
    private static TemporaryFolder Faces(int count)
    {
        TemporaryFolder folder = TestData.NewFolder();
        var random = new Random(3);
        for (int i = 0; i < count; i++)
        {
            byte[] gray = new byte[48 * 48];
            random.NextBytes(gray);
            for (int p = 0; p < gray.Length; p++)
                gray[p] = (byte)(gray[p] / 3 + (p / 48 < 24 == (i % 2 == 0) ? 150 : 0));
            string path = folder.File($"data/{(i % 2 == 0 ? "calm" : "cross")}/{i}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Picture.FromGray(gray, 48, 48).ToPng());
        }

        return folder;
    }
}
