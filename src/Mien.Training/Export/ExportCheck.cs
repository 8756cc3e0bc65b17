using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Mien.Imaging;
using Mien.Training.Models;
using Mien.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Export;

/// <summary>Whether a network can be trained on such faces, and computes the same as ONNX: known before time is spent on it.</summary>
internal static class ExportCheck
{
    private const int Faces = 3;

    /// <summary>Of the largest score. A layer written wrongly is off by as much as the scores are; a GPU's shorter multiplication by a
    /// thousandth.</summary>
    private const float Tolerance = 0.01f;

    /// <summary>Makes the recipe's network, lets it read noise as training would, exports it and compares.</summary>
    /// <param name="options">The recipe.</param>
    /// <param name="classes">K.</param>
    /// <param name="size">Side of a face in pixels.</param>
    /// <exception cref="MienException">The network is unfit: the message says how and what to do.</exception>
    public static void Run(TrainingOptions options, int classes, int size)
    {
        Device device = Devices.Open(options.Device);
        using nn.Module<Tensor, Tensor> network = Architectures.Create(options.Architecture, classes).to(device);
        Run(network, options, classes, size);
    }

    internal static void Run(nn.Module<Tensor, Tensor> network, TrainingOptions options, int classes, int size)
    {
        string name = options.Architecture;
        if (!network.parameters().Any())
            throw new MienException($"{name}: the network has no weights to train. Call RegisterComponents() at the end of its "
                + "constructor, after its layers are made.");
        Score(network, name, classes, size, $"It must take [N,1,{size},{size}]; a grid of any size becomes a fixed one by "
            + "AdaptiveAvgPool2d before Flatten.");
        int small = options.Augmentation.SmallSize;
        if (small > 0 && small < size && options.Augmentation.SmallShare > 0)
            Score(network, name, classes, small, "The recipe begins with faces of that size: pool to a fixed grid by AdaptiveAvgPool2d "
                + "before Flatten, or set Augmentation.SmallSize to 0.");

        Compare(network, OnnxExporter.Build(network, Card(name, classes, size)).ToByteArray(), name, size);

        Device device = network.parameters().First().device;
        ScalarType type = MixedPrecision.Resolve(options.Precision, device.type);
        MixedPrecision.Convert(network, type);
        Score(network, name, classes, size, $"It can't compute in {type}: set Precision to Float32 (--precision float32).", type);
    }

    /// <summary>Compares what an exported network computes with what it computes in torch; passes over one that is not in
    /// float32.</summary>
    /// <param name="network">[N,1,S,S] -> [N,K].</param>
    /// <param name="model">The network's export.</param>
    /// <param name="name">Named in messages.</param>
    /// <param name="size">S.</param>
    /// <exception cref="MienException">ONNX Runtime refuses the export, or it computes something else.</exception>
    public static void Compare(nn.Module<Tensor, Tensor> network, byte[] model, string name, int size)
    {
        if (network.parameters().FirstOrDefault() is { } weight && weight.dtype != ScalarType.Float32)
            return;
        float[] faces = Noise(Faces * size * size);
        float[] expected = Scores(network, faces, size, ScalarType.Float32).Values;
        float[] exported;
        try
        {
            using var session = new InferenceSession(model);
            using var run = new RunOptions();
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(faces, [Faces, 1, size, size]);
            using var outputs = session.Run(run, [ModelCard.InputName], [input], [ModelCard.LogitsName]);
            exported = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }
        catch (OnnxRuntimeException e)
        {
            throw new MienException($"{name}: ONNX Runtime refuses the exported network ({e.Message.Split('\n')[0]}). Check the nodes that "
                + $"its {nameof(IOnnxLayer)}.Write adds: operators, attributes, shapes.", e);
        }

        float largest = expected.Max(Math.Abs);
        float difference = expected.Length == exported.Length ? expected.Zip(exported, (a, b) => Math.Abs(a - b)).Max() : float.NaN;
        // Written so that a difference that is no number fails as well.
        if (!(difference <= Tolerance * largest + 1e-6f))
        {
            throw new MienException(FormattableString.Invariant($"{name}: exported, it computes something else than in torch: ")
                + FormattableString.Invariant($"scores of up to {largest:G3} differ by {difference:G3}. ")
                + $"{nameof(IOnnxLayer)}.Write of its layers must do what their forward does in evaluation mode.");
        }
    }

    private static void Score(nn.Module<Tensor, Tensor> network, string name, int classes, int size, string cure,
        ScalarType type = ScalarType.Float32)
    {
        long[] shape;
        try
        {
            shape = Scores(network, Noise(Faces * size * size), size, type).Shape;
        }
        catch (Exception e) when (e is ExternalException or ArgumentException)
        {
            throw new MienException($"{name}: the network can't read faces of {size}x{size} pixels in one channel "
                + $"({e.Message.Split('\n')[0]}). {cure}", e);
        }

        if (shape is not [Faces, var scores] || scores != classes)
            throw new MienException($"{name}: the network gives [{string.Join(',', shape)}] for {Faces} faces of {size}x{size} pixels. Its "
                + $"last layer must give one score a label: [{Faces},{classes}].");
    }

    private static (float[] Values, long[] Shape) Scores(nn.Module<Tensor, Tensor> network, float[] faces, int size, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        bool training = network.training;
        network.eval();
        try
        {
            Device device = network.parameters().FirstOrDefault()?.device ?? CPU;
            Tensor scores = network.call(tensor(faces, [Faces, 1, size, size]).to(device).to(type)).to(ScalarType.Float32).cpu();
            return (scores.contiguous().data<float>().ToArray(), scores.shape);
        }
        finally
        {
            network.train(training);
        }
    }

    /// <summary>Normalized pixels at random, always the same ones; torch's own generator is left alone.</summary>
    private static float[] Noise(int count)
    {
        var random = new Random(1);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)(random.NextDouble() * 4 - 2);
        return values;
    }

    private static ModelCard Card(string name, int classes, int size) => new()
    {
        Name = name,
        Version = Versions.Training,
        Architecture = name,
        Labels = [.. Enumerable.Range(0, classes).Select(k => $"{k}")],
        Input = new InputSpec(size, 0.5f, 0.25f),
        Temperature = 1,
    };
}
