using Mien.Explanations;
using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Export;
using Mien.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Tests.Export;

/// <summary>Grad-CAM from the exported file alone.</summary>
public class GradCamTests(ITestOutputHelper output)
{
    private const int Faces = 200;
    private const double Masked = 0.15;

    [Fact]
    public void The_map_is_the_one_that_torchs_gradients_give()
    {
        random.manual_seed(3);
        using nn.Module<Tensor, Tensor> network = Architectures.Create("residual", 7);
        network.eval();
        using TemporaryFolder folder = TestData.NewFolder();
        var card = new ModelCard
        {
            Name = "test",
            Version = "1",
            Architecture = "residual",
            Labels = FacialExpressions.Fer2013Names,
            Input = InputSpec.Fer2013,
            Temperature = 1
        };
        OnnxExporter.Export(network, card, folder.File("model.onnx"));
        byte[] face = new byte[48 * 48];
        new Random(4).NextBytes(face);
        using ExpressionClassifier classifier = ExpressionClassifier.Create(folder.File("model.onnx"));
        var explainer = new Explainer(classifier);
        FaceFeatures features = classifier.ClassifyWithFeatures(face, 1);

        // The rest of the network over the maps, written out: means over a 3x3 grid, then the last dense layer. Its
        // gradient is torch's; weights are the means of the gradients and the map their rectified sum (Selvaraju 2017).
        var dense = network.named_modules().Select(named => named.module).OfType<TorchSharp.Modules.Linear>().Last();
        for (int label = 0; label < 7; label++)
        {
            using var scope = NewDisposeScope();
            Tensor maps = tensor(features.Maps, [1, features.Channels, features.Height, features.Width]).requires_grad_();
            Tensor score = dense.forward(nn.functional.adaptive_avg_pool2d(maps, 3).flatten(1))[0, label];
            score.backward();
            Tensor weights = maps.grad!.mean([2, 3], keepdim: true);
            float[] expected = (weights * maps).sum(1).detach().data<float>().ToArray();
            float highest = expected.Max();
            Heatmap map = explainer.GradCam(features, 0, label);
            if (highest <= 0)
            {
                Assert.All(map.Values, value => Assert.Equal(0, value));
                continue;
            }

            // The strongest cell of the coarse map is the map's 1, at that cell's center.
            float[] stretched = Stretch([.. expected.Select(value => Math.Max(value, 0) / highest)], features.Height, 48);
            Assert.All(stretched.Zip(map.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
        }
    }

    [Fact]
    public void Masking_what_is_marked_lowers_the_probability_more_than_masking_at_random()
    {
        FaceTable table = DatasetReader.Load(TestData.Fer2013Zip).Table.Select(Split.PublicTest).TakeStratified(Faces, seed: 1);
        using ExpressionClassifier classifier = ExpressionClassifier.Create(Path.Combine(TestData.Root, "models",
            "mien-fer2013.int8.onnx"));
        var explainer = new Explainer(classifier);
        FaceFeatures features = classifier.ClassifyWithFeatures(table.Pixels, table.Count);
        byte ground = (byte)Math.Round(classifier.Card.Input.Mean * 255);
        var chance = new Random(1);
        byte[] marked = [.. table.Pixels];
        byte[] random = [.. table.Pixels];
        byte[] others = [.. table.Pixels];
        int[] answers = new int[table.Count];
        for (int i = 0; i < table.Count; i++)
        {
            answers[i] = Metrics.MostProbable(features.Probabilities.AsSpan(i * 7, 7));
            bool[] mask = explainer.GradCam(features, i, answers[i]).Strongest(Masked);
            // The same region, elsewhere: moved round the face's edges, so that shape and size are the same.
            Cover(marked.AsSpan(i * 2304, 2304), mask, 0, 0, ground);
            Cover(random.AsSpan(i * 2304, 2304), mask, chance.Next(6, 42), chance.Next(6, 42), ground);
            // And what is marked on the next face: faces are alike, so that this says how much is the face's own.
            Cover(others.AsSpan((i + 1) % table.Count * 2304, 2304), mask, 0, 0, ground);
        }

        double[] falls = [.. new[] { marked, random, others }.Select(faces => Fall(classifier, features, faces, answers))];
        output.WriteLine($"mean fall of the answer's probability over {table.Count} faces, {Masked:P0} masked: marked {falls[0]:F3}, the "
            + $"same region elsewhere {falls[1]:F3}, what is marked on another face {falls[2]:F3}");
        Assert.True(falls[0] > 2 * falls[1], $"marked {falls[0]:F3}, random {falls[1]:F3}");
        Assert.True(falls[0] > falls[2], $"marked {falls[0]:F3}, marked on another face {falls[2]:F3}");
    }

    private static double Fall(ExpressionClassifier classifier, FaceFeatures features, byte[] masked, int[] answers)
    {
        float[] probabilities = classifier.Classify(masked, answers.Length);
        return answers.Select((answer, i) => (double)features.Probabilities[i * 7 + answer] - probabilities[i * 7 + answer]).Average();
    }

    private static void Cover(Span<byte> face, bool[] mask, int right, int down, byte ground)
    {
        for (int i = 0; i < mask.Length; i++)
        {
            if (mask[i])
                face[(i / 48 + down) % 48 * 48 + (i % 48 + right) % 48] = ground;
        }
    }

    /// <summary>Torch's own bilinear interpolation.</summary>
    private static float[] Stretch(float[] coarse, int side, int size)
    {
        using var scope = NewDisposeScope();
        Tensor map = tensor(coarse, [1, 1, side, side]);
        return nn.functional.interpolate(map, [size, size], mode: InterpolationMode.Bilinear, align_corners: false).data<float>().ToArray();
    }
}
