using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Export;
using Mien.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>The averaged weights of a run's best epoch as a model file, calibrated on PublicTest: on its labels, or on the taggers' shares
/// where these are learned.</summary>
internal static class BestExport
{
    /// <summary>Writes the file, atomically.</summary>
    /// <param name="configuration">The run's.</param>
    /// <param name="state">Holds the weights.</param>
    /// <param name="best">The epoch that they are of.</param>
    /// <param name="training">The faces learned from.</param>
    /// <param name="validation">The PublicTest faces.</param>
    /// <param name="device">Where the network computes.</param>
    /// <param name="path">The .onnx file.</param>
    /// <returns>The temperature by which its scores are divided.</returns>
    public static float Write(RunConfiguration configuration, TrainingState state, EpochMetrics best, FaceTable training,
        FaceTable validation, Device device, string path)
    {
        TrainingOptions options = configuration.Options;
        using var trained = new AveragedNetwork(options.Architecture, SecondTask.Outputs(options, configuration.Labels.Count), device,
            ScalarType.Float32);
        trained.Write(state.Best, state.BestBuffers);
        using nn.Module<Tensor, Tensor> exported = Architectures.Create(options.Architecture, configuration.Labels.Count).to(device);
        exported.eval();
        SecondTask.CopyWithout(trained.Network, exported, options.OwnShare);
        float[] logits = FaceBatches.Logits(exported, validation, configuration.Input, device, ScalarType.Float32);
        // Fitted to majorities, probabilities would say how likely the majority's answer is, not how many people give it.
        float temperature = options is { Labels: LabelSource.FerPlus, FerPlusShare: 1 }
            ? Calibration.FitTemperatureToShares(logits, VoteShares.Of(validation), validation.LabelNames.Count)
            : Calibration.FitTemperature(logits, validation.Labels, validation.LabelNames.Count);
        Mien.Training.Evaluation.Evaluation calibrated = Metrics.Evaluate(
            Calibration.Softmax(logits, validation.LabelNames.Count, temperature), validation.Labels, validation.LabelNames);
        var card = new ModelCard
        {
            Name = "mien-" + options.Architecture,
            Version = Versions.Training,
            Architecture = options.Architecture,
            Labels = configuration.Labels,
            Input = configuration.Input,
            Temperature = temperature,
            DataSha256 = configuration.DataSha256,
            ClassShares = training.ClassShares(),
            Created = DateTimeOffset.UtcNow,
            Metrics = ModelFigures.Of(Split.PublicTest, calibrated),
            Notes = new SortedDictionary<string, string>(new Dictionary<string, string>(Provenance.Of(configuration).Notes)
            {
                ["epoch"] = $"{best.Epoch} of {options.Epochs}, chosen on PublicTest",
                ["seed"] = $"{options.Seed}",
                ["trainingFaces"] = $"{training.Count}",
            }),
        };
        OnnxExporter.Export(exported, card, path);
        return temperature;
    }
}
