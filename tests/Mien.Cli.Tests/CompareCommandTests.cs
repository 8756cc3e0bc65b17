using System.Text.Json;
using Mien.TestSupport;
using static Mien.Cli.Tests.CommandTests;
using static Mien.Cli.Tests.EvaluationCommandTests;

namespace Mien.Cli.Tests;

/// <summary>mien compare, mien model quantize, and recipes and label maps on the command line.</summary>
public class CompareCommandTests
{
    [Fact]
    public void A_model_beside_itself_differs_by_nothing()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string model = Model(folder);
        (int exit, string output, _) = Run("compare", model, $"{model}+{model}", "--data", Data(folder), "--split", "PrivateTest",
            "--json");
        Assert.Equal(ExitCode.Ok, exit);
        JsonElement json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(14, json.GetProperty("count").GetInt32());
        JsonElement pair = Assert.Single(json.GetProperty("pairs").EnumerateArray());
        Assert.Equal((0, 0, 0, 1), (pair.GetProperty("difference").GetDouble(), pair.GetProperty("onlyFirst").GetInt32(),
            pair.GetProperty("onlySecond").GetInt32(), pair.GetProperty("p").GetDouble()));
    }

    [Fact]
    public void The_table_names_both_models_and_their_difference()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, string output, _) = Run("compare", "fer2013", Model(folder), "--data", Data(folder));
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains("PublicTest: 7 faces", output, StringComparison.Ordinal);
        Assert.Contains("fer2013", output, StringComparison.Ordinal);
        Assert.Contains("McNemar", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_goes_by_name_is_averaged_like_any_other()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, string output, string error) = Run("compare", "fer2013", "fer2013+fer2013", $"fer2013+{Model(folder)}", "--data",
            Data(folder), "--split", "PrivateTest", "--json");
        Assert.True(exit == ExitCode.Ok, error);
        JsonElement[] pairs = [.. JsonDocument.Parse(output).RootElement.GetProperty("pairs").EnumerateArray()];
        Assert.Equal((3, 0), (pairs.Length, pairs[0].GetProperty("onlyFirst").GetInt32() + pairs[0].GetProperty("onlySecond").GetInt32()));
    }

    [Fact]
    public void A_file_that_is_no_model_is_named()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string data = Data(folder);
        (int exit, _, string error) = Run("compare", data, "fer2013", "--data", data);
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains($"{data}: not an ONNX model", error, StringComparison.Ordinal);
    }

    [Fact]
    public void One_model_alone_is_a_mistake_of_usage()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Assert.Equal(ExitCode.Usage, Run("compare", "fer2013", "--data", Data(folder)).Exit);
    }

    [Fact]
    public void Quantizing_needs_Training_faces_and_says_so()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, _, string error) = Run("model", "quantize", Model(folder), "--data", Data(folder), "--out", folder.File("int8.onnx"));
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("no Training faces", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"epochs\": 0 }", "--epochs 0: expected 1 or more")]
    [InlineData("{ \"epoch\": 3 }", "epoch")]
    [InlineData("[]", "no valid recipe file")]
    public void A_recipe_that_does_not_fit_is_named(string text, string wrong)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, _, string error) = Run("train", "--data", Data(folder), "--out", folder.File("run"), "--recipe",
            folder.Write("recipe.json", text));
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("recipe.json", error, StringComparison.Ordinal);
        Assert.Contains(wrong, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_that_is_no_pair_is_named()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, _, string error) = Run("dataset", "inspect", Data(folder), "--map", "joy");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("--map joy: expected label=label", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_taggers_votes_are_asked_for_where_they_are_not_beside_the_data()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, _, string error) = Run("evaluate", "--model", Model(folder), "--data", Data(folder), "--labels", "ferplus");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("Pass --ferplus fer2013new.csv", error, StringComparison.Ordinal);
    }
}
