using Mien.TestSupport;
using Mien.Training.Augmentation;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Runs;
using Mien.Training.Tests.Datasets;

namespace Mien.Training.Tests.Runs;

public class CrossValidationTests
{
    private static readonly TrainingOptions Quick = TrainingOptions.Default with
    {
        Architecture = "plain",
        Epochs = 3,
        BatchSize = 16,
        LearningRate = 0.02,
        AverageDecay = 0.9,
        Threads = 1,
        Augmentation = AugmentationOptions.None,
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Folds_have_each_classs_share_and_a_faces_copies_or_a_group_stay_in_one()
    {
        FaceTable table = TrainerTests.Table();
        // Face 0 stands there three times more, and 20 people have some faces each.
        FaceTable copied = table.Take([.. Enumerable.Range(0, table.Count), 0, 0, 0]);
        string?[] groups = [.. Enumerable.Range(0, copied.Count).Select(i => i is > 100 and < 200 ? $"person {i % 20}" : null)];

        var validation = new CrossValidation(copied, 5, groups);

        Assert.Single(new[] { 0, table.Count, table.Count + 1, table.Count + 2 }.Select(i => validation.FoldOf[i]).Distinct());
        Assert.All(Enumerable.Range(101, 99).GroupBy(i => groups[i]),
            person => Assert.Single(person.Select(i => validation.FoldOf[i]).Distinct()));
        for (byte label = 0; label < 7; label++)
            Assert.All(Enumerable.Range(0, 5), fold => Assert.InRange(Enumerable.Range(0, copied.Count)
                .Count(i => copied.Labels[i] == label && validation.FoldOf[i] == fold), 6, 14));
        Assert.Equal(copied.Count - validation.FoldOf.Count(fold => fold == 2), validation.TrainingOf(2).Count);
    }

    [Fact]
    public void Labels_that_were_changed_are_found_again_and_a_stopped_search_ends_the_same()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        FaceTable clean = TrainerTests.Table();
        int[] changed = [3, 40, 77, 120, 200, 301];
        byte[] labels = [.. clean.Labels.Select((label, i) => changed.Contains(i) ? (byte)((label + 3) % 7) : label)];
        var table = new FaceTable(clean.Size, clean.Pixels, labels, clean.Splits, clean.LabelNames);
        var validation = new CrossValidation(table, 2, new string?[table.Count]);

        float[] probabilities = validation.Predict("made up", folder.File("whole"), Quick, cancellationToken: Cancellation)!;

        IReadOnlyList<LabelError> errors = ConfidentLearning.Find(probabilities, labels, 7);
        Assert.Equal(changed, errors.Take(changed.Length).Select(error => error.Row).Order());
        Assert.All(errors.Take(changed.Length), error => Assert.Equal(clean.Labels[error.Row], error.Suggested));

        using var stop = new CancellationTokenSource();
        Assert.Null(validation.Predict("made up", folder.File("halves"), Quick, fold => { if (fold == 2) stop.Cancel(); },
            cancellationToken: stop.Token));
        var begun = new List<int>();
        float[]? resumed = validation.Predict("made up", folder.File("halves"), Quick, begun.Add, cancellationToken: Cancellation);
        Assert.Equal([2], begun);
        Assert.Equal(probabilities, resumed);

        var error = Assert.Throws<MienException>(() =>
            validation.Predict("made up", folder.File("halves"), Quick with { Epochs = 4 }, cancellationToken: Cancellation));
        Assert.Contains("another recipe", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_with_fewer_faces_than_folds_is_named()
    {
        var table = new FaceTable(48, [.. CsvText.Pixels(1), .. CsvText.Pixels(2), .. CsvText.Pixels(3)], [0, 0, 1], new Split[3],
            ["calm", "cross"]);
        var error = Assert.Throws<MienException>(() => new CrossValidation(table, 2, new string?[3]));
        Assert.Contains("cross: 1 faces can't be divided into 2 folds", error.Message, StringComparison.Ordinal);
    }
}
