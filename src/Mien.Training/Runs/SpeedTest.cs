using System.Diagnostics;
using Mien.Training.Datasets;
using Mien.Training.Export;
using Mien.Training.Export.Onnx;
using Mien.Training.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>Where an epoch's time goes on this machine.</summary>
/// <param name="Training">Faces a second of whole training steps.</param>
/// <param name="Bare">Faces a second of the forward and backward pass alone, on one batch over and over.</param>
/// <param name="Convolutions">Faces a second of the convolutions' and dense layers' forward and backward alone.</param>
/// <param name="Epoch">An epoch of the given data with its evaluation.</param>
/// <param name="Preparing">Share of the epoch for reading, augmenting, mixing; 0..1.</param>
/// <param name="Computing">Share of the epoch in the network.</param>
/// <param name="Updating">Share of the epoch for optimizer and average.</param>
/// <param name="Evaluating">Share of the epoch for PublicTest.</param>
public sealed record SpeedTestResult(
    double Training, double Bare, double Convolutions, TimeSpan Epoch, double Preparing, double Computing, double Updating,
        double Evaluating)
{
    /// <summary>Share of the epoch in convolutions, dense layers and their gradients, 0..1.</summary>
    public double ConvolutionShare => Computing * Math.Min(1, Bare / Convolutions);
}

/// <summary>Measures training: whole steps, the bare network and its convolutions in turn, so that noise hits all alike.</summary>
public static class SpeedTest
{
    private const int Rounds = 5;
    private const int StepsARound = 6;

    /// <summary>Trains for some steps in a temporary folder and times the parts. Medians over five rounds.</summary>
    /// <param name="table">The data set.</param>
    /// <param name="options">The recipe; its faces are measured at full size.</param>
    /// <exception cref="MienException">Options or data are unfit for training.</exception>
    public static SpeedTestResult Run(FaceTable table, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options = options with { Epochs = 1, Augmentation = options.Augmentation with { SmallSize = 0 } };
        string folder = Directory.CreateTempSubdirectory("mien-speed-").FullName;
        try
        {
            using Trainer trainer = Trainer.Begin(new RunFolder(folder), table, "speed test", options);
            return Measure(trainer, table);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static SpeedTestResult Measure(Trainer trainer, FaceTable table)
    {
        TrainingOptions options = trainer.Configuration.Options;
        int faces = trainer.Configuration.Faces[nameof(Split.Training)];
        int batch = Math.Min(options.BatchSize, faces);
        Device device = Devices.Open(options.Device);
        ScalarType type = MixedPrecision.Resolve(options.Precision, device.type);
        using nn.Module<Tensor, Tensor> network = Architectures.Create(options.Architecture, table.LabelNames.Count).to(device);
        MixedPrecision.Convert(network, type);
        network.train();
        using Tensor input = randn([batch, 1, table.Size, table.Size], device: device).to(type);
        using Tensor labels = zeros(batch, ScalarType.Int64, device: device);
        var layers = MultiplyingLayers(network, table.Size)
            .Select(layer => (layer.Layer, Input: Noise([batch, .. layer.Shape], type, device)))
            .ToList();

        trainer.Step.Load();
        int[] rows = [.. Enumerable.Range(0, batch)];
        var chance = new Random(1);
        var whole = new List<double>();
        var bare = new List<double>();
        var convolutions = new List<double>();
        double[] parts = [0, 0, 0];
        for (int round = -1; round < Rounds; round++)
        {
            if (round == 0)
                parts = Parts(trainer.Step);
            double step = Time(StepsARound, () => trainer.Step.Run(rows, table.Size, options.LearningRate / 100, 0, 100, chance));
            double pass = Time(StepsARound, () => Pass(network, input, labels));
            double multiply = layers.Sum(layer => Time(StepsARound, () => Pass(layer.Layer, layer.Input)));
            if (round < 0)
                continue;
            whole.Add(batch / step);
            bare.Add(batch / pass);
            convolutions.Add(batch / multiply);
        }

        layers.ForEach(layer => layer.Input.Dispose());
        double[] spent = [.. Parts(trainer.Step).Zip(parts, (now, then) => (now - then) / (Rounds * StepsARound * batch) * faces)];
        long begun = Stopwatch.GetTimestamp();
        trainer.Judge();
        double evaluating = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        double epoch = spent.Sum() + evaluating;
        return new SpeedTestResult(Median(whole), Median(bare), Median(convolutions), TimeSpan.FromSeconds(epoch),
            spent[0] / epoch, spent[1] / epoch, spent[2] / epoch, evaluating / epoch);
    }

    private static double[] Parts(TrainingStep step) =>
        [step.Preparing.TotalSeconds, step.Computing.TotalSeconds, step.Updating.TotalSeconds];

    private static void Pass(nn.Module<Tensor, Tensor> network, Tensor input, Tensor labels)
    {
        using var scope = NewDisposeScope();
        network.zero_grad();
        nn.functional.cross_entropy(network.call(input).to(ScalarType.Float32), labels).backward();
    }

    /// <summary>
    /// What a layer reads: noise rather than zeros, which a processor multiplies with less power and so at a higher clock;
    /// maps of several channels laid out channels-last.
    /// </summary>
    private static Tensor Noise(long[] shape, ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        Tensor noise = randn(shape, device: device).to(type);
        if (shape is [_, > 1, _, _])
            noise = ChannelsLast.Of(noise);
        return noise.requires_grad_(shape is not [_, 1, _, _]).MoveToOuterDisposeScope();
    }

    /// <summary>One layer's forward and backward; the gradient of its input is computed as inside the network.</summary>
    private static void Pass(nn.Module<Tensor, Tensor> layer, Tensor input)
    {
        using var scope = NewDisposeScope();
        layer.zero_grad();
        Tensor output = layer.call(input);
        output.backward([output]);
    }

    /// <summary>Convolutions and dense layers with the shape of what each reads.</summary>
    private static List<(nn.Module<Tensor, Tensor> Layer, long[] Shape)> MultiplyingLayers(nn.Module<Tensor, Tensor> network, int size)
    {
        var found = new List<(nn.Module<Tensor, Tensor>, long[])>();
        // Walked in float32 on the side: the exporter's walk knows all shapes.
        var graph = new OnnxGraph(new GraphProto(), ModelCard.InputName, [1, size, size])
        {
            Visited = (layer, output, _) =>
            {
                if (layer is Conv2d convolution)
                    found.Add((convolution, [convolution.in_channels, output[1] * convolution.stride![0],
                        output[2] * convolution.stride[1]]));
                else if (layer is Linear linear)
                    found.Add((linear, [linear.in_features]));
            },
        };
        graph.Add(network, ModelCard.InputName);
        return found;
    }

    private static double Time(int times, Action action)
    {
        long begun = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++)
            action();
        return Stopwatch.GetElapsedTime(begun).TotalSeconds / times;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
