using System.Text.Json;
using Mien.Imaging;
using Mien.TestSupport;
using static Mien.Cli.Tests.CommandTests;
using static Mien.Cli.Tests.EvaluationCommandTests;

namespace Mien.Cli.Tests;

/// <summary>Verbs that judge a model on data whose classes are not all the model's, nor all of the model's theirs.</summary>
public class OtherLabelsTests
{
    private static readonly string[] Kinds = ["happy", "sad", "contempt"];

    [Fact]
    public void Evaluate_names_what_is_missing_and_what_is_left_out()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, string output, string error) = Run("evaluate", "--model", Model(folder), "--data", Faces(folder), "--split",
            "PrivateTest");
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Contains("PrivateTest: 8 faces", output, StringComparison.Ordinal);
        string text = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("left out: 4 faces of classes that the model lacks: contempt (4)", text, StringComparison.Ordinal);
        Assert.Contains("missing in PrivateTest: angry, disgust, fear, surprise, neutral; macro F1 is over the other 2 classes; the model "
            + "may still answer", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_shares_missing_classes_out_where_told_and_says_so_in_JSON()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, string output, string error) = Run("evaluate", "--model", Model(folder), "--data", Faces(folder), "--split",
            "PrivateTest", "--only-present", "--json", "-");
        Assert.Equal((ExitCode.Ok, ""), (exit, error));
        JsonElement json = JsonDocument.Parse(output).RootElement;
        string[] missing = ["angry", "disgust", "fear", "surprise", "neutral"];
        Assert.Equal(missing, json.GetProperty("missing").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(missing, json.GetProperty("sharedOut").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(4, json.GetProperty("leftOut").GetProperty("contempt").GetInt32());
        // Happy and sad alone are answered.
        Assert.Equal(8, json.GetProperty("confusion").EnumerateArray()
            .Sum(row => row[(int)FacialExpression.Happy].GetInt32() + row[(int)FacialExpression.Sad].GetInt32()));
    }

    [Fact]
    public void Figures_on_other_labels_are_not_written_into_a_model()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, _, string error) = Run("evaluate", "--model", Model(folder), "--data", Faces(folder), "--split", "PrivateTest",
            "--write-figures");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("--write-figures: left out: 4 faces", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_judges_models_of_different_labels_on_the_faces_of_both()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string seven = folder.File("seven.onnx");
        File.Move(Model(folder), seven);
        string two = Model(folder, "contempt", "sad");
        (int exit, string output, string error) = Run("compare", seven, two, "--data", Faces(folder), "--split", "PrivateTest", "--json");
        Assert.True(exit == ExitCode.Ok, error);
        JsonElement json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(4, json.GetProperty("count").GetInt32());
        Assert.Equal("""{"contempt":4,"happy":4}""", JsonSerializer.Serialize(json.GetProperty("leftOut")));

        string three = Model(folder, "contempt", "sad", "happy");
        (exit, output, error) = Run("compare", seven, three, "--data", Faces(folder, "sad", "happy"), "--split", "PrivateTest", "--json",
            "--only-present");
        Assert.True(exit == ExitCode.Ok, error);
        json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(["contempt"], json.GetProperty("models")[1].GetProperty("sharedOut").EnumerateArray()
            .Select(name => name.GetString()));
        Assert.Equal("{}", JsonSerializer.Serialize(json.GetProperty("leftOut")));
    }

    [Fact]
    public void Doubts_about_labels_leave_out_those_that_the_model_lacks()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.File("errors.csv");
        (int exit, _, string error) = Run("dataset", "errors", "--data", Faces(folder), "--model", Model(folder), "--out", file);
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Contains("left out: 12 faces of classes that the model lacks: contempt (12)", error, StringComparison.Ordinal);
        Assert.Contains("24 faces, read as labeled", error, StringComparison.Ordinal);
        Assert.All(File.ReadAllLines(file)[1..], line => Assert.Contains(line.Split(',')[2], (string[])["happy", "sad"]));
    }

    [Fact]
    public void Plots_and_reports_are_drawn_over_the_models_classes()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string model = Model(folder);
        string data = Faces(folder);
        (int exit, _, string error) = Run("plot", "confusion", model, "--data", data, "--split", "PrivateTest", "--out",
            folder.File("confusion.svg"));
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Contains("contempt (4)", error, StringComparison.Ordinal);
        Assert.Contains("surprise", File.ReadAllText(folder.File("confusion.svg")), StringComparison.Ordinal);

        (exit, _, error) = Run("report", model, "--data", data, "--out", folder.File("report"), "--only-present");
        Assert.True(exit == ExitCode.Ok, error);
        string page = File.ReadAllText(folder.File("report/report.html"));
        Assert.Contains("PrivateTest, left out: 4 faces of classes that the model lacks: contempt (4).", page, StringComparison.Ordinal);
        Assert.Contains("the probability of angry, disgust, fear, surprise, neutral is shared out among the other "
            + "classes.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_labels_of_the_seven_train_and_judge_as_two_classes_also_from_a_model_of_seven()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string data = Faces(folder, "happy", "sad");
        string seven = folder.File("seven.onnx");
        File.Move(Model(folder), seven);
        (int exit, _, string error) = Run("train", "--data", data, "--from", seven, "--epochs", "1", "--threads", "1", "--out",
            folder.File("run"));
        Assert.True(exit == ExitCode.Ok, error);
        (exit, string output, error) = Run("evaluate", "--model", folder.File("run/model.onnx"), "--data", data, "--split", "PrivateTest",
            "--json", "-");
        Assert.True(exit == ExitCode.Ok, error);
        JsonElement json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(["happy", "sad"], json.GetProperty("perClass").EnumerateObject().Select(of => of.Name));
        Assert.Empty(json.GetProperty("missing").EnumerateArray());
    }

    /// <summary>Four faces of noise a label and split, in folders.</summary>
    private static string Faces(TemporaryFolder folder, params string[] labels)
    {
        string root = folder.File("data" + string.Concat(labels));
        var random = new Random(5);
        byte[] gray = new byte[48 * 48];
        foreach (string path in from split in (string[])["train", "validation", "test"]
                                from label in labels.Length > 0 ? labels
            : Kinds
                                from i in Enumerable.Range(0, split == "train" && labels.Length > 0 ? 8 : 4)
                                select Path.Combine(root, split, label,
            $"{i}.png"))
        {
            random.NextBytes(gray);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Picture.FromGray(gray, 48, 48).ToPng());
        }

        return root;
    }
}
