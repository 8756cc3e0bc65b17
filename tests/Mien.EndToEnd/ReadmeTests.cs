using System.Text.RegularExpressions;
using Mien.TestSupport;

namespace Mien.EndToEnd;

public partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(TestData.Root, "README.md"));

    private static readonly string Scale = File.ReadAllText(Path.Combine(TestData.Root, "docs", "scale.md"));

    private static readonly string Serving = File.ReadAllText(Path.Combine(TestData.Root, "docs", "serving.md"));

    [Fact]
    public void The_C_sharp_that_the_README_shows_is_the_sample_that_is_built_and_run()
    {
        string shown = Blocks().Matches(Readme).Single(block => block.Groups["language"].Value == "csharp").Groups["text"].Value;
        Assert.Equal(File.ReadAllText(Path.Combine(TestData.Root, "samples", "FiveLines", "Program.cs")).Trim(), shown.Trim());
    }

    [Fact]
    public void The_first_command_of_the_README_reads_all_seven_faces()
    {
        string command = Readme.Split('\n').First(line => line.StartsWith("dotnet run", StringComparison.Ordinal));
        string[] arguments = command.Split(" -- ")[1].Split(' ');
        (int exit, string printed, string error) = MienProcess.Run(arguments);
        Assert.True(exit == 0, error);
        Assert.Contains("7 faces", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_file_that_the_README_links_to_exists()
    {
        foreach (Match link in Links().Matches(Readme))
            Assert.True(Path.Exists(Path.Combine(TestData.Root, link.Groups["path"].Value)), link.Value);
    }

    [Fact]
    public void Every_verb_and_option_that_the_documents_show_is_known()
    {
        foreach (string line in (Readme + Scale + Serving).Split('\n').Where(line => line.StartsWith("mien ", StringComparison.Ordinal)))
        {
            string[] words = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] verb = [.. words[1..].TakeWhile(word => word is "dataset" or "model" or "inspect" or "summary" or "train" or "evaluate" or "predict" or "report" or "plot" or "history" or "explain" or "watch" or "serve" or "compare" or "quantize" or "speed" or "sweep" or "label" or "suggest" or "errors")];
            (int exit, string help, _) = MienProcess.Run([.. verb, "--help"]);
            Assert.Equal(0, exit);
            Assert.All(words.Where(word => word.StartsWith("--", StringComparison.Ordinal)), option => Assert.Contains(option, help, StringComparison.Ordinal));
        }
    }

    [GeneratedRegex("```(?<language>\\w+)\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"\]\((?<path>[^)#:]+)\)")]
    private static partial Regex Links();
}
