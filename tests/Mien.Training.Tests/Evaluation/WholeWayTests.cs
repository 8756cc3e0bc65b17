using Mien.Detection;
using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;

namespace Mien.Training.Tests.Evaluation;

public class WholeWayTests(ITestOutputHelper output)
{
    [Fact]
    public void A_face_stands_where_it_was_put_and_is_turned_as_told()
    {
        // Dark above, light below; turned by a quarter clockwise the dark half is on the right.
        byte[] face = new byte[48 * 48];
        face.AsSpan(24 * 48).Fill(255);
        byte[] gray = FaceScene.Draw(face, 48, 300, 200, new FacePlacement(150, 100, 80, 90), new Random(1)).ToGray();
        Assert.InRange(gray[100 * 300 + 150 + 30], 0, 10);
        Assert.InRange(gray[100 * 300 + 150 - 30], 245, 255);
    }

    [Fact]
    public void Faces_put_into_pictures_are_found_and_read_almost_as_well_as_before()
    {
        FaceTable faces = DatasetReader.Load(TestData.Fer2013Zip).Table.Select(Split.PublicTest).TakeStratified(120, 1);
        using ExpressionClassifier classifier = ExpressionClassifier.Create(Path.Combine(TestData.Root, "models",
            "mien-fer2013.int8.onnx"));
        using var detector = new FaceDetector();
        WholeWayResult result = WholeWay.Measure(classifier, detector, faces, WholeWayOptions.Default);
        output.WriteLine($"{result}");
        Assert.Equal(120, result.Faces);
        // What 120 faces tell of the figures in docs/experiments-log.md.
        Assert.InRange(result.Found, 0.75, 1);
        Assert.InRange(result.Kept, 0.85, 1.15);
        Assert.InRange(result.Crops.Scale, 0.9, 1.1);
        Assert.Equal(result, WholeWay.Measure(classifier, detector, faces, WholeWayOptions.Default));
    }
}
