using System.Text.Json;
using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Export;
using Mien.Training.Models;
using static Mien.Cli.Tests.CommandTests;

namespace Mien.Cli.Tests;

/// <summary>mien evaluate, mien model info and mien model summary, with a model that the test writes.</summary>
public class EvaluationCommandTests
{
    [Fact]
    public void Figures_as_JSON_have_the_documented_keys_and_stand_alone_on_standard_output()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, string output, string error) = Run("evaluate", "--model", Model(folder), "--data", Data(folder), "--split",
            "PrivateTest", "--json", "-");
        Assert.Equal((ExitCode.Ok, ""), (exit, error));
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(
            ["count", "accuracy", "macroF1", "balancedAccuracy", "perClass", "confusion", "nll", "brier", "ece", "classwiseEce", "missing",
                "sharedOut", "leftOut", "copies", "imagesPerSecond"],
            json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(14, json.RootElement.GetProperty("count").GetInt32());
        Assert.Equal(FacialExpressions.Fer2013Names, json.RootElement.GetProperty("perClass").EnumerateObject()
            .Select(property => property.Name));
    }

    [Fact]
    public void Figures_go_to_a_file_beside_the_table()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.File("figures.json");
        (int exit, string output, _) = Run("evaluate", "--model", Model(folder), "--data", Data(folder), "--split", "PrivateTest", "--json",
            file);
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains("PrivateTest: 14 faces", output, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(file));
        Assert.Equal(14, json.RootElement.GetProperty("count").GetInt32());
    }

    [Fact]
    public void The_split_is_PublicTest_where_none_is_named()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, string output, _) = Run("evaluate", "--model", Model(folder), "--data", Data(folder));
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains("PublicTest: 7 faces", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_split_without_faces_is_named_and_exits_with_1()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        AssertFails(Run("evaluate", "--model", Model(folder), "--data", Data(folder), "--split", "Training"), "No Training faces");
    }

    [Fact]
    public void A_model_of_other_labels_is_named_and_exits_with_1()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        AssertFails(Run("evaluate", "--model", Model(folder, "calm", "cross"), "--data", Data(folder)), "calm, cross");
    }

    [Theory]
    [InlineData("evaluate", "--data", "DATA", "--model", "DATA")]
    [InlineData("model", "info", "DATA")]
    public void A_file_that_is_no_model_is_named_with_the_cure_and_exits_with_1(params string[] arguments)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string data = Data(folder);
        AssertFails(Run([.. arguments.Select(argument => argument == "DATA" ? data : argument)]), $"{data}: not an ONNX model");
    }

    [Fact]
    public void A_model_says_of_itself_what_its_card_holds()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string model = Model(folder);
        (int exit, string output, _) = Run("model", "info", model, "--json");
        Assert.Equal(ExitCode.Ok, exit);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal("1.5", json.RootElement.GetProperty("mien.temperature").GetString());
        Assert.Equal(JsonSerializer.Serialize(FacialExpressions.Fer2013Names), json.RootElement.GetProperty("mien.labels").GetString());

        (exit, output, _) = Run("model", "info", model);
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains("mien.architecture: plain\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_summary_is_a_line_a_layer_and_the_totals()
    {
        (int exit, string output, _) = Run("model", "summary", "--arch", "plain");
        Assert.Equal(ExitCode.Ok, exit);
        string[] rows = [.. output.Split('\n').Where(line => line.Contains('│', StringComparison.Ordinal))
            .Select(line => string.Join(' ', line.Split([' ', '│'], StringSplitOptions.RemoveEmptyEntries)).TrimEnd())];
        Assert.Contains("block1.conv Conv2d 32x48x48 288 663,552", rows);
        Assert.Equal("total 241,383 22,045,568", rows[^1]);
    }

    [Fact]
    public void A_summary_of_an_architecture_that_is_not_known_names_those_that_are() =>
        AssertFails(Run("model", "summary", "--arch", "vgg"), "plain, residual");

    private static void AssertFails((int Exit, string Output, string Error) run, string expected)
    {
        Assert.Equal((ExitCode.Failure, ""), (run.Exit, run.Output));
        Assert.StartsWith("error: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    internal static string Model(TemporaryFolder folder, params string[] labels)
    {
        IReadOnlyList<string> names = labels.Length > 0 ? labels : FacialExpressions.Fer2013Names;
        using var network = Architectures.Create("plain", names.Count);
        var card = new ModelCard
        {
            Name = "test",
            Version = "1",
            Architecture = "plain",
            Labels = names,
            Input = InputSpec.Fer2013,
            Temperature = 1.5f
        };
        OnnxExporter.Export(network, card, folder.File("model.onnx"));
        return folder.File("model.onnx");
    }

    /// <summary>Seven PublicTest and fourteen PrivateTest faces of noise.</summary>
    internal static string Data(TemporaryFolder folder)
    {
        var random = new Random(8);
        IEnumerable<string> rows = Enumerable.Range(0, 21).Select(i =>
            $"{i % 7},{string.Join(' ', Enumerable.Range(0, 2304).Select(_ => random.Next(256)))},{(i < 7 ? "PublicTest" : "PrivateTest")}");
        return folder.Write("fer2013.csv", $"emotion,pixels,Usage\n{string.Join('\n', rows)}\n");
    }
}
