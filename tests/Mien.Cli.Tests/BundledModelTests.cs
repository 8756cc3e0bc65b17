using Mien.TestSupport;
using static Mien.Cli.Tests.CommandTests;
using static Mien.Cli.Tests.EvaluationCommandTests;

namespace Mien.Cli.Tests;

/// <summary>The models that come with Mien have names, and every verb that takes a model knows them.</summary>
public class BundledModelTests
{
    private static readonly string AverageFaces = Path.Combine(TestData.Root, "samples", "average-faces.png");

    [Theory]
    [InlineData("predict FACES --format jsonl", "--model bundled")]
    [InlineData("evaluate --data DATA --coverage", "--model bundled")]
    [InlineData("model info --json", "bundled")]
    [InlineData("explain FACES --out OUT", "--model bundled")]
    [InlineData("label suggest FACES --out OUT", "--model bundled")]
    [InlineData("plot confusion --data DATA --out OUT.svg", "bundled")]
    public void Named_or_left_out_it_answers_the_same(string verb, string named)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Assert.Equal(Answer(verb, "a"), Answer($"{verb} {named}", "b"));

        string Answer(string line, string place)
        {
            string target = folder.File(place);
            string[] arguments = [.. line.Split(' ').Select(word => word.Replace("FACES", AverageFaces, StringComparison.Ordinal).Replace("DATA", Data(folder), StringComparison.Ordinal).Replace("OUT", target, StringComparison.Ordinal))];
            (int exit, string output, string error) = Run(arguments);
            Assert.True(exit == ExitCode.Ok, error);
            IEnumerable<string> written = Directory.GetFiles(folder.Path, $"{place}*").Concat(Directory.Exists(target) ? Directory.GetFiles(target) : []).Order();
            return output.Replace(target, "", StringComparison.Ordinal) + string.Concat(written.Select(file => Convert.ToBase64String(File.ReadAllBytes(file))));
        }
    }

    [Fact]
    public void Accurate_names_the_larger_model()
    {
        string file = Path.Combine(TestData.Root, "models", "mien-fer2013-accurate.int8.onnx");
        string named = Run("predict", AverageFaces, "--format", "jsonl", "--model", "accurate").Output;
        Assert.Equal(7, named.Split("\"label\"").Length - 1);
        Assert.Equal(Run("predict", AverageFaces, "--format", "jsonl", "--model", file).Output, named);
        Assert.NotEqual(Run("predict", AverageFaces, "--format", "jsonl").Output, named);
        Assert.Equal(Run("model", "info", file, "--json").Output, Run("model", "info", "accurate", "--json").Output);
    }

    [Theory]
    [InlineData("bundled")]
    [InlineData("accurate")]
    public void A_report_says_that_it_is_about_it(string name)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, _, string error) = Run("report", name, "--data", Data(folder), "--out", folder.Path, "--split", "PublicTest");
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Contains($"the {name} model", File.ReadAllText(folder.File("report.html")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bundled")]
    [InlineData("accurate")]
    public void Figures_are_not_written_into_it(string name)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, _, string error) = Run("evaluate", "--model", name, "--data", Data(folder), "--write-figures");
        Assert.Equal(ExitCode.Usage, exit);
        Assert.Contains("name one --model file", error, StringComparison.Ordinal);
    }
}
