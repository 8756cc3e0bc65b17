using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Runs;
using Mien.Training.Tests.Datasets;

namespace Mien.Training.Tests.Runs;

public class TrainerTests
{
    private static readonly TrainingOptions Quick = TrainingOptions.Default with
    {
        Architecture = "plain",
        Epochs = 3,
        BatchSize = 16,
        LearningRate = 0.02,
        Threads = 1,
    };

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.Auto)]
    public void The_same_seed_and_threads_write_the_same_metrics(Precision precision)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        TrainingOptions options = Quick with { Precision = precision, Epochs = 2 };
        AssertSame(Train(folder.File("a"), options), Train(folder.File("b"), options));
    }

    [Fact]
    public void Another_seed_writes_other_metrics()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        TrainingOptions options = Quick with { Epochs = 1 };
        Assert.NotEqual(Train(folder.File("a"), options)[0].TrainLoss, Train(folder.File("b"), options with { Seed = 2 })[0].TrainLoss);
    }

    [Fact]
    public void A_run_stopped_in_the_middle_of_an_epoch_and_resumed_ends_with_the_same_metrics()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        IReadOnlyList<EpochMetrics> whole = Train(folder.File("whole"), Quick);

        FaceTable table = Table();
        var halves = new RunFolder(folder.File("halves"));
        using (Trainer trainer = Trainer.Begin(halves, table, "made up", Quick))
        {
            using var stop = new CancellationTokenSource();
            // Canceled when the first epoch is reported: the second has begun nothing that is kept.
            TrainingResult result = trainer.Run(new OnEpoch(1, stop.Cancel), stop.Token);
            Assert.Equal(TrainingEnd.Canceled, result.End);
            Assert.True(File.Exists(result.ModelFile));
        }

        using (Trainer trainer = Trainer.Resume(halves, table))
            Assert.Equal(TrainingEnd.Completed, trainer.Run(cancellationToken: TestContext.Current.CancellationToken).End);
        AssertSame(whole, halves.ReadMetrics());
        Dictionary<string, float[]> expected = TensorFile.Read(new RunFolder(folder.File("whole")).CheckpointFile).Vectors;
        Dictionary<string, float[]> actual = TensorFile.Read(halves.CheckpointFile).Vectors;
        Assert.Equal(expected.Keys, actual.Keys);
        Assert.All(expected, vector => Assert.True(vector.Value.AsSpan().SequenceEqual(actual[vector.Key]), vector.Key));
    }

    [Fact]
    public void A_recipe_that_mixes_faces_trains_and_repeats()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        TrainingOptions options = Quick with
        {
            Epochs = 2,
            Augmentation = Quick.Augmentation with { MixUp = 0.4, CutMix = 0.4 },
            ClassBalance = ClassBalance.Loss
        };
        IReadOnlyList<EpochMetrics> epochs = Train(folder.File("a"), options);
        AssertSame(epochs, Train(folder.File("b"), options));
        Assert.All(epochs, epoch => Assert.True(double.IsFinite(epoch.TrainLoss)));
    }

    [Fact]
    public void No_face_of_a_test_split_nor_a_copy_of_one_is_learned_from()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        FaceTable table = DatasetReader.Load(TestData.Fer2013Zip).Table;
        using Trainer trainer = Trainer.Begin(new RunFolder(folder.File("run")), table, "fer2013.zip", Quick with { DropCopies = true });
        var judged = Enumerable.Range(0, table.Count).Where(i => table.Splits[i] != Split.Training)
            .Select(i => Convert.ToBase64String(table.Face(i))).ToHashSet();
        FaceTable learned = trainer.LearnedFrom;
        Assert.Equal(28_709 - 702, learned.Count);
        Assert.All(Enumerable.Range(0, learned.Count), i => Assert.DoesNotContain(Convert.ToBase64String(learned.Face(i)), judged));
    }

    public static TheoryData<string, TrainingOptions> Ingredients => new()
    {
        { "muon", Quick with { Optimizer = OptimizerKind.Muon } },
        { "sharpness", Quick with { Sharpness = 0.5 } },
        { "own average", Quick with { SelfShare = 0.5 } },
        { "stochastic depth", Quick with { Architecture = "residual-swift", StochasticDepth = 0.3 } },
        { "alternating flips and blur", Quick with { Augmentation = Quick.Augmentation with { AlternateFlip = true, Blur = 0.5 } } },
    };

    [Theory]
    [MemberData(nameof(Ingredients))]
    public void Each_ingredient_changes_what_is_learned_and_repeats(string name, TrainingOptions options)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        options = options with { Epochs = 2 };
        IReadOnlyList<EpochMetrics> epochs = Train(folder.File("a"), options);
        AssertSame(epochs, Train(folder.File("b"), options));
        Assert.All(epochs, epoch => Assert.True(double.IsFinite(epoch.TrainLoss)));
        Assert.NotEqual(Train(folder.File("without"), Quick with { Architecture = options.Architecture, Epochs = 2 })[^1].TrainLoss,
            epochs[^1].TrainLoss);
        Assert.NotEmpty(name);
    }

    [Fact]
    public void Muon_learns_what_can_be_learned()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        IReadOnlyList<EpochMetrics> epochs = Train(folder.File("run"),
            Quick with
            {
                Epochs = 6,
                Optimizer = OptimizerKind.Muon,
                Augmentation = Mien.Training.Augmentation.AugmentationOptions.None,
                AverageDecay = 0.9
            });
        Assert.True(epochs[^1].PublicTestAccuracy > 0.9, $"{epochs[^1].PublicTestAccuracy:P1} on faces that a child tells apart");
    }

    [Fact]
    public void Votes_as_a_second_task_are_learned_and_left_out_of_the_model()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        FaceTable table = Table();
        string votes = folder.Write("votes.csv", VotesAsLabeled(table));
        TrainingOptions learns = Quick with
        {
            FerPlus = votes,
            VotesHead = 1,
            Augmentation = Mien.Training.Augmentation.AugmentationOptions.None,
            AverageDecay = 0.9,
            SelfShare = 0.1
        };
        IReadOnlyList<EpochMetrics> epochs = Train(folder.File("run"), learns with { Epochs = 6 });
        Assert.True(epochs[^1].PublicTestAccuracy > 0.9, $"{epochs[^1].PublicTestAccuracy:P1}");

        using (var classifier = ExpressionClassifier.Create(folder.File("run/model.onnx")))
        {
            Assert.Equal(7, classifier.Classify(table.Face(0), 1).Length);
            Assert.Contains("votes", classifier.Card.Notes["learnedFrom"], StringComparison.Ordinal);
            Assert.Equal(epochs.Max(epoch => epoch.PublicTestAccuracy),
                Mien.Training.Evaluation.Evaluator.Evaluate(classifier, table, Split.PublicTest).Accuracy, 0.02);
        }

        // Whichever way it teaches, it teaches the seven labels.
        foreach (string teacher in (string[])["run", "run/model.onnx"])
        {
            using TemporaryFolder pupil = TestData.NewFolder();
            epochs = Train(pupil.File("run"), learns with
            {
                Epochs = 6,
                Seed = 2,
                VotesHead = 0,
                Teachers = [folder.File(teacher)],
                TeacherShare = 1
            });
            Assert.True(epochs[^1].PublicTestAccuracy > 0.9, $"{epochs[^1].PublicTestAccuracy:P1} after {teacher}");
            using var taught = ExpressionClassifier.Create(pupil.File("run/model.onnx"));
            Assert.Contains("some of which learned from FER+ votes", taught.Card.Notes["learnedFrom"], StringComparison.Ordinal);
        }

        Train(folder.File("on"), Quick with { Epochs = 1, From = folder.File("run/model.onnx") });
        using var on = ExpressionClassifier.Create(folder.File("on/model.onnx"));
        Assert.Contains("going on from model.onnx, which learned from FER+ votes", on.Card.Notes["learnedFrom"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_of_votes_is_as_sure_as_people_agree_not_as_often_as_it_is_right()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        FaceTable table = Table();
        // Of each face six people say what the label is, four the next class.
        string[] columns = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt", "unknown", "NF"];
        IEnumerable<string> rows = Enumerable.Range(0, table.Count).Select(i =>
            $"{table.Splits[i]},{string.Join(',', columns.Select((_, k) => k == table.Labels[i] ? 6 : k == table.Labels[i] + 1 ? 4 : 0))}");
        string votes = folder.Write("votes.csv", string.Join('\n', rows.Prepend($"Usage,{string.Join(',', columns)}")));
        Train(folder.File("run"), Quick with
        {
            Epochs = 6,
            FerPlus = votes,
            Labels = LabelSource.FerPlus,
            FerPlusShare = 1,
            Augmentation = Mien.Training.Augmentation.AugmentationOptions.None,
            AverageDecay = 0.9
        });
        using var classifier = ExpressionClassifier.Create(new RunFolder(folder.File("run")).ModelFile);
        FaceTable judged = table.Select(Split.PublicTest);
        float[] probabilities = classifier.Classify(judged.Pixels, judged.Count);
        float[] sure = [.. Enumerable.Range(0, judged.Count).Select(i => probabilities.AsSpan(i * 8, 8).ToArray())
            .Where((row, i) => Array.IndexOf(row, row.Max()) == judged.Labels[i]).Select(row => row.Max())];
        Assert.True(sure.Length > 0.9 * judged.Count, $"{sure.Length} of {judged.Count} right");
        Assert.InRange(sure.Average(), 0.5, 0.7);
        Assert.Contains("share of people", classifier.Card.Meaning, StringComparison.Ordinal);
    }

    /// <summary>A fer2013new.csv by which everybody says of every face what its label is.</summary>
    internal static string VotesAsLabeled(FaceTable table) =>
        MadeUpVotes.AsLabeled(Enumerable.Range(0, table.Count).Select(i => (table.Splits[i].ToString(), (int)table.Labels[i])));

    [Fact]
    public void A_pupil_learns_from_its_teacher_alone()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        TrainingOptions learns = Quick with
        {
            Epochs = 6,
            Augmentation = Mien.Training.Augmentation.AugmentationOptions.None,
            AverageDecay = 0.9
        };
        Train(folder.File("teacher"), learns);
        IReadOnlyList<EpochMetrics> epochs = Train(folder.File("pupil"),
            learns with { Seed = 2, Teachers = [folder.File("teacher")], TeacherShare = 1 });
        Assert.True(epochs[^1].PublicTestAccuracy > 0.9, $"{epochs[^1].PublicTestAccuracy:P1} after a teacher that knows all");
    }

    [Fact]
    public void An_exported_model_teaches_as_its_run_does()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        TrainingOptions learns = Quick with
        {
            Epochs = 3,
            Precision = Precision.Float32,
            Augmentation = Mien.Training.Augmentation.AugmentationOptions.None,
            AverageDecay = 0.9
        };
        Train(folder.File("teacher"), learns);
        TrainingOptions pupil = learns with { Epochs = 1, Seed = 2, TeacherShare = 1 };
        double fromRun = Train(folder.File("a"), pupil with { Teachers = [folder.File("teacher")] })[0].TrainLoss;
        double fromModel = Train(folder.File("b"), pupil with { Teachers = [folder.File("teacher/model.onnx")] })[0].TrainLoss;
        // Measured on a normalization of its own, undone for the teacher: the same answers but for rounding.
        Assert.Equal(fromRun, fromModel, 1e-3 * fromRun);
        Assert.NotEqual(fromRun, Train(folder.File("alone"), pupil)[0].TrainLoss, 1e-2);
    }

    [Fact]
    public void Teachers_asked_one_a_step_take_turns()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        TrainingOptions oneStep = Quick with
        {
            Epochs = 2,
            BatchSize = Table().Select(Split.Training).Count,
            Augmentation = Mien.Training.Augmentation.AugmentationOptions.None
        };
        Train(folder.File("a"), Quick with { Epochs = 4 });
        Train(folder.File("b"), Quick with { Epochs = 1, Seed = 5 });
        TrainingOptions pupil = oneStep with { Seed = 2, TeacherShare = 1, TeachersAStep = 1 };
        double[] Losses(string name, params string[] teachers) =>
            [.. Train(folder.File(name), pupil with { Teachers = [.. teachers.Select(folder.File)] }).Select(epoch => epoch.TrainLoss)];

        double[] turns = Losses("turns", "a", "b"), first = Losses("first", "a"), second = Losses("second", "b");
        Assert.Equal(first[0], turns[0]);
        Assert.NotEqual(second[0], turns[0]);
        Assert.NotEqual(first[1], turns[1]);
    }

    [Fact]
    public void A_teacher_that_may_have_seen_test_faces_does_not_teach_a_run_that_leaves_them_out()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Train(folder.File("teacher"), Quick with { Epochs = 1, DropCopies = false });
        foreach (string teacher in (string[])[folder.File("teacher"), folder.File("teacher/model.onnx")])
        {
            var error = Assert.Throws<MienException>(() =>
                Train(folder.File("pupil"), Quick with { DropCopies = true, Teachers = [teacher] }));
            Assert.Contains(teacher, error.Message, StringComparison.Ordinal);
            Assert.Contains("--drop-copies", error.Message, StringComparison.Ordinal);
            Assert.False(Directory.Exists(folder.File("pupil")), "nothing is kept of a run that is refused");
        }

        Assert.Equal("may have been learned from", NoteOn("teacher"));
        Assert.False(new RunFolder(folder.File("teacher")).ReadConfiguration().CopiesLeftOut);

        // Who goes on from it may, as long as it says so.
        Train(folder.File("on"), Quick with { Epochs = 1, DropCopies = true, From = folder.File("teacher/model.onnx") });
        Assert.Contains("--drop-copies", Assert.Throws<MienException>(() =>
            Train(folder.File("pupil"), Quick with { DropCopies = true, Teachers = [folder.File("on")] })).Message,
            StringComparison.Ordinal);

        Train(folder.File("clean"), Quick with { Epochs = 1, DropCopies = true });
        foreach ((string name, string teacher) in (ReadOnlySpan<(string, string)>)[("a", folder.File("clean")),
            ("b", folder.File("clean/model.onnx"))])
            Assert.Single(Train(folder.File(name), Quick with { Epochs = 1, DropCopies = true, Teachers = [teacher] }));
        Assert.Equal(("may have been learned from", "left out", "left out"), (NoteOn("on"), NoteOn("clean"), NoteOn("a")));

        string NoteOn(string run)
        {
            using var model = ExpressionClassifier.Create(folder.File($"{run}/model.onnx"));
            return model.Card.Notes[TestCopies.Note];
        }
    }

    [Fact]
    public void A_run_is_trained_by_one_at_a_time()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        var run = new RunFolder(folder.File("run"));
        using Trainer trainer = Trainer.Begin(run, Table(), "made up", Quick with { Epochs = 2 });
        MienException? refused = null;
        trainer.Run(new OnEpoch(1, () =>
        {
            using Trainer other = Trainer.Resume(run, Table());
            refused = Assert.Throws<MienException>(() => other.Run(cancellationToken: TestContext.Current.CancellationToken));
        }), TestContext.Current.CancellationToken);
        Assert.Contains("another process trains this run", refused!.Message, StringComparison.Ordinal);
        Assert.Equal(2, run.ReadMetrics().Count);
        Assert.False(File.Exists(folder.File("run/run.lock")));
    }

    [Fact]
    public void A_teacher_that_is_no_run_is_named()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        var error = Assert.Throws<MienException>(() => Train(folder.File("pupil"), Quick with { Teachers = [folder.File("nobody")] }));
        Assert.Contains("nobody", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5)] // in the first epoch, before any checkpoint of an epoch
    [InlineData(40)]
    public void A_failure_inside_libtorch_repeats_the_epoch_and_changes_no_metric(int failing)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        IReadOnlyList<EpochMetrics> whole = Train(folder.File("whole"), Quick);
        var run = new RunFolder(folder.File("failing"));
        using Trainer trainer = Trainer.Begin(run, Table(), "made up", Quick);
        bool failed = false;
        trainer.BeforeStep = step =>
        {
            if (step != failing || failed)
                return;
            failed = true;
            throw new System.Runtime.InteropServices.ExternalException("Unknown scalar type.");
        };
        trainer.Run(cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(failed);
        AssertSame(whole, run.ReadMetrics());
    }

    [Fact]
    public void The_network_learns_what_can_be_learned()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        IReadOnlyList<EpochMetrics> epochs = Train(folder.File("run"),
            Quick with { Epochs = 6, Augmentation = Mien.Training.Augmentation.AugmentationOptions.None, AverageDecay = 0.9 });
        Assert.True(epochs[^1].PublicTestAccuracy > 0.9, $"{epochs[^1].PublicTestAccuracy:P1} on faces that a child tells apart");
    }

    [Fact]
    public void Training_stops_early_when_PublicTest_stands_still()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        // A learning rate too small to change a single answer.
        using Trainer trainer = Trainer.Begin(new RunFolder(folder.File("run")), Table(), "made up",
            Quick with { Epochs = 20, LearningRate = 1e-12, Patience = 2 });
        Assert.Equal(TrainingEnd.StoppedEarly, trainer.Run(cancellationToken: TestContext.Current.CancellationToken).End);
        // The norms' statistics still settle, so some epochs gain; two after the last gain, it is over.
        Assert.Equal(2, trainer.History.Reverse().TakeWhile(epoch => !epoch.Best).Count());
        Assert.True(trainer.History.Count < 20);
    }

    [Theory]
    [InlineData(4, 2, "4 Training faces are too few")]
    [InlineData(40, 1, "every Training face is angry")]
    public void Data_from_which_nothing_can_be_learned_is_refused(int count, int labels, string wrong)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Split[] splits = [.. Enumerable.Range(0, count + 2).Select(i => i < count ? Split.Training : Split.PublicTest)];
        var table = new FaceTable(48, new byte[splits.Length * 48 * 48], [.. splits.Select((_, i) => (byte)(i % labels))], splits,
            FacialExpressions.Fer2013Names);
        var error = Assert.Throws<MienException>(() =>
            Trainer.Begin(new RunFolder(folder.File("run")), table, "made up", Quick with { DropCopies = false }));
        Assert.Contains(wrong, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_holds_a_run_is_not_overwritten()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Train(folder.File("run"), Quick with { Epochs = 1 });
        var error = Assert.Throws<MienException>(() => Trainer.Begin(new RunFolder(folder.File("run")), Table(), "made up", Quick));
        Assert.Contains("--resume", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("metrics.jsonl")]
    [InlineData("checkpoint.safetensors")]
    public void A_file_of_a_runs_name_that_no_run_wrote_is_not_overwritten(string name)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.Write(name, "the user's own");
        var error = Assert.Throws<MienException>(() => Trainer.Begin(new RunFolder(folder.Path), Table(), "made up", Quick));
        Assert.StartsWith($"{file}: exists already", error.Message, StringComparison.Ordinal);
        Assert.Equal([file], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Resuming_on_other_data_is_refused()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Train(folder.File("run"), Quick with { Epochs = 1 });
        FaceTable other = Table();
        other.Pixels[5] ^= 1;
        Assert.Contains("other data", Assert.Throws<MienException>(() => Trainer.Resume(new RunFolder(folder.File("run")), other)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_checkpoint_is_named()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Train(folder.File("run"), Quick with { Epochs = 1 });
        var run = new RunFolder(folder.File("run"));
        File.WriteAllBytes(run.CheckpointFile, File.ReadAllBytes(run.CheckpointFile)[..1000]);
        Assert.Contains("checkpoint.safetensors: damaged", Assert.Throws<MienException>(() => Trainer.Resume(run, Table())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Cuda_where_there_is_none_is_a_sentence_with_the_cure()
    {
        Assert.SkipWhen(TorchSharp.torch.cuda_is_available(), "There is a GPU.");
        using TemporaryFolder folder = TestData.NewFolder();
        var error = Assert.Throws<MienException>(() =>
            Trainer.Begin(new RunFolder(folder.File("run")), Table(), "made up", Quick with { Device = "cuda" }));
        Assert.Contains("TorchSharp-cuda", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_without_a_PublicTest_part_get_one()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        FaceTable training = Table().Select(Split.Training);
        using Trainer trainer = Trainer.Begin(new RunFolder(folder.File("run")), training, "made up", Quick);
        Assert.Equal(28, trainer.Configuration.Faces["PublicTest"]);
        Assert.Equal(252, trainer.Configuration.Faces["Training"]);
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        var error = Assert.Throws<MienException>(() => (Quick with { BatchSize = 1 }).Validate());
        Assert.Equal("--batch-size 1: expected 2 or more.", error.Message);
    }

    private static IReadOnlyList<EpochMetrics> Train(string path, TrainingOptions options)
    {
        var folder = new RunFolder(path);
        using Trainer trainer = Trainer.Begin(folder, Table(), "made up", options);
        trainer.Run(cancellationToken: TestContext.Current.CancellationToken);
        return folder.ReadMetrics();
    }

    /// <summary>280 Training and 70 PublicTest faces: noise with a bright bar whose height is the class.</summary>
    internal static FaceTable Table()
    {
        const int training = 280;
        const int count = training + 70;
        byte[] pixels = new byte[count * 2304];
        byte[] labels = new byte[count];
        Split[] splits = new Split[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = (byte)(i % 7);
            splits[i] = i < training ? Split.Training : Split.PublicTest;
            byte[] noise = CsvText.Pixels(i);
            for (int p = 0; p < 2304; p++)
                pixels[i * 2304 + p] = (byte)(noise[p] / 4 + (p / 48 / 7 == labels[i] ? 180 : 0));
        }

        return new FaceTable(48, pixels, labels, splits, FacialExpressions.Fer2013Names);
    }

    private static void AssertSame(IReadOnlyList<EpochMetrics> expected, IReadOnlyList<EpochMetrics> actual) =>
        Assert.Equal(expected.Select(WithoutTimes), actual.Select(WithoutTimes));

    private static EpochMetrics WithoutTimes(EpochMetrics epoch) => epoch with { Seconds = 0, ImagesPerSecond = 0 };

    private sealed class OnEpoch(int epoch, Action act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Finished?.Epoch == epoch)
                act();
        }
    }
}
