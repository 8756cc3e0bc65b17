using Google.Protobuf;
using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Export;
using Mien.Training.Export.Onnx;
using Mien.Training.Models;
using Mien.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Tests.Evaluation;

public class EvaluatorTests
{
    [Fact]
    public void Figures_are_those_of_the_named_split_alone()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using ExpressionClassifier classifier = Model(folder, 48, FacialExpressions.Fer2013Names);
        FaceTable table = Table(48, FacialExpressions.Fer2013Names, Split.Training, Split.PrivateTest);
        var figures = Evaluator.Evaluate(classifier, table, Split.PrivateTest);

        FaceTable alone = table.Select(Split.PrivateTest);
        var expected = Metrics.Evaluate(classifier.Classify(alone.Pixels, alone.Count), alone.Labels, FacialExpressions.Fer2013Names);
        Assert.Equal((expected.Count, expected.Accuracy, expected.Nll, expected.Brier, expected.Ece),
            (figures.Count, figures.Accuracy, figures.Nll, figures.Brier, figures.Ece));
        Assert.Equal(expected.Confusion, figures.Confusion);
        Assert.True(figures.ImagesPerSecond > 0);
    }

    [Fact]
    public void Averaging_with_the_mirror_image_forgets_which_side_is_left()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using ExpressionClassifier classifier = Model(folder, 48, FacialExpressions.Fer2013Names);
        FaceTable table = Table(48, FacialExpressions.Fer2013Names, Split.PrivateTest);
        byte[] pixels = [.. table.Pixels];
        for (int row = 0; row < pixels.Length; row += 48)
            pixels.AsSpan(row, 48).Reverse();
        var mirrored = new FaceTable(48, pixels, table.Labels, table.Splits, table.LabelNames);
        Assert.NotEqual(Evaluator.Evaluate(classifier, table, Split.PrivateTest).Nll,
            Evaluator.Evaluate(classifier, mirrored, Split.PrivateTest).Nll, 6);
        Assert.Equal(Evaluator.Evaluate(classifier, table, Split.PrivateTest, flip: true).Nll,
            Evaluator.Evaluate(classifier, mirrored, Split.PrivateTest, flip: true).Nll, 6);
    }

    [Fact]
    public void Several_models_answer_with_their_mean()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using ExpressionClassifier first = Model(folder, 48, FacialExpressions.Fer2013Names);
        File.Move(folder.File("model.onnx"), folder.File("first.onnx"));
        using ExpressionClassifier second = Model(folder, 48, FacialExpressions.Fer2013Names, seed: 5);
        using var both = ExpressionClassifier.Create([ModelSource.FromFile(folder.File("first.onnx")),
            ModelSource.FromFile(folder.File("model.onnx"))]);
        FaceTable faces = Table(48, FacialExpressions.Fer2013Names, Split.PrivateTest);
        float[] a = first.Classify(faces.Pixels, faces.Count);
        float[] b = second.Classify(faces.Pixels, faces.Count);
        Assert.NotEqual(a, b);
        Assert.All(both.Classify(faces.Pixels, faces.Count).Zip(a.Zip(b, (x, y) => (x + y) / 2)),
            pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
    }

    [Fact]
    public void Models_of_other_labels_are_not_averaged()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Model(folder, 48, FacialExpressions.Fer2013Names).Dispose();
        File.Move(folder.File("model.onnx"), folder.File("first.onnx"));
        Model(folder, 48, ["calm", "cross"]).Dispose();
        var error = Assert.Throws<MienException>(() =>
            ExpressionClassifier.Create([ModelSource.FromFile(folder.File("first.onnx")),
            ModelSource.FromFile(folder.File("model.onnx"))]));
        Assert.Contains("calm, cross", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Faces_of_a_class_that_the_model_lacks_are_left_out_of_every_figure()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using ExpressionClassifier classifier = Model(folder, 48, FacialExpressions.Fer2013Names);
        FaceTable table = Table(48, FerPlus.Labels, Split.PrivateTest);
        FaceTable seven = table.Take([.. Enumerable.Range(0, table.Count).Where(i => table.Labels[i] != FerPlus.Contempt)]);
        var figures = Evaluator.Evaluate(classifier, table, Split.PrivateTest);
        var expected = Metrics.Evaluate(classifier.Classify(seven.Pixels, seven.Count), seven.Labels, FacialExpressions.Fer2013Names);
        Assert.Equal((expected.Count, expected.Accuracy, expected.MacroF1, expected.Nll),
            (figures.Count, figures.Accuracy, figures.MacroF1, figures.Nll));
        Assert.Equal(new Dictionary<string, int> { ["contempt"] = table.Count - seven.Count }, figures.LeftOut);
    }

    [Fact]
    public void A_class_that_the_data_lack_is_answered_or_shared_out()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using ExpressionClassifier classifier = Model(folder, 48, FerPlus.Labels);
        FaceTable table = Table(48, FacialExpressions.Fer2013Names, Split.PrivateTest);
        var open = Evaluator.Evaluate(classifier, table, Split.PrivateTest);
        Assert.Equal(["contempt"], open.Missing);
        Assert.Empty(open.SharedOut);
        Assert.Equal(8, open.PerClass.Count);
        var shared = Evaluator.Evaluate(classifier, table, Split.PrivateTest, onlyPresent: true);
        Assert.Equal(["contempt"], shared.SharedOut);
        Assert.Equal(0, shared.Confusion.Sum(row => row[FerPlus.Contempt]));
        Assert.True(shared.Nll < open.Nll);
    }

    [Fact]
    public void Votes_beside_the_faces_are_judged_too()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using ExpressionClassifier classifier = Model(folder, 48, FerPlus.Labels);
        FaceTable table = Table(48, FacialExpressions.Names, Split.PrivateTest);
        Assert.Null(Evaluator.Evaluate(classifier, table, Split.PrivateTest).Votes);
        FaceTable voted = FerPlus.Relabel(table.WithVotes([.. Enumerable.Range(0, table.Count)
            .SelectMany(_ => (byte[])[0, 0, 0, 6, 0, 0, 4, 0, 0, 0])]));
        VoteFigures votes = Evaluator.Evaluate(classifier, voted, Split.PrivateTest).Votes!;
        // 0.6 and 0.4 of each face's votes; six of ten agree with the other nine.
        Assert.Equal(-0.6 * Math.Log(0.6) - 0.4 * Math.Log(0.4), votes.Entropy, 9);
        Assert.True(votes.Nll > votes.Entropy);
        Assert.Equal(0.6, votes.OnePerson.Accuracy, 12);
    }

    [Fact]
    public void An_empty_split_is_named_with_those_that_are_there()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using ExpressionClassifier classifier = Model(folder, 48, FacialExpressions.Fer2013Names);
        AssertRefused(classifier, Table(48, FacialExpressions.Fer2013Names, Split.Training), "No PrivateTest faces", "Training", "--split");
    }

    [Fact]
    public void Labels_other_than_the_models_are_named_with_the_models()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using ExpressionClassifier classifier = Model(folder, 48, ["calm", "cross"]);
        AssertRefused(classifier, Table(48, FacialExpressions.Fer2013Names, Split.PrivateTest), "calm, cross", "angry, disgust",
            "trained on these labels");
    }

    [Fact]
    public void Faces_of_another_size_than_the_models_are_named_with_the_models()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using ExpressionClassifier classifier = Model(folder, 48, FacialExpressions.Fer2013Names);
        AssertRefused(classifier, Table(24, FacialExpressions.Fer2013Names, Split.PrivateTest), "48 pixels", "24", "trained on this size");
    }

    [Fact]
    public void A_model_whose_input_is_not_what_its_metadata_says_is_refused()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Model(folder, 48, FacialExpressions.Fer2013Names).Dispose();
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder.File("model.onnx")));
        model.MetadataProps.Single(pair => pair.Key == "mien.input.size").Value = "64";
        File.WriteAllBytes(folder.File("other.onnx"), model.ToByteArray());
        var error = Assert.Throws<MienException>(() => ExpressionClassifier.Create(folder.File("other.onnx")));
        Assert.StartsWith(folder.File("other.onnx"), error.Message, StringComparison.Ordinal);
        Assert.All((string[])["[-1,1,48,48]", "[N,1,64,64]", "Export the model again"],
            part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Going_on_from_a_model_of_another_input_is_refused_with_both_sizes()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Model(folder, 48, FacialExpressions.Fer2013Names).Dispose();
        TrainingOptions options = TrainingOptions.Default with { From = folder.File("model.onnx") };
        var error = Assert.Throws<MienException>(() =>
            Trainer.Begin(new RunFolder(folder.File("run")), Table(24, FacialExpressions.Fer2013Names, Split.Training, Split.PublicTest),
            "made up", options));
        Assert.All((string[])["48 pixels", "24", "Go on from a model of this size"],
            part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_no_model_is_named_with_the_cure()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.Write("fake.onnx", "no model at all");
        var error = Assert.Throws<MienException>(() => ExpressionClassifier.Create(file));
        Assert.StartsWith(file, error.Message, StringComparison.Ordinal);
        Assert.Contains("mien train", error.Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(ExpressionClassifier classifier, FaceTable table, params string[] parts)
    {
        var error = Assert.Throws<MienException>(() => Evaluator.Evaluate(classifier, table, Split.PrivateTest));
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    private static ExpressionClassifier Model(TemporaryFolder folder, int size, IReadOnlyList<string> labels, int seed = 4)
    {
        random.manual_seed(seed);
        using nn.Module<Tensor, Tensor> network = Architectures.Create("plain", labels.Count);
        var card = new ModelCard
        {
            Name = "test",
            Version = "1",
            Architecture = "plain",
            Labels = labels,
            Input = InputSpec.Fer2013 with { Size = size },
            Temperature = 1
        };
        OnnxExporter.Export(network, card, folder.File("model.onnx"));
        return ExpressionClassifier.Create(folder.File("model.onnx"));
    }

    /// <summary>Twenty faces of noise a split.</summary>
    private static FaceTable Table(int size, IReadOnlyList<string> labels, params Split[] splits)
    {
        int count = splits.Length * 20;
        byte[] pixels = new byte[count * size * size];
        new Random(6).NextBytes(pixels);
        return new FaceTable(size, pixels, [.. Enumerable.Range(0, count).Select(i => (byte)(i * 5 % labels.Count))],
            [.. Enumerable.Range(0, count).Select(i => splits[i % splits.Length])], labels);
    }
}
