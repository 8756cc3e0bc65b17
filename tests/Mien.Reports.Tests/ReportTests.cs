using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Augmentation;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Export;
using Mien.Training.Models;
using Mien.Training.Runs;

namespace Mien.Reports.Tests;

/// <summary>What a report says of runs and data that are not whole.</summary>
public class ReportTests
{
    private static readonly TrainingOptions Quick = TrainingOptions.Default with
    {
        Architecture = "plain",
        Epochs = 3,
        BatchSize = 16,
        LearningRate = 0.02,
        Threads = 1,
        Precision = Precision.Float32,
    };

    private static readonly ReportOptions Little = ReportOptions.Default with { MapFaces = 0, AttentionFaces = 0, SpoiledFaces = 0 };

    private static readonly FaceTable Table = MadeUpFaces.Table(140, 70, 0);

    [Fact]
    public void A_finished_run_is_shown_with_its_curves_its_configuration_and_its_figures()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string page = Write(Run(folder, epochs: 3), folder);
        Assert.Contains("Accuracy by epoch", page, StringComparison.Ordinal);
        Assert.Contains("<th>options.learningRate</th><td>0.02</td>", page, StringComparison.Ordinal);
        Assert.Contains("<th>Training</th><td>140</td>", page, StringComparison.Ordinal);
        Assert.Contains("<th>PublicTest</th><td>70</td>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("interrupted", page, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_shows_how_the_model_does_in_bad_light()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using ReportSource source = ReportSource.Open(Run(folder, epochs: 1).Path, Table);
        string page = File.ReadAllText(Report.Write(source, Table, "made up", folder.Path, Little with { SpoiledFaces = 35 }));
        FaceTable sample = Table.Select(Split.PublicTest).TakeStratified(35, 1);
        RobustnessRow dark = Robustness.Measure(source.Classifier, sample)
            .Single(row => row is { Corruption: Corruption.Darkness, Strength: 3 });
        Assert.Contains("35 PublicTest faces", page, StringComparison.Ordinal);
        string figures = FormattableString.Invariant($"<td>{dark.Accuracy * 100:F1} %</td><td>{dark.Kept * 100:F1} %</td>");
        Assert.Contains($"<tr><th>darkness</th><td>levels x 0.06</td>{figures}", page, StringComparison.Ordinal);
        Assert.Contains("mean of the corruptions", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_was_killed_shows_what_there_is_and_is_left_as_it_was()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        RunFolder run = Run(folder, epochs: 1);
        File.Delete(run.ModelFile);
        byte[][] before = [.. Directory.GetFiles(run.Path).Order().Select(File.ReadAllBytes)];

        string page = Write(run, folder);

        Assert.Contains("The run has done 1 of 3 epochs", page, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(run.Path).Order().Select(File.ReadAllBytes));
    }

    [Fact]
    public void A_killed_run_is_shown_with_the_best_weights_of_its_checkpoint()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        RunFolder run = Run(folder, epochs: 2);
        float[] exported;
        using (ReportSource source = ReportSource.Open(run.Path, Table))
            exported = source.Classifier.Classify(Table.Pixels, Table.Count);
        File.Delete(run.ModelFile);
        using ReportSource killed = ReportSource.Open(run.Path, Table);
        Assert.Equal(exported, killed.Classifier.Classify(Table.Pixels, Table.Count));
    }

    [Fact]
    public void A_run_without_metrics_says_which_file_is_missing_and_what_to_run()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        RunFolder run = Run(folder, epochs: 1);
        File.Delete(run.MetricsFile);
        string message = Assert.Throws<MienException>(() => ReportSource.Open(run.Path, Table)).Message;
        Assert.Equal($"{run.MetricsFile}: not found: the run has no finished epoch to show. Go on with it by `mien train --resume --out "
            + $"{run.Path}`, or name its model.onnx alone.", message);
    }

    [Fact]
    public void A_run_without_model_and_checkpoint_says_what_to_run()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        RunFolder run = Run(folder, epochs: 1);
        File.Delete(run.ModelFile);
        File.Delete(run.CheckpointFile);
        string message = Assert.Throws<MienException>(() => ReportSource.Open(run.Path, Table)).Message;
        Assert.Equal($"{run.Path}: neither model.onnx nor checkpoint.safetensors. Go on with the run by `mien train --resume --out "
            + $"{run.Path}`.", message);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(100)]
    [InlineData(100_000)]
    public void A_damaged_checkpoint_is_named_with_the_cure(int length)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        RunFolder run = Run(folder, epochs: 1);
        File.Delete(run.ModelFile);
        File.WriteAllBytes(run.CheckpointFile, File.ReadAllBytes(run.CheckpointFile)[..length]);
        string message = Assert.Throws<MienException>(() => ReportSource.Open(run.Path, Table)).Message;
        Assert.StartsWith($"{run.CheckpointFile}: damaged checkpoint", message, StringComparison.Ordinal);
        Assert.EndsWith("Delete it to begin the run anew.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_model_is_named_with_the_cure()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        RunFolder run = Run(folder, epochs: 1);
        File.WriteAllBytes(run.ModelFile, File.ReadAllBytes(run.ModelFile)[..5000]);
        string message = Assert.Throws<MienException>(() => ReportSource.Open(run.Path, Table)).Message;
        Assert.StartsWith($"{run.ModelFile}: not an ONNX model that can be loaded", message, StringComparison.Ordinal);
        Assert.EndsWith("Pass a model.onnx that `mien train` wrote.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_killed_run_reported_on_other_data_is_refused()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        RunFolder run = Run(folder, epochs: 1);
        File.Delete(run.ModelFile);
        Assert.Contains("began on other data", Assert.Throws<MienException>(() =>
            ReportSource.Open(run.Path, MadeUpFaces.Table(140, 70, 0, seed: 2))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_that_differ_from_the_datas_are_named()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using var network = Architectures.Create("plain", 2);
        var card = new ModelCard
        {
            Name = "two",
            Version = "1",
            Architecture = "plain",
            Labels = ["calm", "cross"],
            Input = InputSpec.Fer2013,
            Temperature = 1
        };
        OnnxExporter.Export(network, card, folder.File("two.onnx"));
        using ReportSource source = ReportSource.Open(folder.File("two.onnx"), Table);
        string message = Assert.Throws<MienException>(() => Report.Write(source, Table, "made up", folder.Path, ReportOptions.Default))
            .Message;
        Assert.Contains("The model's labels are calm, cross, the data's angry, disgust", message, StringComparison.Ordinal);
        Assert.Contains("pass a model trained on these labels, or --map", message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File(Report.FileName)));
    }

    [Fact]
    public void A_split_that_was_asked_for_and_is_empty_is_named()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using ReportSource source = ReportSource.Open(null, Table);
        var options = ReportOptions.Default with { Splits = [Split.PublicTest, Split.PrivateTest] };
        string message = Assert.Throws<MienException>(() => Report.Write(source, Table, "made up", folder.Path, options)).Message;
        Assert.Equal("No PrivateTest faces in the data. It has Training, PublicTest: pass one of them as --split.", message);
    }

    [Fact]
    public void A_model_file_brings_the_curves_that_lie_beside_it()
    {
        using ReportSource source = ReportSource.Open(Path.Combine(TestData.Root, "models", "mien-fer2013.onnx"), Table);
        Assert.Equal(100, source.Epochs.Count);
        Assert.Equal(source.Classifier.Card.Architecture, source.Configuration!.Options.Architecture);

        using TemporaryFolder folder = TestData.NewFolder();
        RunFolder run = Run(folder, epochs: 2);
        using ReportSource file = ReportSource.Open(run.ModelFile, Table);
        Assert.Equal(2, file.Epochs.Count);
    }

    [Fact]
    public void Votes_stand_beside_the_labels_that_are_doubted()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using ReportSource source = ReportSource.Open(Run(folder, epochs: 1).Path, Table);
        var options = Little with { Splits = [Split.PublicTest] };
        string page = File.ReadAllText(Report.Write(source, Table, "made up", folder.Path, options));
        // JSON writes a plus as its number.
        Assert.Matches("FER\\\\u002B: 8 (angry|disgust|fear|happy|sad|surprise|neutral), 2 unknown", page);
        Assert.Matches("PublicTest: of these \\d+ faces, most taggers take the model's side on \\d+, the label's on \\d+, neither or both "
            + "on \\d+", page);

        FaceTable without = new(Table.Size, Table.Pixels, Table.Labels, Table.Splits, Table.LabelNames);
        page = File.ReadAllText(Report.Write(source, without, "made up", folder.Path, options));
        Assert.DoesNotContain("2 unknown", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_carries_no_more_faces_than_it_may()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using ReportSource source = ReportSource.Open(Run(folder, epochs: 1).Path, Table);
        ReportOptions options = Little with { GalleryFaces = 5 };
        long all = new FileInfo(Report.Write(source, Table, "made up", folder.Path, options)).Length;
        long few = new FileInfo(Report.Write(source, Table, "made up", folder.Path, options with { MostFaces = 80 })).Length;
        Assert.True(few < all - 20_000, $"{few} against {all} bytes");
    }

    private static string Write(RunFolder run, TemporaryFolder folder)
    {
        using ReportSource source = ReportSource.Open(run.Path, Table);
        return File.ReadAllText(Report.Write(source, Table, "made up", folder.File("report"), Little));
    }

    /// <summary>A run of three epochs, stopped after so many of them.</summary>
    private static RunFolder Run(TemporaryFolder folder, int epochs)
    {
        var run = new RunFolder(folder.File("run"));
        using Trainer trainer = Trainer.Begin(run, Table, "made up", Quick);
        using var stop = new CancellationTokenSource();
        trainer.Run(new OnEpoch(epochs, stop.Cancel), stop.Token);
        return run;
    }

    private sealed class OnEpoch(int epoch, Action act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Finished?.Epoch == epoch)
                act();
        }
    }
}
