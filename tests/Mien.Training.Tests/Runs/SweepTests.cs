using Mien.TestSupport;
using Mien.Training.Runs;

namespace Mien.Training.Tests.Runs;

public class SweepTests
{
    private const string Two = """
        {
          "base": { "architecture": "plain", "epochs": 1, "batchSize": 16, "threads": 1, "augmentation": { "erasing": 0 } },
          "variants": { "slow": { "learningRate": 0.001 }, "turned": { "augmentation": { "rotation": 30 } } }
        }
        """;

    [Fact]
    public void Variants_change_the_base_member_by_member()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Sweep sweep = Sweep.Read(folder.Write("sweep.json", Two));
        Assert.Equal(["slow", "turned"], sweep.Variants.Keys);
        Assert.Equal(0.001, sweep.Variants["slow"].LearningRate);
        Assert.Equal(TrainingOptions.Default.LearningRate, sweep.Variants["turned"].LearningRate);
        Assert.Equal((0.0, 30.0), (sweep.Variants["turned"].Augmentation.Erasing, sweep.Variants["turned"].Augmentation.Rotation));
    }

    [Fact]
    public void A_sweep_that_is_run_again_does_only_what_is_missing_and_writes_one_table()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Sweep sweep = Sweep.Read(folder.Write("sweep.json", Two));
        string runs = folder.File("runs");
        using var stop = new CancellationTokenSource();
        var begun = new List<string>();
        sweep.Run(TrainerTests.Table(), "made up", runs, 0, begun.Add, new WhenFinished(stop.Cancel), stop.Token);
        Assert.Equal(["slow"], begun);

        IReadOnlyList<SweepResult> results = sweep.Run(TrainerTests.Table(), "made up", runs, 0, begun.Add, null,
            TestContext.Current.CancellationToken);
        Assert.Equal(["slow", "turned"], begun);
        Assert.Equal(2, results.Count);
        Assert.True(results[0].AccuracyFlip >= results[1].AccuracyFlip);
        Assert.Equal(241383, results[0].Parameters);
        Assert.Equal(4, File.ReadAllLines(Path.Combine(runs, "table.md")).Length);
    }

    [Fact]
    public void A_table_that_no_sweep_wrote_is_not_overwritten()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string table = folder.Write("table.md", "the user's own");
        Sweep sweep = Sweep.Read(folder.Write("sweep.json", Two));
        var error = Assert.Throws<MienException>(() =>
            sweep.Run(TrainerTests.Table(), "made up", folder.Path, 0, null, null, TestContext.Current.CancellationToken));
        Assert.StartsWith($"{table}: exists already", error.Message, StringComparison.Ordinal);
        Assert.Equal("the user's own", File.ReadAllText(table));
    }

    [Fact]
    public void A_finished_variant_is_judged_once()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string runs = folder.File("runs");
        // The first one's model is gone by the time the table is written for the second.
        void Spoil(string begun)
        {
            if (begun == "turned")
                File.WriteAllText(Path.Combine(runs, "slow/model.onnx"), "no model");
        }

        IReadOnlyList<SweepResult> results = Sweep.Read(folder.Write("sweep.json", Two))
            .Run(TrainerTests.Table(), "made up", runs, 0, Spoil, null, TestContext.Current.CancellationToken);
        Assert.Equal(["slow", "turned"], results.Select(result => result.Name).Order());
    }

    [Fact]
    public void A_variant_whose_recipe_data_or_limit_changed_is_refused_before_anything_runs()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string runs = folder.File("runs");
        Sweep sweep = Sweep.Read(folder.Write("sweep.json", Two));
        sweep.Run(TrainerTests.Table(), "made up", runs, 0, null, null, TestContext.Current.CancellationToken);
        Sweep changed = Sweep.Read(folder.Write("changed.json",
            Two.Replace("0.001", "0.002", StringComparison.Ordinal)
            .Replace("\"slow\"", "\"new\": { }, \"slow\"", StringComparison.Ordinal)));

        string Refusal(Sweep another, int limit, Mien.Training.Datasets.FaceTable table) => Assert.Throws<MienException>(
            () => another.Run(table, "made up", runs, limit, null, null, TestContext.Current.CancellationToken)).Message;
        Assert.Contains("variant \"slow\": " + Path.Combine(runs, "slow") + " was begun with another recipe",
            Refusal(changed, 0, TrainerTests.Table()), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(runs, "new")));
        Assert.Contains("begun with --limit 0", Refusal(sweep, 100, TrainerTests.Table()), StringComparison.Ordinal);
        Assert.Contains("made up)", Refusal(sweep, 0, TrainerTests.Table().Take([.. Enumerable.Range(0, 60)])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_variant_of_eight_classes_that_goes_on_from_a_model_is_judged_by_its_own_labels_and_shape()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string runs = folder.File("runs");
        Sweep.Read(folder.Write("sweep.json", Two)).Run(TrainerTests.Table(), "made up", runs, 0, null, null,
            TestContext.Current.CancellationToken);
        string votes = folder.Write("votes.csv", TrainerTests.VotesAsLabeled(TrainerTests.Table()));
        Sweep sweep = Sweep.Read(folder.Write("eight.json", $$"""
            {
              "base": { "from": "{{Path.Combine(runs, "slow/model.onnx")}}", "epochs": 1, "batchSize": 16, "threads": 1 },
              "variants": { "eight": { "labels": "FerPlus", "ferPlus": "{{votes}}" } }
            }
            """));
        SweepResult result = Assert.Single(sweep.Run(TrainerTests.Table(), "made up", folder.File("eight"), 0, null, null,
            TestContext.Current.CancellationToken));
        // Another class is another row of the last layer, with its bias.
        Assert.InRange(result.Parameters - 241383, 2, 5000);
        Assert.True(result.Accuracy > 0);
    }

    [Fact]
    public void Every_sweep_of_the_repository_can_be_read()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(TestData.Root, "sweeps"), "*.json"))
            Assert.NotEmpty(Sweep.Read(file).Variants);
    }

    [Theory]
    [InlineData("{", "no valid sweep file")]
    [InlineData("{}", "no \"variants\"")]
    [InlineData("""{ "variants": { "a": { "epochz": 3 } } }""", "epochz")]
    [InlineData("""{ "variants": { "a": { "epochs": 0 } } }""", "variant \"a\": --epochs 0: expected 1 or more")]
    [InlineData("""{ "variants": { "a/b": {} } }""", "named \"a/b\"")]
    public void A_file_with_a_mistake_is_refused_before_anything_runs(string text, string expected)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.Write("sweep.json", text);
        var error = Assert.Throws<MienException>(() => Sweep.Read(file));
        Assert.StartsWith(file, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private sealed class WhenFinished(Action act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Finished is not null)
                act();
        }
    }
}
