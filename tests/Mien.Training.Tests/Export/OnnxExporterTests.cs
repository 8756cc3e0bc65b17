using Microsoft.ML.OnnxRuntime;
using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Evaluation;
using Mien.Training.Export;
using Mien.Training.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Mien.Training.Tests.Export;

public class OnnxExporterTests
{
    private const float Temperature = 1.37f;

    public static TheoryData<string> Names => [.. Architectures.Names, "residual-deepstem-32.64-1.1", "residual-masked-32.64-1.1",
        "residual-branched-32.64-1.2", "residual-grouped-32.64-1.2", "residual-deepstem-depthwise-32.64-1.2"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Probabilities_in_ONNX_Runtime_agree_with_torchs_on_256_faces(string architecture)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using nn.Module<Tensor, Tensor> network = Trained(architecture);
        string path = folder.File("model.onnx");
        OnnxExporter.Export(network, Card(architecture), path);

        byte[] faces = new byte[256 * 48 * 48];
        new Random(2).NextBytes(faces);
        float[] expected = TorchProbabilities(network, faces);
        using var classifier = ExpressionClassifier.Create(path);
        float[] actual = classifier.Classify(faces, 256);
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1e-4);
        // Different faces must differ, or agreement would prove nothing.
        Assert.True(Enumerable.Range(0, 256).Select(i => actual[i * 7]).Distinct().Count() > 200);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Scores_and_feature_maps_in_ONNX_Runtime_agree_with_torchs(string architecture)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using nn.Module<Tensor, Tensor> network = Trained(architecture);
        OnnxExporter.Export(network, Card(architecture), folder.File("model.onnx"));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor faces = randn(7, 1, 48, 48);
        // Both architectures end in an adaptive pooling, a Flatten and the head; the maps are what that pooling reads.
        nn.Module[] layers = [.. network.children()];
        Tensor maps = faces;
        foreach (nn.Module<Tensor, Tensor> layer in layers.TakeWhile(layer => layer is not TorchSharp.Modules.AdaptiveAvgPool2d)
            .Cast<nn.Module<Tensor, Tensor>>())
            maps = layer.call(maps);
        Tensor logits = network.call(faces);

        using var session = new InferenceSession(folder.File("model.onnx"));
        using var run = new RunOptions();
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(faces.data<float>().ToArray(), faces.shape);
        using var outputs = session.Run(run, [ModelCard.InputName], [input],
            [ModelCard.LogitsName, ModelCard.FeatureMapsName, ModelCard.ProbabilitiesName]);
        AssertSame(logits, outputs[0]);
        AssertSame(maps, outputs[1]);
        AssertSame(nn.functional.softmax(logits / Temperature, 1), outputs[2]);
    }

    [Theory]
    [InlineData("plain", 1)]
    [InlineData("plain", 7)]
    [InlineData("plain", 256)]
    [InlineData("plain", 300)]
    [InlineData("residual", 1)]
    [InlineData("residual", 7)]
    public void A_batch_of_any_size_gives_each_face_the_same(string architecture, int count)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using nn.Module<Tensor, Tensor> network = Trained(architecture);
        OnnxExporter.Export(network, Card(architecture), folder.File("model.onnx"));
        byte[] faces = new byte[count * 48 * 48];
        new Random(2).NextBytes(faces);
        using var classifier = ExpressionClassifier.Create(folder.File("model.onnx"));
        float[] together = classifier.Classify(faces, count);
        float[] last = classifier.Classify(faces.AsSpan((count - 1) * 48 * 48), 1);
        Assert.Equal(last, together[^7..], (a, b) => Math.Abs(a - b) <= 1e-5);
    }

    [Fact]
    public void The_file_says_what_its_card_says()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using nn.Module<Tensor, Tensor> network = Trained("plain");
        ModelCard card = Card("plain");
        OnnxExporter.Export(network, card, folder.File("model.onnx"));
        using var classifier = ExpressionClassifier.Create(folder.File("model.onnx"));
        Assert.Equal(card.ToMetadata(), classifier.Card.ToMetadata());
    }

    [Theory]
    [InlineData("half", "its classes would read back as")]
    [InlineData("b", "it would not open (")]
    [InlineData(" ", "it would not open (")]
    public void A_file_that_would_not_read_back_as_written_is_not_written(string name, string expected)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.Write("model.onnx", "what stood there before");
        using nn.Module<Tensor, Tensor> network = Architectures.Create("plain", 2);
        // Half a surrogate pair is no text that a file can hold; a test's data can't hold it either.
        ModelCard card = Card("plain") with { Labels = ["b", name == "half" ? "half\ud83d" : name], ClassShares = [] };
        var error = Assert.Throws<MienException>(() => OnnxExporter.Export(network, card, file));
        Assert.StartsWith($"{file}: not written, as ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal("what stood there before", File.ReadAllText(file));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_layer_that_is_not_known_is_named_with_the_cure()
    {
        using nn.Module<Tensor, Tensor> network = nn.Sequential(("a", nn.Conv2d(1, 7, 3)), ("b", nn.LogSoftmax(1)));
        var error = Assert.Throws<MienException>(() => OnnxExporter.Build(network, Card("plain")));
        Assert.Contains("LogSoftmax", error.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(IOnnxLayer), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_with_another_number_of_scores_than_labels_is_refused()
    {
        using nn.Module<Tensor, Tensor> network = Architectures.Create("plain", 8);
        Assert.Contains("[N,8] for 7 labels", Assert.Throws<MienException>(() => OnnxExporter.Build(network, Card("plain"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_can_not_be_written_is_named_and_leaves_nothing_behind()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using nn.Module<Tensor, Tensor> network = Architectures.Create("plain", 7);
        string path = Path.Combine(folder.File("absent"), "model.onnx");
        Assert.StartsWith(path, Assert.Throws<MienException>(() => OnnxExporter.Export(network, Card("plain"), path)).Message,
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static void AssertSame(Tensor expected, OrtValue actual)
    {
        Assert.Equal(expected.shape, actual.GetTensorTypeAndShape().Shape);
        Assert.Equal(expected.contiguous().data<float>().ToArray(), actual.GetTensorDataAsSpan<float>().ToArray(),
            (a, b) => Math.Abs(a - b) <= 1e-4 * Math.Max(1, Math.Abs(a)));
    }

    private static ModelCard Card(string architecture) => new()
    {
        Name = "test",
        Version = "1.2.3",
        Architecture = architecture,
        Labels = FacialExpressions.Fer2013Names,
        Input = InputSpec.Fer2013,
        Temperature = Temperature,
        DataSha256 = "abc",
        Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Metrics = new Dictionary<string, double> { ["PublicTest.accuracy"] = 0.5 },
        Notes = new Dictionary<string, string> { ["recipe"] = "none, really" },
    };

    /// <summary>A network whose norms have seen data and whose every weight matters: fresh ones hide mistakes.</summary>
    private static nn.Module<Tensor, Tensor> Trained(string architecture)
    {
        random.manual_seed(11);
        nn.Module<Tensor, Tensor> network = Architectures.Create(architecture, 7);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (nn.Module layer in network.modules())
        {
            if (layer is BatchNorm2d norm)
            {
                nn.init.uniform_(norm.weight!, 0.5, 1.5);
                nn.init.uniform_(norm.bias!, -0.5, 0.5);
            }
            else if (layer is Linear linear)
            {
                nn.init.normal_(linear.weight!, 0, 0.1);
                nn.init.normal_(linear.bias!, 0, 0.1);
            }
        }

        network.train();
        for (int i = 0; i < 5; i++)
            network.call(randn(32, 1, 48, 48));
        network.eval();
        return network;
    }

    private static float[] TorchProbabilities(nn.Module<Tensor, Tensor> network, byte[] faces)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        float[] input = new float[faces.Length];
        for (int i = 0; i < 256; i++)
            Preprocessing.Normalize(faces.AsSpan(i * 2304, 2304), InputSpec.Fer2013, input.AsSpan(i * 2304, 2304));
        return nn.functional.softmax(network.call(tensor(input, [256, 1, 48, 48])) / Temperature, 1).data<float>().ToArray();
    }
}
