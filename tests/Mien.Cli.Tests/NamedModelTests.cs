using Mien.TestSupport;
using static Mien.Cli.Tests.CommandTests;
using static Mien.Cli.Tests.EvaluationCommandTests;

namespace Mien.Cli.Tests;

/// <summary>The models that come with Mien have names, and every verb that takes a model knows them.</summary>
public class NamedModelTests
{
    private static readonly string AverageFaces = Path.Combine(TestData.Root, "samples", "average-faces.png");

    [Theory]
    [InlineData("predict FACES --format jsonl", "--model default")]
    [InlineData("evaluate --data DATA --labels ferplus --coverage", "--model default")]
    [InlineData("model info --json", "default")]
    [InlineData("explain FACES --out OUT", "--model default")]
    [InlineData("label suggest FACES --out OUT", "--model default")]
    [InlineData("plot confusion --data DATA --out OUT.svg", "default")]
    public void Named_or_left_out_it_answers_the_same(string verb, string named)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        WriteVotes(folder);
        Assert.Equal(Answer(verb, "a"), Answer($"{verb} {named}", "b"));

        string Answer(string line, string place)
        {
            string target = folder.File(place);
            string[] arguments = [.. line.Split(' ').Select(word => word.Replace("FACES", AverageFaces, StringComparison.Ordinal)
                .Replace("DATA", Data(folder), StringComparison.Ordinal).Replace("OUT", target, StringComparison.Ordinal))];
            (int exit, string output, string error) = Run(arguments);
            Assert.True(exit == ExitCode.Ok, error);
            IEnumerable<string> written = Directory.GetFiles(folder.Path, $"{place}*")
                .Concat(Directory.Exists(target) ? Directory.GetFiles(target) : []).Order();
            return output.Replace(target, "", StringComparison.Ordinal)
                + string.Concat(written.Select(file => Convert.ToBase64String(File.ReadAllBytes(file))));
        }
    }

    [Theory]
    [InlineData("default")]
    [InlineData("accurate")]
    [InlineData("fer2013")]
    [InlineData("fer2013-accurate")]
    public void A_name_stands_for_its_file_in_8_bits(string name)
    {
        string file = Path.Combine(TestData.Root, "models", $"mien-{name}.int8.onnx");
        string named = Run("predict", AverageFaces, "--format", "jsonl", "--model", name).Output;
        Assert.Equal(7, named.Split("\"label\"").Length - 1);
        Assert.Equal(Run("predict", AverageFaces, "--format", "jsonl", "--model", file).Output, named);
        Assert.Equal(Run("model", "info", file, "--json").Output, Run("model", "info", name, "--json").Output);
    }

    [Theory]
    [InlineData("default", "share of people")]
    [InlineData("fer2013", "FER2013's seven labels")]
    public void A_model_says_first_what_its_probabilities_are(string name, string words)
    {
        (int exit, string output, _) = Run("model", "info", name);
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains(words, output.Split('\n')[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_goes_on_from_a_model_by_its_name()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string data = folder.Write("fer2013.csv", MadeUpRows.Text);
        (int exit, _, string error) = Run("train", "--data", data, "--from", "fer2013", "--epochs", "1", "--threads", "1", "--out",
            folder.File("run"));
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Contains("going on from fer2013, which learned from FER+ votes",
            Run("model", "info", folder.File("run/model.onnx")).Output.ReplaceLineEndings(""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("accurate")]
    [InlineData("fer2013")]
    public void A_report_says_that_it_is_about_it(string name)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        WriteVotes(folder);
        (int exit, _, string error) = Run("report", name, "--data", Data(folder), "--out", folder.Path, "--split", "PublicTest");
        Assert.True(exit == ExitCode.Ok, error);
        string page = File.ReadAllText(folder.File("report.html"));
        Assert.Contains($"the {name} model", page, StringComparison.Ordinal);
        Assert.Contains(name == "fer2013" ? "The data set&#39;s own labels judge." : "ten taggers said "
            + "judges", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("accurate")]
    public void Figures_are_not_written_into_it(string name)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, _, string error) = Run("evaluate", "--model", name, "--data", Data(folder), "--write-figures");
        Assert.Equal(ExitCode.Usage, exit);
        Assert.Contains("name one --model file", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_of_a_model_of_peoples_shares_come_from_what_most_people_said()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        WriteVotes(folder);
        string model = folder.File("model.onnx");
        File.Copy(Path.Combine(TestData.Root, "models", "mien-default.int8.onnx"), model);
        (int exit, _, string error) = Run("evaluate", "--model", model, "--data", Data(folder), "--split", "PrivateTest",
            "--write-figures");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("--labels ferplus", error, StringComparison.Ordinal);
        (exit, _, error) = Run("evaluate", "--model", Model(folder), "--data", Data(folder), "--labels", "ferplus", "--split",
            "PrivateTest", "--write-figures");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("the data's own labels", error, StringComparison.Ordinal);
    }

    /// <summary>By all ten taggers each face of <see cref="Data"/> shows what its label says.</summary>
    private static void WriteVotes(TemporaryFolder folder) =>
        folder.Write("fer2013new.csv", MadeUpVotes.AsLabeled(Enumerable.Range(0, 21)
            .Select(i => (i < 7 ? "PublicTest" : "PrivateTest", i % 7))));
}
