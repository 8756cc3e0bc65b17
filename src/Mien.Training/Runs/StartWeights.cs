using Mien.Imaging;
using Mien.Training.Datasets;
using Mien.Training.Export;
using Mien.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>The model that a run goes on from.</summary>
internal static class StartWeights
{
    private const int FacesForStatistics = 512;
    private const int FacesForCheck = 16;

    /// <summary>Tries whether a model's weights fit the recipe's network.</summary>
    /// <inheritdoc cref="Read(nn.Module{Tensor, Tensor}, TrainingOptions, FaceTable, InputSpec, Device, int)" path="/param"/>
    /// <exception cref="MienException">The model is quantized, damaged, or of another network.</exception>
    public static void Check(TrainingOptions options, FaceTable training, InputSpec input)
    {
        using nn.Module<Tensor, Tensor> network = Architectures.Create(options.Architecture,
            SecondTask.Outputs(options, training.LabelNames.Count));
        Read(network, options, training, input, CPU, FacesForCheck);
    }

    /// <summary>Fills a network with a model's weights.</summary>
    /// <inheritdoc cref="Read(nn.Module{Tensor, Tensor}, TrainingOptions, FaceTable, InputSpec, Device, int)" path="/param"/>
    /// <inheritdoc cref="Check" path="/exception"/>
    public static void Read(nn.Module<Tensor, Tensor> network, TrainingOptions options, FaceTable training, InputSpec input,
        Device device) =>
        Read(network, options, training, input, device, FacesForStatistics);

    /// <param name="network">Float32, on <paramref name="device"/>, with fresh weights.</param>
    /// <param name="options">The recipe, whose <see cref="TrainingOptions.From"/> names the model.</param>
    /// <param name="training">The faces to learn from; some of them, drawn by the recipe's seed, measure the norms' statistics.</param>
    /// <param name="input">How they are normalized.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="most">At most so many faces.</param>
    private static void Read(nn.Module<Tensor, Tensor> network, TrainingOptions options, FaceTable training, InputSpec input, Device device,
        int most)
    {
        using var scope = NewDisposeScope();
        int[] rows = [.. Enumerable.Range(0, training.Count)];
        new Random(options.Seed).Shuffle(rows);
        Tensor faces = FaceBatches.Faces(training, rows.AsSpan(0, Math.Min(rows.Length, most)), input).to(device);
        OnnxImporter.Read(options.From!, network, training.LabelNames, faces);
    }
}
