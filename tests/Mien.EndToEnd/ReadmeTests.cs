using System.Text.RegularExpressions;
using Mien.TestSupport;

namespace Mien.EndToEnd;

public partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(TestData.Root, "README.md"));

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

    [GeneratedRegex("```(?<language>\\w+)\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
