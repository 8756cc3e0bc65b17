using Mien.Detection;
using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Datasets;

namespace Mien.Training.Tests.Datasets;

/// <summary>Photos whose faces are found, with the picture of the samples: seven faces on plain gray.</summary>
public class WholePhotosTests
{
    private static readonly string AverageFaces = Path.Combine(TestData.Root, "samples", "average-faces.png");

    [Fact]
    public void The_face_of_a_photo_is_the_one_that_the_recognizer_reads()
    {
        using TemporaryFolder folder = Photos();
        LoadedDataset data = DatasetReader.Load(folder.File("photos"), Detecting(folder));

        using ExpressionRecognizer recognizer = ExpressionRecognizer.CreateDefault();
        Face largest = recognizer.Recognize(folder.File("photos/happy/seven.png")).MaxBy(face => face.Box.Area)!;
        using ExpressionClassifier classifier = ExpressionClassifier.CreateDefault();
        Assert.Equal(largest.Probabilities, classifier.Classify(data.Table.Face(0), 1),
            (expected, actual) => Math.Abs(expected - actual) < 1e-5);
    }

    [Fact]
    public void Photos_without_a_face_are_left_out_and_those_with_several_counted()
    {
        using TemporaryFolder folder = Photos();
        LoadedDataset data = DatasetReader.Load(folder.File("photos"), Detecting(folder));
        Assert.Equal(2, data.Table.Count);
        FaceSearch search = data.Search!;
        Assert.EndsWith("sad/wall.png", Assert.Single(search.WithoutFace), StringComparison.Ordinal);
        Assert.Equal((1, 3, 0), (search.SeveralFaces, search.Searched, search.Kept));
        Assert.Equal(["1000x520", "500x500"], data.Sizes.Keys.Order());
    }

    [Fact]
    public void No_photo_is_searched_twice_unless_what_was_kept_is_damaged_or_the_detector_set_otherwise()
    {
        using TemporaryFolder folder = Photos();
        DatasetOptions options = Detecting(folder);
        LoadedDataset first = DatasetReader.Load(folder.File("photos"), options);

        // Content counts, not name or place.
        Directory.Move(folder.File("photos"), folder.File("moved"));
        LoadedDataset again = DatasetReader.Load(folder.File("moved"), options);
        Assert.Equal((0, 3), (again.Search!.Searched, again.Search.Kept));
        Assert.Equal(first.Table.Sha256(), again.Table.Sha256());
        Assert.Equal(first.Search!.SeveralFaces, again.Search.SeveralFaces);

        foreach (string kept in Directory.GetFiles(folder.File("cache"), "*.face", SearchOption.AllDirectories))
            File.WriteAllBytes(kept, File.ReadAllBytes(kept)[..^1]);
        LoadedDataset mended = DatasetReader.Load(folder.File("moved"), options);
        Assert.Equal((3, 0), (mended.Search!.Searched, mended.Search.Kept));
        Assert.Equal(first.Table.Sha256(), mended.Table.Sha256());

        DatasetOptions other = options with { Detector = DetectorOptions.Default with { MinFacePixels = 400 } };
        var error = Assert.Throws<MienException>(() => DatasetReader.Load(folder.File("moved"), other));
        Assert.Contains("no face found in any of its 3 photos", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_photo_that_cannot_be_read_is_named()
    {
        using TemporaryFolder folder = Photos();
        folder.Write("photos/happy/text.jpg", "no picture");
        var error = Assert.Throws<MienException>(() => DatasetReader.Load(folder.File("photos"), Detecting(folder)));
        Assert.Contains("happy/text.jpg: not a picture", error.Message, StringComparison.Ordinal);
        Assert.Single(DatasetReader.Load(folder.File("photos"), Detecting(folder) with { SkipBadRows = true }).BadRows);
    }

    [Fact]
    public void Faces_are_not_looked_for_in_a_table_of_faces()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string table = folder.Write("fer2013.csv", CsvText.Table(1));
        var error = Assert.Throws<MienException>(() => DatasetReader.Load(table, Detecting(folder)));
        Assert.Contains("Leave --faces detect out", error.Message, StringComparison.Ordinal);
    }

    private static DatasetOptions Detecting(TemporaryFolder folder) =>
        DatasetOptions.Default with { FaceMode = FaceMode.Detect, FaceCache = folder.File("cache") };

    /// <summary>One photo with seven faces, one with one of them, one of a gray wall.</summary>
    private static TemporaryFolder Photos()
    {
        TemporaryFolder folder = TestData.NewFolder();
        Directory.CreateDirectory(folder.File("photos/happy"));
        Directory.CreateDirectory(folder.File("photos/sad"));
        File.Copy(AverageFaces, folder.File("photos/happy/seven.png"));
        Picture seven = Picture.Load(AverageFaces);
        byte[] gray = seven.ToGray();
        byte[] one = [.. Enumerable.Repeat((byte)128, 500 * 500)];
        for (int y = 0; y < 250; y++)
            gray.AsSpan(y * seven.Width, 250).CopyTo(one.AsSpan((y + 125) * 500 + 125));
        File.WriteAllBytes(folder.File("photos/sad/one.png"), Picture.FromGray(one, 500, 500).ToPng());
        File.WriteAllBytes(folder.File("photos/sad/wall.png"), Picture.FromGray(new byte[300 * 200], 300, 200).ToPng());
        return folder;
    }
}
