using Mien.TestSupport;
using Mien.Training.Datasets;

namespace Mien.Training.Tests.Datasets;

public class DatasetInspectorTests
{
    [Fact]
    public void Copies_conflicts_and_blanks_are_counted()
    {
        // Pictures by seed; -1 is blank. Seed 1 stands twice in Training (labels 0 and 1), once in PublicTest; 2 twice in PrivateTest.
        (int Label, int Seed, Split Split)[] rows =
        [
            (0, 1, Split.Training), (1, 1, Split.Training), (0, 1, Split.PublicTest), (2, 2, Split.PrivateTest),
            (2, 2, Split.PrivateTest), (3, 3, Split.Training), (4, -1, Split.Training),
        ];
        Inspection inspection = DatasetInspector.Inspect(new LoadedDataset(Table(rows), "made up", new Dictionary<string,
            int>
        { ["48x48"] = 7 }, [], []));
        Assert.Equal(7, inspection.Count);
        Assert.Equal(1, inspection.DuplicatesWithin["Training"]);
        Assert.Equal(0, inspection.DuplicatesWithin["PublicTest"]);
        Assert.Equal(1, inspection.DuplicatesWithin["PrivateTest"]);
        Assert.Contains(new CrossDuplicates("Training", "PublicTest", 1), inspection.DuplicatesAcross);
        Assert.Contains(new CrossDuplicates("Training", "PrivateTest", 0), inspection.DuplicatesAcross);
        Assert.Equal(1, inspection.ConflictingLabels);
        Assert.Equal(1, inspection.Blank);
        Assert.Equal(1, inspection.Splits["Training"]["happy"]);
    }

    [Fact]
    public void Faces_that_were_saved_again_brighter_are_found_across_splits_and_exact_copies_are_not_counted_twice()
    {
        FaceTable table = Table([(0, 1, Split.Training), (0, 2, Split.Training), (1, 1, Split.PublicTest), (1, 2, Split.PublicTest),
            (1, 3, Split.PublicTest), (1, -1, Split.Training), (1, -1, Split.PublicTest)]);
        // The second PublicTest face: seed 2, darker and flatter.
        Span<byte> face = table.Pixels.AsSpan(3 * table.Size * table.Size, table.Size * table.Size);
        foreach (ref byte level in face)
            level = (byte)(level * 0.8);
        Inspection inspection = DatasetInspector.Inspect(new LoadedDataset(table, "made up", new Dictionary<string,
            int>
        { ["48x48"] = table.Count }, [], []));
        Assert.Contains(new CrossDuplicates("Training", "PublicTest", 2), inspection.DuplicatesAcross);
        Assert.Contains(new CrossDuplicates("Training", "PublicTest", 1), inspection.NearDuplicatesAcross);
        Assert.Contains("PublicTest has 1 faces that look nearly like one of Training: if they are the same pictures saved again, give "
            + "each and its copies one group in a manifest, so that they stay in one split.", inspection.Warnings);
    }

    [Fact]
    public void What_will_hurt_a_training_run_is_said_with_its_cure()
    {
        (int Label, int Seed, Split Split)[] rows =
        [
            .. Enumerable.Range(0, 120).Select(i => (0, 1000 + i, Split.Training)), (1, 1, Split.Training), (0, 2, Split.Training),
            .. Enumerable.Range(0, 12).Select(i => (0, 2000 + i, Split.PublicTest)), (1, 1, Split.PublicTest), (1, 2, Split.PublicTest),
        ];
        FaceTable table = Table(rows);
        var twoClasses = new FaceTable(table.Size, table.Pixels, table.Labels, table.Splits, ["calm", "cross"]);
        var data = new LoadedDataset(twoClasses, "made up", new Dictionary<string, int> { ["48x48"] = rows.Length },
            ["made up/a.jpg: cut off"], [])
        {
            Search = new FaceSearch(150, 0, "cache", ["made up/wall.jpg"], SeveralFaces: 3),
        };

        Assert.Equal(
            [
                "Training has few faces to learn from of cross (1): add more, 100 at least, or put labels together with --map.",
                "PublicTest has few faces to judge on of cross (2): add more, 10 at least, or put labels together with --map.",
                "PublicTest has 14 faces: a validation split under 30 chooses the epoch by chance. Add pictures.",
                "PublicTest has 2 faces that Training has too, so its figures will be too good: `mien train` leaves those Training faces "
                    + "out, `mien evaluate --drop-copies` these.",
                "1 rows or pictures can't be read: mend them, or pass --skip-bad-rows to train without them.",
                "1 photos have no face that was found: they are left out. Crop them by hand, or pass a smaller --min-face.",
                "3 photos have several faces: the largest is taken. Crop those where another one is meant.",
                "1 pictures occur with different labels: keep one of each.",
            ],
            DatasetInspector.Inspect(data).Warnings);
    }

    [Fact]
    public void A_class_that_a_split_lacks_is_said_and_data_without_fault_has_no_warnings()
    {
        (int Label, int Seed, Split Split)[] rows =
            [.. Enumerable.Range(0, 200).Select(i => (i % 2, i, Split.Training)),
                .. Enumerable.Range(0, 30).Select(i => (i % 2, 1000 + i, Split.PublicTest))];
        Assert.Empty(Warnings(rows, ["calm", "cross"]));
        Assert.Equal(
            ["Training has no faces of drowsy: add some, or leave the label out of all splits.", "PublicTest has no faces of drowsy: add "
                + "some, or leave the label out of all splits."],
            Warnings(rows, ["calm", "cross", "drowsy"]));
        Assert.Equal(
            ["every face is calm: training needs two labels or more. Add pictures of another."],
            Warnings([.. rows.Select(row => (0, row.Seed, row.Split))], ["calm"]));

        static IReadOnlyList<string> Warnings((int Label, int Seed, Split Split)[] rows, string[] names)
        {
            FaceTable table = Table(rows);
            return DatasetInspector.Inspect(new LoadedDataset(new FaceTable(48, table.Pixels, table.Labels, table.Splits, names), "made up",
                new Dictionary<string, int>(), [], [])).Warnings;
        }
    }

    [Fact]
    public void Training_faces_that_a_test_split_has_too_are_dropped()
    {
        FaceTable table = Table([(0, 1, Split.Training), (1, 2, Split.Training), (0, 1, Split.PrivateTest), (1, 3, Split.PublicTest)]);
        FaceTable kept = DatasetInspector.WithoutLeaks(table, out int dropped);
        Assert.Equal(1, dropped);
        Assert.Equal([Split.Training, Split.PrivateTest, Split.PublicTest], kept.Splits);
        Assert.Equal(CsvText.Pixels(2), kept.Face(0).ToArray());
    }

    [Fact]
    public void Test_faces_that_Training_has_too_are_dropped_from_their_split_alone()
    {
        FaceTable table = Table([(0, 1, Split.Training), (1, 2, Split.PrivateTest), (0, 1, Split.PrivateTest), (0, 1, Split.PublicTest)]);
        FaceTable kept = DatasetInspector.WithoutCopiesOfTraining(table, Split.PrivateTest);
        Assert.Equal([Split.Training, Split.PrivateTest, Split.PublicTest], kept.Splits);
        Assert.Equal([0, 1, 0], kept.Labels);
    }

    [Fact]
    public void The_real_table_has_the_splits_and_copies_that_are_known()
    {
        Inspection inspection = DatasetInspector.Inspect(DatasetReader.Load(TestData.Fer2013Zip));
        Assert.Equal(28709, inspection.Splits["Training"].Values.Sum());
        Assert.Equal(3589, inspection.Splits["PublicTest"].Values.Sum());
        Assert.Equal(3589, inspection.Splits["PrivateTest"].Values.Sum());
        // Official label counts of PrivateTest (Goodfellow et al. 2013's final evaluation set).
        Assert.Equal([491, 55, 528, 879, 594, 416, 626], inspection.Splits["PrivateTest"].Values);
    }

    [Fact]
    public void Without_copies_no_test_face_of_the_real_table_is_left_in_Training()
    {
        FaceTable kept = DatasetInspector.WithoutLeaks(DatasetReader.Load(TestData.Fer2013Zip).Table, out int dropped);
        Assert.Equal(28709 - dropped, kept.Select(Split.Training).Count);
        var tests = new HashSet<string>();
        for (int i = 0; i < kept.Count; i++)
        {
            if (kept.Splits[i] != Split.Training)
                tests.Add(Convert.ToHexString(kept.Face(i)));
        }

        Assert.DoesNotContain(Enumerable.Range(0, kept.Count), i => kept.Splits[i] == Split.Training
            && tests.Contains(Convert.ToHexString(kept.Face(i))));
    }

    private static FaceTable Table((int Label, int Seed, Split Split)[] rows) => new(
        48,
        [.. rows.SelectMany(row => row.Seed < 0 ? new byte[48 * 48] : CsvText.Pixels(row.Seed))],
        [.. rows.Select(row => (byte)row.Label)],
        [.. rows.Select(row => row.Split)],
        FacialExpressions.Fer2013Names);
}
