using System.Text.Json;
using Mien.Cli.Commands;
using Mien.TestSupport;
using Mien.Training.Runs;
using Spectre.Console.Testing;

namespace Mien.Cli.Tests;

public class CommandTests
{
    private static readonly string AverageFaces = Path.Combine(TestData.Root, "samples", "average-faces.png");

    [Theory]
    [InlineData("bogus")]
    [InlineData("predict")]
    [InlineData("predict", "a.jpg", "--format", "xml")]
    [InlineData("predict", "a.jpg", "--faces", "many")]
    [InlineData("predict", "a.jpg", "--detector-score", "2")]
    [InlineData("predict", "a.jpg", "--min-face", "x")]
    [InlineData("predict", "a.jpg", "--min-face", "0")]
    [InlineData("predict", "a.jpg", "--min-face", "120%")]
    [InlineData("train", "--out", "x")]
    [InlineData("train", "--resume", "--out", "/nowhere")]
    [InlineData("train", "--data", "x", "--out", "y", "--epochs", "many")]
    [InlineData("evaluate", "--data", "x", "--split", "Weekend")]
    [InlineData("dataset", "inspect")]
    [InlineData("dataset", "average", "--data", "x")]
    public void Wrong_usage_exits_with_2_and_says_so_on_standard_error(params string[] arguments)
    {
        (int exit, string output, string error) = Run(arguments);
        Assert.Equal(ExitCode.Usage, exit);
        Assert.Empty(output);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dataset", "inspect", "/nowhere.csv")]
    [InlineData("train", "--data", "/nowhere.csv", "--out", "/tmp/mien-never")]
    [InlineData("evaluate", "--data", "/nowhere.csv")]
    [InlineData("model", "info", "/nowhere.onnx")]
    [InlineData("predict", "a.jpg", "--model", "/nowhere.onnx")]
    public void What_is_not_there_is_named_and_exits_with_1(params string[] arguments)
    {
        (int exit, string output, string error) = Run(arguments);
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Empty(output);
        Assert.Contains("/nowhere", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_summary_ends_with_the_networks_totals()
    {
        (int exit, string output, _) = Run("model", "summary", "--arch", "plain", "--json");
        Assert.Equal(ExitCode.Ok, exit);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(241383, json.RootElement.GetProperty("parameters").GetInt64());
    }

    [Fact]
    public void Every_member_of_a_recipe_is_an_option_of_train()
    {
        using var output = new StringWriter();
        using var console = new TestConsole();
        string[] known = [.. TrainCommand.Create(new Terminal(output, console, console)).Options.Select(option => option.Name)];
        string[] members = [.. typeof(TrainingOptions).GetProperties().Where(property => property.CanWrite)
            .Select(property => property.Name switch
        {
            nameof(TrainingOptions.Architecture) => "--arch",
            nameof(TrainingOptions.WarmUpEpochs) => "--warm-up",
            nameof(TrainingOptions.FerPlus) => "--ferplus",
            nameof(TrainingOptions.FerPlusShare) => "--ferplus-share",
            nameof(TrainingOptions.Teachers) => "--teacher",
            nameof(TrainingOptions.Augmentation) => "--no-augmentation",
            _ => "--" + JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name),
        })];
        Assert.Empty(members.Except(known));
    }

    [Fact]
    public void The_smallest_face_is_given_in_pixels_or_in_percent()
    {
        // The seven faces are 100 to 140 of 800 pixels.
        Assert.Equal(7, FacesOf("--min-face", "5%"));
        Assert.Equal(7, FacesOf("--min-face", "40"));
        Assert.Equal(0, FacesOf("--min-face", "50%"));

        static int FacesOf(params string[] options)
        {
            (_, string output, _) = Run(["predict", AverageFaces, "--format", "json", .. options]);
            using JsonDocument json = JsonDocument.Parse(output);
            return json.RootElement[0].GetProperty("faces").GetArrayLength();
        }
    }

    [Theory]
    [InlineData(24, 0, "24")]
    [InlineData(24, 0.125, "12.5%")]
    public void The_help_shows_the_smallest_face_as_it_is_given(int pixels, float share, string shown) =>
        Assert.Equal(shown, new SmallestFace(pixels, share).ToString());

    [Fact]
    public void A_prediction_has_the_documented_JSON()
    {
        (int exit, string output, _) = Run("predict", AverageFaces, "--format", "json");
        Assert.Equal(ExitCode.Ok, exit);
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement picture = Assert.Single(json.RootElement.EnumerateArray());
        Assert.Equal(["file", "width", "height", "faces"], Keys(picture));
        JsonElement face = picture.GetProperty("faces")[0];
        Assert.Equal(["box", "detectorScore", "label", "confidence", "quality", "probabilities"], Keys(face));
        Assert.Equal(["x", "y", "width", "height"], Keys(face.GetProperty("box")));
        Assert.Equal(["score", "exposure", "contrast", "noise", "sharpness", "pixels", "roll", "yaw", "pitch", "cover", "upright"],
            Keys(face.GetProperty("quality")));
        Assert.Equal(["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "contempt"],
            Keys(face.GetProperty("probabilities")));
    }

    [Fact]
    public void A_file_that_fails_is_reported_and_the_others_are_still_done()
    {
        (int exit, string output, string error) = Run("predict", "/nowhere.jpg", AverageFaces, "--format", "jsonl");
        Assert.Equal(ExitCode.Failure, exit);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using JsonDocument failed = JsonDocument.Parse(lines[0]);
        Assert.Equal(["file", "error"], Keys(failed.RootElement));
        using JsonDocument done = JsonDocument.Parse(lines[1]);
        Assert.Equal(7, done.RootElement.GetProperty("faces").GetArrayLength());
        Assert.Contains("/nowhere.jpg: not found", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_without_a_face_says_so_and_is_no_failure()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Annotator.Save(Mien.Imaging.Picture.FromGray(new byte[300 * 200], 300, 200), [], folder.File("plain.png"));
        (int exit, string output, _) = Run("predict", folder.File("plain.png"));
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains("no face found", output, StringComparison.Ordinal);
    }

    [Fact]
    public void CSV_has_a_line_a_face_under_one_header()
    {
        (int exit, string output, _) = Run("predict", AverageFaces, "--format", "csv", "--max-faces", "3");
        Assert.Equal(ExitCode.Ok, exit);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("file,width,height,face,x,y,boxWidth,boxHeight,detectorScore,quality,exposure,contrast,noise,sharpness,pixels,roll,yaw,pitch,cover,upright,label,confidence,angry,disgust,fear,happy,sad,surprise,neutral,contempt,error", lines[0].TrimEnd());
        Assert.Equal(4, lines.Length);
        Assert.All(lines, line => Assert.Equal(31, line.Split(',').Length));
    }

    [Fact]
    public void The_whole_picture_can_be_one_face()
    {
        (int exit, string output, _) = Run("predict", AverageFaces, "--faces", "cropped", "--format", "jsonl");
        Assert.Equal(ExitCode.Ok, exit);
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement face = Assert.Single(json.RootElement.GetProperty("faces").EnumerateArray());
        Assert.Equal(1000, face.GetProperty("box").GetProperty("width").GetDouble());
    }

    [Fact]
    public void An_inspection_prints_JSON_when_asked()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string pixels = string.Join(' ', Enumerable.Range(0, 2304).Select(i => i % 256));
        string file = folder.Write("fer2013.csv", $"emotion,pixels,Usage\n3,{pixels},Training\n4,{pixels},PublicTest\n9,{pixels},PublicTest\n");
        (int exit, _, string error) = Run("dataset", "inspect", file, "--json");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("line 4: emotion \"9\"", error, StringComparison.Ordinal);

        (exit, string output, error) = Run("dataset", "inspect", file, "--json", "--skip-bad-rows");
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains("1 bad rows left out", error, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(2, json.RootElement.GetProperty("count").GetInt32());
        Assert.Equal(1, json.RootElement.GetProperty("conflictingLabels").GetInt32());
    }

    [Fact]
    public void Average_faces_are_drawn_from_the_rows_that_are_whole_when_asked()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string pixels = string.Join(' ', Enumerable.Range(0, 2304).Select(i => i % 256));
        string rows = string.Concat(Enumerable.Range(0, 7).Select(label => $"{label},{pixels},Training\n"));
        string file = folder.Write("fer2013.csv", $"emotion,pixels,Usage\n{rows}0,1 2 3,Training\n");
        string picture = folder.File("average.png");
        (int exit, _, string error) = Run("dataset", "average", "--data", file, "--out", picture);
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("line 9: 3 pixels, expected 2304 (48x48).", error, StringComparison.Ordinal);
        Assert.False(File.Exists(picture));

        (exit, _, error) = Run("dataset", "average", "--data", file, "--out", picture, "--skip-bad-rows");
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains("1 bad rows left out", error, StringComparison.Ordinal);
        Assert.True(File.Exists(picture));
    }

    private static IEnumerable<string> Keys(JsonElement element) => element.EnumerateObject().Select(property => property.Name);

    internal static (int Exit, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var console = new TestConsole().Width(200);
        using var error = new TestConsole().Width(4000);
        int exit = Program.Run(arguments, new Terminal(output, console, error));
        return (exit, output.ToString() + console.Output, error.Output);
    }
}
