using System.Xml.Linq;
using Mien.Imaging;
using Mien.TestSupport;
using static Mien.Cli.Tests.CommandTests;

namespace Mien.Cli.Tests;

/// <summary>mien report, mien plot, mien explain and the curves of mien train.</summary>
public class ReportCommandTests
{
    private static readonly string AverageFaces = Path.Combine(TestData.Root, "samples", "average-faces.png");

    [Fact]
    public void A_report_is_one_file_whose_path_stands_alone_on_standard_output()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, string output, string error) = Run("report", EvaluationCommandTests.Model(folder), "--data",
            EvaluationCommandTests.Data(folder), "--out", folder.File("out"), "--split", "PublicTest");
        Assert.Equal((ExitCode.Ok, folder.File("out/report.html") + "\n"), (exit, output.ReplaceLineEndings("\n")));
        Assert.Matches("^reading PublicTest\ndrawing\n0\\.\\d MB in \\d+ s\n$", error.ReplaceLineEndings("\n"));
        Assert.Equal([folder.File("out/report.html")], Directory.GetFiles(folder.File("out")));
    }

    [Fact]
    public void Votes_beside_the_data_are_found_and_others_must_be_named()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string model = EvaluationCommandTests.Model(folder);
        string data = EvaluationCommandTests.Data(folder);
        string[] report = ["report", model, "--data", data, "--out", folder.Path, "--split", "PublicTest"];
        folder.Write("fer2013new.csv", Votes("PublicTest", 7) + Lines("PrivateTest", 14));
        (int exit, _, string error) = Run(report);
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains("fer2013new.csv: FER+ votes found beside the data", error, StringComparison.Ordinal);
        Assert.Contains("7 neutral, 3 sad", File.ReadAllText(folder.File("report.html")), StringComparison.Ordinal);

        // Votes for other rows: left out where they were only found, refused where they were named.
        folder.Write("fer2013new.csv", Votes("PublicTest", 3));
        report = [.. report, "--overwrite"];
        (exit, _, error) = Run(report);
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains("left out: ", error, StringComparison.Ordinal);
        (exit, _, error) = Run([.. report, "--ferplus", folder.File("fer2013new.csv")]);
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("fer2013new.csv: votes for 3 rows, the data has 21", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("confusion")]
    [InlineData("classes")]
    [InlineData("reliability")]
    [InlineData("coverage")]
    [InlineData("map")]
    [InlineData("samples")]
    public void Each_figure_is_written_alone_as_SVG_and_as_PNG(string figure)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string model = EvaluationCommandTests.Model(folder);
        string data = EvaluationCommandTests.Data(folder);
        foreach (string file in (string[])[folder.File("a/figure.svg"), folder.File("a/figure.png")])
        {
            (int exit, string output, string error) = Run("plot", figure, model, "--data", data, "--split", "PublicTest", "--out", file);
            Assert.Equal((ExitCode.Ok, file + "\n", ""), (exit, output.ReplaceLineEndings("\n"), error));
        }

        Assert.Equal("svg", XDocument.Load(folder.File("a/figure.svg")).Root!.Name.LocalName);
        Assert.True(Picture.Load(folder.File("a/figure.png")).Width > 200);
    }

    [Theory]
    [InlineData("/nowhere", "holds no run", "plot", "history", "/nowhere", "--out", "x.svg")]
    [InlineData("figure.pdf", "ends in .png or .svg", "plot", "confusion", "MODEL", "--data", "DATA", "--out", "figure.pdf")]
    [InlineData("No Training faces", "pass one of them as --split", "plot", "confusion", "MODEL", "--data", "DATA", "--split", "Training",
        "--out", "x.png")]
    [InlineData("No Training faces", "pass one of them as --split", "report", "MODEL", "--data", "DATA", "--split", "Training",
        "PrivateTest", "--out", "/tmp/mien-never")]
    [InlineData("/nowhere.onnx", "not found", "report", "/nowhere.onnx", "--data", "DATA")]
    [InlineData("/nowhere.jpg", "not found", "explain", "/nowhere.jpg", "--out", "/tmp/mien-never")]
    public void What_is_wrong_is_named_with_the_cure_and_exits_with_1(string thing, string cure, params string[] arguments)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (string model, string data) = (EvaluationCommandTests.Model(folder), EvaluationCommandTests.Data(folder));
        (int exit, string output, string error) = Run([.. arguments.Select(argument => argument == "MODEL" ? model : argument == "DATA"
            ? data : argument)]);
        Assert.Equal((ExitCode.Failure, ""), (exit, output));
        Assert.Contains(thing, error, StringComparison.Ordinal);
        Assert.Contains(cure, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("report")]
    [InlineData("plot")]
    [InlineData("plot", "confusion", "--data", "x")]
    [InlineData("plot", "samples", "--data", "x", "--out", "x.png", "--count", "0")]
    [InlineData("plot", "pie", "--data", "x", "--out", "x.png")]
    [InlineData("explain", "a.jpg")]
    public void Wrong_usage_exits_with_2(params string[] arguments) => Assert.Equal(ExitCode.Usage, Run(arguments).Exit);

    [Fact]
    public void Each_face_of_a_photo_is_explained_in_a_picture_of_its_own()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, string output, string error) = Run("explain", AverageFaces, "--out", folder.File("out"));
        Assert.Equal((ExitCode.Ok, ""), (exit, error));
        string[] files = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(Enumerable.Range(1, 7).Select(i => folder.File($"out/average-faces-{i}.png")), files);
        // Crop, Grad-CAM and occlusion map of 192 pixels each, 8 between them.
        Assert.All(files, file => Assert.Equal(608, Picture.Load(file).Width));
    }

    [Fact]
    public void A_photo_without_a_face_is_told_with_the_cure()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Annotator.Save(Picture.FromGray(new byte[200 * 200], 200, 200), [], folder.File("plain.png"));
        (int exit, string output, string error) = Run("explain", folder.File("plain.png"), "--out", folder.File("out"));
        Assert.Equal((ExitCode.Ok, ""), (exit, output));
        Assert.Contains("no face found. Pass --faces cropped", error, StringComparison.Ordinal);
        (exit, output, _) = Run("explain", folder.File("plain.png"), "--out", folder.File("out"), "--faces", "cropped");
        Assert.Equal(ExitCode.Ok, exit);
        Assert.True(File.Exists(output.Trim()));
    }

    [Fact]
    public void A_run_writes_its_curves_as_it_goes_and_plot_draws_the_same()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        var random = new Random(8);
        IEnumerable<string> rows = Enumerable.Range(0, 42).Select(i =>
            $"{i % 7},{string.Join(' ', Enumerable.Range(0, 2304).Select(_ => random.Next(256)))},{(i < 28 ? "Training" : "PublicTest")}");
        string data = folder.Write("fer2013.csv", $"emotion,pixels,Usage\n{string.Join('\n', rows)}\n");
        string run = folder.File("run");
        (int exit, _, string error) = Run("train", "--data", data, "--out", run, "--arch", "plain", "--epochs", "2", "--batch-size", "14",
            "--threads", "1");
        Assert.True(exit == ExitCode.Ok, error);
        Assert.True(Picture.Load(Path.Combine(run, "history.png")).Width > 200);
        string written = File.ReadAllText(Path.Combine(run, "history.svg"));
        Assert.Contains(", epoch 2: ", written, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Ok, Run("plot", "history", run, "--out", folder.File("history.svg")).Exit);
        Assert.Equal(written, File.ReadAllText(folder.File("history.svg")));
    }

    private static string Votes(string split, int rows) =>
        "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n" + Lines(split, rows);

    private static string Lines(string split, int rows) => string.Concat(Enumerable.Repeat($"{split},x.png,7,0,0,3,0,0,0,0,0,0\n", rows));
}
