using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Runs;

namespace Mien.Training.Tests.Datasets;

/// <summary>People and clips stay on one side, however few there are.</summary>
public class GroupTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Few_groups_give_every_split_whole_ones(int people)
    {
        FaceTable table = Table(600, i => $"person {i % people}", splits: null);
        Assert.All(Enum.GetValues<Split>(), split => Assert.NotEmpty(table.Select(split).Labels));
        Assert.All(Enum.GetValues<Split>(), split => Assert.DoesNotContain(0, table.Select(split).ClassCounts()));
        AssertWhole(table);
        Assert.True(table.Splits.Count(split => split == Split.Training) >= 600 * (people - 2) / people);
    }

    [Fact]
    public void Groups_of_unlike_size_give_the_small_ones_away()
    {
        FaceTable table = Table(600, i => i < 590 ? $"person {i % 4}" : $"small {i % 2}", splits: null);
        Assert.Equal([590, 5, 5], Enum.GetValues<Split>().Select(split => table.Select(split).Count));
    }

    [Fact]
    public void Groups_of_one_label_each_leave_training_as_many_labels_as_can_be()
    {
        // Two clips of each label but the last: those that training can spare go to the other splits.
        FaceTable table = Table(70, i => $"clip {i % 7}", splits: null, label: i => i % 7 / 2);
        Assert.Equal(4, table.Select(Split.Training).ClassCounts().Count(count => count > 0));
        AssertWhole(table);
    }

    [Theory]
    [InlineData(1, "PublicTest and PrivateTest have no faces: 1 group is too few, as a group is not divided.")]
    [InlineData(2, "PrivateTest has no faces: 2 groups are too few, as a group is not divided.")]
    public void Too_few_groups_for_three_splits_are_said(int people, string expected)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        LoadedDataset data = Manifest(folder, 40, i => $"person {i % people}");
        Assert.Equal(people, data.Table.Splits.Distinct().Count());
        Assert.Contains(DatasetInspector.Inspect(data).Warnings, warning => warning.StartsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Groups_in_two_splits_are_warned_of()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        LoadedDataset data = Manifest(folder, 40, i => $"person {i % 4}", i => i < 20 ? "train" : "test");
        Assert.Contains(DatasetInspector.Inspect(data).Warnings, warning => warning.StartsWith("4 groups are in several splits, such "
            + "as person 0", StringComparison.Ordinal));
    }

    [Fact]
    public void A_validation_split_that_training_makes_divides_no_group()
    {
        FaceTable table = Table(600, i => $"person {i % 6}", i => i % 6 == 0 ? Split.PrivateTest : Split.Training);
        FaceTable faces = RunSetup.Faces(table, TrainingOptions.Default with { DropCopies = false }, limit: 0);
        Assert.Equal([400, 100, 100], Enum.GetValues<Split>().Select(split => faces.Select(split).Count));
        AssertWhole(faces);
    }

    [Fact]
    public void The_folds_of_a_cross_validation_hand_groups_on()
    {
        FaceTable table = Table(600, i => $"person {i % 6}", _ => Split.Training);
        FaceTable fold = new CrossValidation(table, 2, table.Groups).TrainingOf(0);
        AssertWhole(RunSetup.Faces(fold, TrainingOptions.Default with { DropCopies = false }, limit: 0));
    }

    [Fact]
    public void Training_on_one_group_is_refused_with_the_reason()
    {
        FaceTable table = Table(600, _ => "ann", splits: null);
        using TemporaryFolder folder = TestData.NewFolder();
        var error = Assert.Throws<MienException>(() =>
            Trainer.Begin(new RunFolder(folder.File("run")), table, "faces.csv", TrainingOptions.Default with { DropCopies = false }));
        Assert.Contains("faces.csv: no PublicTest faces to choose the epoch on, and none could be held out of Training, as all its "
            + "faces are of one group, ann", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("run")));
    }

    [Fact]
    public void Other_groups_are_other_data_only_where_they_decide_a_split()
    {
        Assert.NotEqual(Hash(i => $"{i % 6}", Split.PrivateTest), Hash(i => $"{i % 5}", Split.PrivateTest));
        Assert.Equal(Hash(i => $"{i % 6}", Split.PublicTest), Hash(i => $"{i % 5}", Split.PublicTest));

        static string Hash(Func<int, string> group, Split other) => Table(60, group, i => i % 2 == 0 ? Split.Training : other).Sha256();
    }

    [Fact]
    public void A_validation_split_of_under_30_faces_is_warned_of()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        LoadedDataset data = Manifest(folder, 40, _ => "", i => i < 30 ? "train" : "val");
        Assert.Contains(DatasetInspector.Inspect(data).Warnings, warning => warning.StartsWith("PublicTest has 10 faces: a validation "
            + "split under 30", StringComparison.Ordinal));
        Assert.Null(DatasetInspector.WarningOfValidation(30));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    public void Few_faces_without_groups_fill_every_split_too(int faces)
    {
        Split[] splits = SplitMaker.Make([.. Enumerable.Range(0, faces).Select(i => (byte)(i % 2))], new string?[faces]);
        Assert.Equal(3, splits.Distinct().Count());
    }

    private static void AssertWhole(FaceTable table) =>
        Assert.All(table.Groups.Zip(table.Splits).GroupBy(face => face.First),
            group => Assert.Single(group.Select(face => face.Second).Distinct()));

    private static FaceTable Table(int count, Func<int, string> group, Func<int, Split>? splits, Func<int, int>? label = null)
    {
        byte[] labels = [.. Enumerable.Range(0, count).Select(i => (byte)(label?.Invoke(i) ?? i / 12 % 3))];
        string[] groups = [.. Enumerable.Range(0, count).Select(group)];
        Split[] made = splits is null ? SplitMaker.Make(labels, groups) : [.. Enumerable.Range(0, count).Select(splits)];
        return new FaceTable(1, new byte[count], labels, made, [.. Enumerable.Range(0, labels.Max() + 1).Select(k => $"label "
            + $"{k}")])
        { Groups = groups };
    }

    private static LoadedDataset Manifest(TemporaryFolder folder, int count, Func<int, string> group, Func<int, string>? split = null)
    {
        MadeUpPictures.Save(1, Enumerable.Range(0, count).Select(i => folder.File($"{i}.png")));
        string[] rows = [.. Enumerable.Range(0, count)
            .Select(i => $"{i}.png,{(i / 4 % 2 == 0 ? "calm" : "cross")},{group(i)},{split?.Invoke(i)}")];
        return DatasetReader.Load(folder.Write("faces.csv", $"file,label,group,split\n{string.Join('\n', rows)}\n"));
    }
}
