using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Export;
using Mien.Training.Models;
using Mien.Training.Runs;
using Mien.Training.Tests.Runs;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Mien.Training.Tests.Export;

public class OnnxImporterTests
{
    private static readonly TrainingOptions Quick = TrainingOptions.Default with
    {
        Architecture = "plain",
        Epochs = 1,
        BatchSize = 16,
        LearningRate = 0.02,
        Threads = 1,
        Precision = Precision.Float32
    };

    [Theory]
    [MemberData(nameof(QuantizerTests.Known), MemberType = typeof(QuantizerTests))]
    public void A_network_read_back_answers_as_it_did(string architecture)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        using nn.Module<Tensor, Tensor> original = Warm(Architectures.Create(architecture, 7));
        string file = Export(folder, original, architecture, FacialExpressions.Fer2013Names);
        using nn.Module<Tensor, Tensor> copy = Architectures.Create(architecture, 7);

        OnnxImporter.Read(file, copy, FacialExpressions.Fer2013Names, randn(32, 1, 48, 48));

        Tensor faces = randn(4, 1, 48, 48);
        original.eval();
        copy.eval();
        Assert.InRange((original.call(faces) - copy.call(faces)).abs().max().item<float>(), 0, 1e-4);
        // The norms begin where the data has them: in training the same faces give nearly the same answer.
        copy.train();
        foreach (var dropout in copy.modules().OfType<Dropout>())
            dropout.eval();
        Tensor measured = randn(32, 1, 48, 48);
        Tensor difference = (original.call(measured) - copy.call(measured)).abs().mean() / original.call(measured).abs().mean();
        Assert.InRange(difference.item<float>(), 0, 0.25);
    }

    [Fact]
    public void A_new_head_keeps_the_rows_of_labels_that_both_have()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> original = Warm(Architectures.Create("plain", 2));
        string file = Export(folder, original, "plain", ["happy", "sad"]);
        using nn.Module<Tensor, Tensor> three = Architectures.Create("plain", 3);

        OnnxImporter.Read(file, three, ["bored", "sad", "happy"], randn(32, 1, 48, 48));

        original.eval();
        three.eval();
        Tensor faces = randn(4, 1, 48, 48);
        Assert.InRange((original.call(faces)[.., 0] - three.call(faces)[.., 2]).abs().max().item<float>(), 0, 1e-4);
        Assert.InRange((original.call(faces)[.., 1] - three.call(faces)[.., 1]).abs().max().item<float>(), 0, 1e-4);
    }

    [Theory]
    [InlineData("happy", "sad")]
    [InlineData("sad", "happy")]
    public void Columns_behind_the_labels_stay_fresh(string first, string second)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using nn.Module<Tensor, Tensor> original = Warm(Architectures.Create("plain", 2));
        string file = Export(folder, original, "plain", ["happy", "sad"]);
        using nn.Module<Tensor, Tensor> more = Architectures.Create("plain", 2 + 10);
        using Tensor fresh = more.parameters().Last().clone();

        OnnxImporter.Read(file, more, [first, second], randn(32, 1, 48, 48));

        original.eval();
        more.eval();
        Tensor faces = randn(4, 1, 48, 48);
        Tensor answers = more.call(faces);
        Assert.InRange((original.call(faces)[.., 0] - answers[.., first == "happy" ? 0 : 1]).abs().max().item<float>(), 0, 1e-4);
        Assert.InRange((original.call(faces)[.., 1] - answers[.., first == "happy" ? 1 : 0]).abs().max().item<float>(), 0, 1e-4);
        Assert.Equal(fresh[2..].data<float>().ToArray(), more.parameters().Last()[2..].data<float>().ToArray());
    }

    [Fact]
    public void A_run_goes_on_from_a_model_and_a_frozen_body_stays_as_it_was()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        FaceTable table = TrainerTests.Table();
        string first = Train(folder.File("first"), table, Quick with { Epochs = 3 });
        string second = Train(folder.File("second"), table,
            Quick with { From = first, Architecture = "residual", BodyRate = 0, AverageDecay = 0, LearningRate = 1e-9 });

        using var before = ExpressionClassifier.Create(first);
        using var after = ExpressionClassifier.Create(second);
        Assert.Equal("plain", after.Card.Architecture);
        float[] a = before.Classify(table.Pixels, table.Count);
        float[] b = after.Classify(table.Pixels, table.Count);
        Assert.InRange(a.Zip(b, (x, y) => Math.Abs(x - y)).Average(), 0, 0.05);
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd, true)]
    [InlineData(OptimizerKind.Muon, true)]
    [InlineData(OptimizerKind.Sgd, false)]
    [InlineData(OptimizerKind.Muon, false)]
    public void Only_the_head_learns_on_a_body_that_is_frozen_by_its_rate_or_by_its_layers(OptimizerKind optimizer, bool layers)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        FaceTable table = TrainerTests.Table().TakeStratified(105, seed: 1);
        using nn.Module<Tensor, Tensor> network = Warm(Architectures.Create("plain", 7));
        string first = Export(folder, network, "plain", FacialExpressions.Fer2013Names);
        nn.Module[] learning = [.. network.children().Where(child => child.parameters().Any())];
        int head = (int)learning[^1].parameters().Sum(parameter => parameter.numel());
        TrainingOptions options = Quick with { From = first, Optimizer = optimizer, LearningRate = 0.05, WeightDecay = 0.01 };
        options = layers ? options with { FrozenLayers = learning.Length - 1 } : options with { BodyRate = 0 };
        var run = new RunFolder(folder.File("run"));
        using Trainer trainer = Trainer.Begin(run, table, "made up", options);
        Dictionary<string, float[]>? before = null;
        trainer.BeforeStep = step => before ??= TensorFile.Read(run.CheckpointFile).Vectors;
        trainer.Run(cancellationToken: TestContext.Current.CancellationToken);

        Dictionary<string, float[]> after = TensorFile.Read(run.CheckpointFile).Vectors;
        foreach (string vector in (string[])["weights", "average"])
        {
            Assert.True(before![vector].AsSpan(..^head).SequenceEqual(after[vector].AsSpan(..^head)), vector);
            Assert.DoesNotContain(before[vector][^head..].Zip(after[vector][^head..]), pair => pair.First == pair.Second);
        }

        // Frozen layers keep their norms' statistics too; a body without a rate goes on measuring them.
        Assert.Equal(layers, before!["buffers"].AsSpan().SequenceEqual(after["buffers"]));
    }

    [Fact]
    public void A_model_of_another_size_is_refused()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using nn.Module<Tensor, Tensor> network = Warm(Architectures.Create("plain", 7));
        string file = Export(folder, network, "plain", FacialExpressions.Fer2013Names, size: 24);
        var error = Assert.Throws<MienException>(() => Train(folder.File("run"), TrainerTests.Table(), Quick with { From = file }));
        Assert.Contains("24 pixels", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("residual")]
    public void A_model_in_8_bits_is_read_back_as_what_its_bytes_stand_for(string architecture)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        using nn.Module<Tensor, Tensor> original = Warm(Architectures.Create(architecture, 7));
        string file = Export(folder, original, architecture, FacialExpressions.Fer2013Names);
        Quantizer.Quantize(file, TrainerTests.Table(), folder.File("int8.onnx"));
        using nn.Module<Tensor, Tensor> copy = Architectures.Create(architecture, 7);

        OnnxImporter.Read(folder.File("int8.onnx"), copy, FacialExpressions.Fer2013Names, randn(32, 1, 48, 48));

        Tensor faces = randn(16, 1, 48, 48);
        original.eval();
        copy.eval();
        Tensor difference = (original.call(faces) - copy.call(faces)).abs().mean() / original.call(faces).std();
        Assert.InRange(difference.item<float>(), 1e-6, 0.08);
    }

    [Fact]
    public void A_run_goes_on_from_a_model_that_comes_with_Mien_by_its_name()
    {
        string name = Mien.Models.Default.Name;
        using TemporaryFolder folder = TestData.NewFolder();
        FaceTable table = TrainerTests.Table();
        string model = Train(folder.File("run"), table, Quick with { From = name, BodyRate = 0, AverageDecay = 0, LearningRate = 1e-9 });

        using var origin = ExpressionClassifier.Create(Mien.Models.Default);
        using var after = ExpressionClassifier.Create(model);
        Assert.Equal(origin.Card.Architecture, after.Card.Architecture);
        Assert.Contains($"going on from {name}", after.Card.Notes[ModelCard.LearnedFromNote], StringComparison.Ordinal);
    }

    [Fact]
    public void Branches_that_became_one_convolution_are_not_gone_on_with()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        const string branched = "residual-branched-16.16-1.1";
        using nn.Module<Tensor, Tensor> network = Warm(Architectures.Create(branched, 7));
        string file = Export(folder, network, branched, FacialExpressions.Fer2013Names);
        var error = Assert.Throws<MienException>(() => Train(folder.File("run"), TrainerTests.Table(), Quick with { From = file }));
        Assert.Contains("--resume", error.Message, StringComparison.Ordinal);
    }

    private static string Train(string path, FaceTable table, TrainingOptions options)
    {
        using Trainer trainer = Trainer.Begin(new RunFolder(path), table, "made up", options);
        return trainer.Run(cancellationToken: TestContext.Current.CancellationToken).ModelFile!;
    }

    /// <summary>Norms with statistics and scales that are not those of a fresh network, and a head that tells faces apart.</summary>
    private static nn.Module<Tensor, Tensor> Warm(nn.Module<Tensor, Tensor> network)
    {
        using var noGradient = no_grad();
        foreach (BatchNorm2d norm in network.modules().OfType<BatchNorm2d>())
        {
            norm.weight!.uniform_(0.5, 1.5);
            norm.bias!.uniform_(-0.3, 0.3);
        }

        network.train();
        for (int i = 0; i < 12; i++)
            network.call(randn(8, 1, 48, 48)).Dispose();
        return network;
    }

    private static string Export(TemporaryFolder folder, nn.Module<Tensor, Tensor> network, string architecture,
        IReadOnlyList<string> labels, int size = 48)
    {
        network.eval();
        var card = new ModelCard
        {
            Name = "test",
            Version = "1",
            Architecture = architecture,
            Labels = labels,
            Input = InputSpec.Fer2013 with { Size = size },
            Temperature = 1
        };
        OnnxExporter.Export(network, card, folder.File("model.onnx"));
        return folder.File("model.onnx");
    }
}
