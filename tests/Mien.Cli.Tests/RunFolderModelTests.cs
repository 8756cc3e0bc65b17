using Mien.Imaging;
using Mien.TestSupport;
using static Mien.Cli.Tests.CommandTests;
using static Mien.Cli.Tests.EvaluationCommandTests;

namespace Mien.Cli.Tests;

/// <summary>A run's folder stands wherever a model file does.</summary>
public class RunFolderModelTests
{
    public static TheoryData<string> Verbs =>
    [
        "predict FACE --faces cropped --model RUN",
        "evaluate --data DATA --model RUN",
        "compare RUN fer2013 --data DATA",
        "explain FACE --faces cropped --model RUN --out OUT",
        "label suggest FACE --faces cropped --model RUN --out OUT.csv",
        "model info RUN",
        "model quantize RUN --data DATA --out OUT.onnx",
        "dataset errors --data DATA --model RUN",
        "plot confusion RUN --data DATA --out OUT.svg",
    ];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void The_model_of_a_run_s_folder_is_meant(string verb)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Directory.CreateDirectory(folder.File("run"));
        File.Move(Model(folder), folder.File("run/model.onnx"));
        (int exit, _, string error) = Run(Filled(verb, folder));
        Assert.True(exit == ExitCode.Ok, error);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_folder_without_model_says_which_file_to_name(string verb)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Directory.CreateDirectory(folder.File("run"));
        File.Move(Model(folder), folder.File("run/mine.onnx"));
        (int exit, _, string error) = Run(Filled(verb, folder));
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("a folder without model.onnx. Name a file in it:", error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("mine.onnx", error.ReplaceLineEndings(""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evaluate --data DATA --model RUN")]
    [InlineData("train --data DATA --out OUT --from RUN")]
    public void A_run_that_has_not_come_to_its_model_says_how_to_get_one(string verb)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        folder.Write("run/config.json", "{}");
        (int exit, _, string error) = Run(Filled(verb, folder));
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("this run has no model.onnx yet", error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("mien train --resume --out", error.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public void The_model_of_a_run_s_folder_is_not_written_over()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Directory.CreateDirectory(folder.File("run"));
        File.Move(Model(folder), folder.File("run/model.onnx"));
        byte[] before = File.ReadAllBytes(folder.File("run/model.onnx"));
        (int exit, _, string error) = Run("model", "quantize", folder.File("run"), "--data", Table(folder), "--out",
            folder.File("run/model.onnx"), "--overwrite");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("is among what is read", error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(folder.File("run/model.onnx")));
    }

    [Fact]
    public void A_model_alone_in_a_folder_teaches_and_is_gone_on_from()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Directory.CreateDirectory(folder.File("run"));
        File.Move(Model(folder), folder.File("run/model.onnx"));
        string[] train = ["train", "--data", Table(folder), "--arch", "plain", "--epochs", "1", "--batch-size", "14", "--threads", "1",
            "--drop-copies", "false"];
        (int exit, _, string error) = Run([.. train, "--out", folder.File("pupil"), "--teacher", folder.File("run")]);
        Assert.True(exit == ExitCode.Ok, error);
        (exit, _, error) = Run([.. train, "--out", folder.File("further"), "--from", folder.File("run")]);
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Contains("warning: PublicTest has ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train", ExitCode.Ok, "Training: ")]
    [InlineData("VAL", ExitCode.Ok, "PublicTest: ")]
    [InlineData("trein", ExitCode.Usage, "--split trein: expected Training, PublicTest or PrivateTest (train, val, test).")]
    public void Splits_go_by_short_names(string split, int expected, string said)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, string output, string error) = Run("evaluate", "--data", Table(folder), "--model", Model(folder), "--split", split);
        Assert.Equal(expected, exit);
        Assert.Contains(said, output + error, StringComparison.Ordinal);
    }

    private static string[] Filled(string verb, TemporaryFolder folder) => [.. verb.Split(' ').Select(argument => argument switch
    {
        "DATA" => Table(folder),
        "RUN" => folder.File("run"),
        "FACE" => Face(folder),
        _ => argument.StartsWith("OUT", StringComparison.Ordinal) ? folder.File("out" + argument[3..]) : argument,
    })];

    private static string Table(TemporaryFolder folder) => folder.Write("fer2013.csv", MadeUpRows.Text);

    private static string Face(TemporaryFolder folder)
    {
        byte[] gray = new byte[48 * 48];
        new Random(1).NextBytes(gray);
        Annotator.Save(Picture.FromGray(gray, 48, 48), [], folder.File("face.png"));
        return folder.File("face.png");
    }
}
