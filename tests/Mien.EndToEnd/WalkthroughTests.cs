using System.Diagnostics;
using System.Text.Json;
using Mien.Reports.Tests.Notebooks;
using Mien.TestSupport;

namespace Mien.EndToEnd;

public class WalkthroughTests(ITestOutputHelper output)
{
    [Fact]
    public async Task The_walkthrough_runs_on_a_part_of_the_table_and_writes_a_valid_notebook_and_its_page()
    {
        long begun = Stopwatch.GetTimestamp();
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, string printed, string error) = MienProcess.Dotnet(
            TestData.Root, new Dictionary<string, string>(),
            "run", "-c", "Release", "notebooks/FacialExpressionRecognition.cs", "--",
            "--data", TestData.Fer2013Zip, "--limit", "1400", "--epochs", "1", "--out", folder.Path);
        Assert.True(exit == 0, printed + error);

        string notebook = File.ReadAllText(folder.File("FacialExpressionRecognition.ipynb"));
        Assert.Empty(await NotebookSchema.ErrorsOf(notebook));
        using JsonDocument json = JsonDocument.Parse(notebook);
        JsonElement[] outputs = [.. json.RootElement.GetProperty("cells").EnumerateArray()
            .Where(cell => cell.GetProperty("cell_type").GetString() == "code")
            .SelectMany(cell => cell.GetProperty("outputs").EnumerateArray())];
        string text = string.Concat(outputs.Where(one => one.GetProperty("output_type").GetString() == "stream")
            .SelectMany(one => one.GetProperty("text").EnumerateArray()).Select(line => line.GetString()));
        Assert.Contains("epoch 1: loss ", text, StringComparison.Ordinal);
        Assert.Contains("PublicTest  accuracy ", text, StringComparison.Ordinal);
        Assert.Contains("241,383 parameters", text, StringComparison.Ordinal);
        Assert.Equal(14, outputs.Count(one => one.GetProperty("output_type").GetString() == "display_data"));
        Assert.Contains("<h2 id=\"next-steps\">", File.ReadAllText(folder.File("FacialExpressionRecognition.html")),
            StringComparison.Ordinal);
        output.WriteLine($"{Stopwatch.GetElapsedTime(begun).TotalSeconds:F0} s");
    }
}
