using Microsoft.ML.OnnxRuntime;
using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Export;
using static TorchSharp.torch;

namespace Mien.Training.Tests.Export;

public class QuantizerTests
{
    public static TheoryData<string> Known => [.. Mien.Training.Models.Architectures.Names, "residual-masked-64.128-1.1",
        "residual-depthwise-64.128-1.1"];

    [Theory]
    [MemberData(nameof(Known))]
    public void Bytes_answer_nearly_as_floats_do(string architecture)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        FaceTable faces = Faces();
        string model = Export(folder, architecture);
        Quantizer.Quantize(model, faces, folder.File("int8.onnx"));

        using var exact = ExpressionClassifier.Create(model);
        using var rounded = ExpressionClassifier.Create(folder.File("int8.onnx"));
        float[] a = exact.Classify(faces.Pixels, faces.Count);
        float[] b = rounded.Classify(faces.Pixels, faces.Count);
        Assert.Equal(exact.Card.Labels, rounded.Card.Labels);
        Assert.InRange(a.Zip(b, (x, y) => Math.Abs(x - y)).Average(), 1e-7, 0.01);
        Assert.True(new FileInfo(folder.File("int8.onnx")).Length < new FileInfo(model).Length * 0.8);
    }

    [Fact]
    public void The_convolutions_run_in_integers()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Quantizer.Quantize(Export(folder, "residual"), Faces(), folder.File("int8.onnx"));
        using var options = new SessionOptions
        {
            OptimizedModelFilePath = folder.File("optimized.onnx"),
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR
        };
        using (new InferenceSession(folder.File("int8.onnx"), options))
        {
        }

        string[] operators = [.. Mien.Training.Export.Onnx.ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder.File("optimized.onnx")))
            .Graph.Node.Select(node => node.OpType)];
        Assert.DoesNotContain("Conv", operators);
        Assert.Contains("QLinearConv", operators);
    }

    [Fact]
    public void The_last_feature_maps_stay_readable()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        FaceTable faces = Faces();
        string model = Export(folder, "residual");
        Quantizer.Quantize(model, faces, folder.File("int8.onnx"));
        using var exact = ExpressionClassifier.Create(model);
        using var rounded = ExpressionClassifier.Create(folder.File("int8.onnx"));
        float[] a = exact.ClassifyWithFeatures(faces.Pixels, faces.Count).Maps;
        float[] b = rounded.ClassifyWithFeatures(faces.Pixels, faces.Count).Maps;
        Assert.InRange(a.Zip(b, (x, y) => Math.Abs(x - y)).Average() / a.Average(Math.Abs), 0, 0.1);
    }

    [Fact]
    public void A_model_of_bytes_is_not_quantized_again()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Quantizer.Quantize(Export(folder, "plain"), Faces(), folder.File("int8.onnx"));
        var error = Assert.Throws<MienException>(() => Quantizer.Quantize(folder.File("int8.onnx"), Faces(), folder.File("again.onnx")));
        Assert.Contains("float32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_model_fer2013_loses_less_than_three_tenths_of_a_point()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        FaceTable table = DatasetReader.Load(TestData.Fer2013Zip).Table;
        string model = Path.Combine(TestData.Root, "models", "mien-fer2013.onnx");
        Quantizer.Quantize(model, table.Select(Split.Training).TakeStratified(512, 1), folder.File("int8.onnx"));
        using var exact = ExpressionClassifier.Create(model);
        using var rounded = ExpressionClassifier.Create(folder.File("int8.onnx"));
        double before = Evaluator.Evaluate(exact, table, Split.PublicTest).Accuracy;
        double after = Evaluator.Evaluate(rounded, table, Split.PublicTest).Accuracy;
        Assert.True(before - after <= 0.003, $"{before:P2} -> {after:P2}");
    }

    private static string Export(TemporaryFolder folder, string architecture)
    {
        random.manual_seed(4);
        using nn.Module<Tensor, Tensor> network = Mien.Training.Models.Architectures.Create(architecture, 7);
        foreach (var parameter in network.named_parameters()
            .Where(pair => pair.name.StartsWith("classifier.weight", StringComparison.Ordinal)))
            parameter.parameter.with_requires_grad(false).mul_(20);
        network.eval();
        var card = new ModelCard
        {
            Name = "test",
            Version = "1",
            Architecture = architecture,
            Labels = FacialExpressions.Fer2013Names,
            Input = InputSpec.Fer2013,
            Temperature = 1
        };
        OnnxExporter.Export(network, card, folder.File("model.onnx"));
        return folder.File("model.onnx");
    }

    private static FaceTable Faces()
    {
        byte[] pixels = new byte[64 * 48 * 48];
        new Random(6).NextBytes(pixels);
        return new FaceTable(48, pixels, new byte[64], new Split[64], FacialExpressions.Fer2013Names);
    }
}
