using Google.Protobuf;
using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Export;
using Mien.Training.Export.Onnx;
using static TorchSharp.torch;

namespace Mien.Training.Tests.Evaluation;

public class ForeignClassifierTests
{
    [Fact]
    public void Scores_are_read_by_the_names_given_in_their_order()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = BrightOrDark(folder);
        // Two scores: the mean and its negative. Bright faces give the first name, dark ones the second, which the data lacks.
        using var classifier = new ForeignClassifier(file, ["joy", "contempt"], PixelRange.Signed);
        var faces = new FaceTable(8, [.. Enumerable.Repeat((byte)200, 64), .. Enumerable.Repeat((byte)50, 64)], [3, 0], new Split[2],
            FacialExpressions.Fer2013Names);

        Assert.Equal([(byte)FacialExpression.Happy, byte.MaxValue], classifier.Predict(faces));
    }

    [Fact]
    public void A_model_of_anothers_is_opened_with_its_labels_and_one_of_Miens_is_left_to_its_own_classifier()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = BrightOrDark(folder);
        using (ForeignClassifier? opened = ForeignClassifier.OpenIfForeign(file, ["joy", "contempt"], PixelRange.Signed))
            Assert.NotNull(opened);
        var error = Assert.Throws<MienException>(() => ForeignClassifier.OpenIfForeign(file, null, PixelRange.Signed));
        Assert.Contains("Name what its scores mean with --labels", error.Message, StringComparison.Ordinal);
        Assert.Null(ForeignClassifier.OpenIfForeign(Path.Combine(TestData.Root, "models", "mien-fer2013.onnx"), null, PixelRange.Byte));
    }

    [Fact]
    public void Another_number_of_names_than_scores_is_an_error()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using var classifier = new ForeignClassifier(BrightOrDark(folder), ["joy"], PixelRange.Byte);
        var faces = new FaceTable(8, new byte[64], [0], new Split[1], FacialExpressions.Fer2013Names);

        Assert.Contains("2 scores for 1 labels", Assert.Throws<MienException>(() => classifier.Predict(faces)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>Input [N,1,16,16]; the faces of 8 pixels are resized to it.</summary>
    private static string BrightOrDark(TemporaryFolder folder)
    {
        var proto = new GraphProto { Name = "foreign" };
        proto.Input.Add(OnnxExporter.Value("pixels", 1, 16, 16));
        var graph = new OnnxGraph(proto, "pixels", [1, 16, 16]);
        var linear = nn.Linear(1, 2, hasBias: false);
        linear.weight!.with_requires_grad(false).copy_(tensor(new float[] { 1, -1 }, [2, 1]));
        string output = graph.Add(nn.Sequential(("pool", nn.AdaptiveAvgPool2d(1)), ("flatten", nn.Flatten()), ("linear", linear)),
            "pixels");
        proto.Output.Add(OnnxExporter.Value(output, 2));
        string file = folder.File("foreign.onnx");
        File.WriteAllBytes(file, OnnxExporter.Model(proto, "1").ToByteArray());
        return file;
    }
}
