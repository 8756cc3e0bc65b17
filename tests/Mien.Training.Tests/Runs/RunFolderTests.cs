using System.Text.Json.Nodes;
using Mien.TestSupport;
using Mien.Training.Runs;

namespace Mien.Training.Tests.Runs;

public class RunFolderTests
{
    [Fact]
    public void A_run_of_an_older_Mien_has_the_defaults_of_the_options_that_came_since()
    {
        // As a version wrote it that did not know of votes, teachers and Muon.
        using TemporaryFolder folder = TestData.NewFolder();
        JsonObject written = JsonNode.Parse(File.ReadAllText(Path.Combine(TestData.Root, "models",
            "mien-fer2013.config.json")))!.AsObject();
        foreach (string member in (string[])["teachers", "notAFaceWeight", "muonRate"])
            written["options"]!.AsObject().Remove(member);
        folder.Write("config.json", written.ToJsonString());
        RunConfiguration configuration = new RunFolder(folder.Path).ReadConfiguration();
        TrainingOptions defaults = TrainingOptions.Default;
        Assert.Empty(configuration.Options.Teachers);
        Assert.Equal(defaults.NotAFaceWeight, configuration.Options.NotAFaceWeight);
        Assert.Equal(defaults.MuonRate, configuration.Options.MuonRate);
        Assert.Equal(0.8, configuration.Options.Augmentation.Affine);
        configuration.Options.Validate();
    }

    [Fact]
    public void A_configuration_with_a_member_that_is_not_known_is_refused_by_its_name()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string text = File.ReadAllText(Path.Combine(TestData.Root, "models", "mien-fer2013.config.json"));
        folder.Write("config.json", text.Replace("\"epochs\"", "\"eons\"", StringComparison.Ordinal));
        Assert.Contains("eons", Assert.Throws<MienException>(() => new RunFolder(folder.Path).ReadConfiguration()).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("runs/a/model.onnx", "runs/a/config.json", "runs/a/metrics.jsonl")]
    [InlineData("models/mine.onnx", "models/mine.config.json", "models/mine.metrics.jsonl")]
    public void What_lies_beside_a_model_file_has_its_name(string model, string configuration, string metrics)
    {
        var beside = RunFolder.Beside(model);
        Assert.Equal((configuration, metrics), (beside.ConfigurationFile, beside.MetricsFile));
    }
}
