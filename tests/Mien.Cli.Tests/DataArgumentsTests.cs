using System.Text.Json;
using Mien.Imaging;
using Mien.TestSupport;
using static Mien.Cli.Tests.CommandTests;
using static Mien.Cli.Tests.EvaluationCommandTests;

namespace Mien.Cli.Tests;

/// <summary>Every verb that reads a data set reads it with the same options.</summary>
public class DataArgumentsTests
{
    private static readonly string AverageFaces = Path.Combine(TestData.Root, "samples", "average-faces.png");

    public static TheoryData<string> Verbs =>
    [
        "train --data DATA --out OUT",
        "evaluate --data DATA --model MODEL",
        "report MODEL --data DATA --out OUT",
        "compare MODEL fer2013 --data DATA",
        "plot confusion MODEL --data DATA --out OUT.png",
        "sweep SWEEP --data DATA --out OUT",
        "dataset inspect DATA",
        "dataset errors --data DATA",
        "dataset average --data DATA --out OUT.png",
        "dataset covers --data DATA --out OUT.zip",
        "model quantize MODEL --data DATA --out OUT.onnx",
        "model speed --data DATA",
    ];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_label_map_that_fits_nothing_is_named_with_the_labels_that_there_are(string verb)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, string output, string error) = Run([.. Filled(verb, folder, Data(folder)), "--map", "jolly=happy"]);
        Assert.Equal((ExitCode.Failure, ""), (exit, output));
        Assert.Contains("--map jolly=happy: nothing is labeled jolly. The labels are angry", error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Faces_are_looked_for_where_the_pictures_are_photos(string verb)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Save(folder.File("photos/happy/wall.png"), new byte[300 * 300]);
        (int exit, string output, string error) = Run([.. Filled(verb, folder, folder.File("photos")), "--faces", "detect", "--face-cache",
            folder.File("cache")]);
        Assert.Equal((ExitCode.Failure, ""), (exit, output));
        Assert.Contains("no face found in any of its 1 photos", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("report MODEL --data DATA --out OUT")]
    [InlineData("compare MODEL MODEL --data DATA")]
    [InlineData("plot classes MODEL --data DATA --out OUT.png")]
    public void A_model_is_judged_on_labels_that_a_map_makes_its_own(string verb)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        var random = new Random(3);
        foreach (string face in (string[])["calm/1.png", "calm/2.png", "furious/1.png", "furious/2.png"])
        {
            byte[] gray = new byte[48 * 48];
            random.NextBytes(gray);
            Save(folder.File("data/test/" + face), gray);
        }

        string[] arguments = [.. Filled(verb, folder, folder.File("data"), "calm", "cross"), "--split", "PrivateTest"];
        (int exit, string output, string error) = Run(arguments);
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Contains("furious (2)", output + error, StringComparison.Ordinal);
        string[] again = verb.Contains("--out", StringComparison.Ordinal) ? [.. arguments, "--overwrite"] : arguments;
        (exit, output, error) = Run([.. again, "--map", "furious=cross"]);
        Assert.True(exit == ExitCode.Ok, error);
        Assert.DoesNotContain("left out", output + error, StringComparison.Ordinal);
    }

    [Fact]
    public void Models_are_compared_on_the_faces_of_photos()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Directory.CreateDirectory(folder.File("photos/test/happy"));
        File.Copy(AverageFaces, folder.File("photos/test/happy/seven.png"));
        string[] compare = ["compare", "fer2013", "fer2013", "--data", folder.File("photos"), "--split", "PrivateTest", "--json", "--faces",
            "detect", "--face-cache", folder.File("cache")];
        (int exit, string output, string error) = Run(compare);
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Equal(1, JsonDocument.Parse(output).RootElement.GetProperty("count").GetInt32());
        Assert.Contains("1 photos with several faces", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("400")]
    [InlineData("50%")]
    public void The_smallest_face_of_photos_is_given_in_pixels_or_in_percent(string smallest)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Directory.CreateDirectory(folder.File("photos/happy"));
        // Its seven faces are 160 to 230 of 1000 pixels.
        File.Copy(AverageFaces, folder.File("photos/happy/seven.png"));
        string[] inspect = ["dataset", "inspect", folder.File("photos"), "--faces", "detect", "--face-cache", folder.File("cache"),
            "--min-face"];
        (int exit, _, string error) = Run([.. inspect, smallest]);
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("no face found in any of its 1 photos", error, StringComparison.Ordinal);
        (exit, _, error) = Run([.. inspect, "5%"]);
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Equal(ExitCode.Usage, Run([.. inspect, "120%"]).Exit);
    }

    [Fact]
    public void The_cure_that_a_sweep_names_for_a_damaged_row_helps()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string data = folder.Write("fer2013.csv", $"{MadeUpRows.Text}0,1 2 3,Training\n");
        string[] sweep = ["sweep", folder.Write("sweep.json", Sweep), "--data", data, "--out", folder.File("runs")];
        (int exit, _, string error) = Run(sweep);
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("line 44: 3 pixels, expected 2304 (48x48). Fix the row, or pass --skip-bad-rows", error.ReplaceLineEndings(" "),
            StringComparison.Ordinal);
        (exit, string output, error) = Run([.. sweep, "--skip-bad-rows"]);
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Contains("1 bad rows left out", error, StringComparison.Ordinal);
        Assert.Contains("small", output, StringComparison.Ordinal);
    }

    private static void Save(string file, byte[] gray)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        int side = (int)Math.Sqrt(gray.Length);
        Annotator.Save(Picture.FromGray(gray, side, side), [], file);
    }

    private const string Sweep = """{ "base": { "architecture": "plain", "epochs": 1, "batchSize": 14, "threads": 1 }, "variants": { "small": { } } }""";

    private static IEnumerable<string> Filled(string verb, TemporaryFolder folder, string data, params string[] labels) => verb.Split(' ')
        .Select(argument => argument switch
    {
        "DATA" => data,
        "MODEL" => File.Exists(folder.File("model.onnx")) ? folder.File("model.onnx") : Model(folder, labels),
        "SWEEP" => folder.Write("sweep.json", Sweep),
        _ => argument.StartsWith("OUT", StringComparison.Ordinal) ? folder.File("out" + argument[3..]) : argument,
    });
}
