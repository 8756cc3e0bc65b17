using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Export;
using Mien.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>The averaged weights of a run's best epoch as a model file, calibrated on PublicTest.</summary>
internal static class BestExport
{
    /// <summary>Key of the card's note on Training faces that are exact copies of test faces.</summary>
    public const string CopiesNote = "copiesOfTestFaces";

    /// <summary>What that note says where the run had none to learn from.</summary>
    public const string CopiesLeftOut = "left out";

    /// <summary>Key of the card's note on whose labels, votes and answers were learnt.</summary>
    public const string LearntFromNote = "learntFrom";

    /// <summary>Writes the file, atomically.</summary>
    /// <param name="configuration">The run's.</param>
    /// <param name="state">Holds the weights.</param>
    /// <param name="best">The epoch that they are of.</param>
    /// <param name="training">The faces learnt from.</param>
    /// <param name="validation">The PublicTest faces.</param>
    /// <param name="device">Where the network computes.</param>
    /// <param name="teachersFromVotes">Whether one of the run's teachers learnt from FER+ votes.</param>
    /// <param name="path">The .onnx file.</param>
    /// <returns>The temperature by which its scores are divided.</returns>
    public static float Write(RunConfiguration configuration, TrainingState state, EpochMetrics best, FaceTable training, FaceTable validation, Device device, bool teachersFromVotes, string path)
    {
        TrainingOptions options = configuration.Options;
        using var trained = new AveragedNetwork(options.Architecture, VotesHead.Outputs(options, configuration.Labels.Count), device, ScalarType.Float32);
        trained.Write(state.Best, state.BestBuffers);
        using nn.Module<Tensor, Tensor> exported = Architectures.Create(options.Architecture, configuration.Labels.Count).to(device);
        exported.eval();
        VotesHead.CopyWithout(trained.Network, exported);
        float[] logits = FaceBatches.Logits(exported, validation, configuration.Input, device, ScalarType.Float32);
        float temperature = Calibration.FitTemperature(logits, validation.Labels, validation.LabelNames.Count);
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
            Notes = new SortedDictionary<string, string>
            {
                ["epoch"] = $"{best.Epoch} of {options.Epochs}, chosen on PublicTest",
                ["seed"] = $"{options.Seed}",
                ["trainingFaces"] = $"{training.Count}",
                [CopiesNote] = options.DropCopies ? CopiesLeftOut : "not looked for",
                [LearntFromNote] = LearntFrom(options, teachersFromVotes),
            },
        };
        OnnxExporter.Export(exported, card, path);
        return temperature;
    }

    /// <summary>What that note says of a run: names FER+ wherever its votes were learnt from, be it through a teacher.</summary>
    /// <param name="options">The run's.</param>
    /// <param name="teachersFromVotes">Whether one of its teachers learnt from FER+ votes.</param>
    public static string LearntFrom(TrainingOptions options, bool teachersFromVotes)
    {
        string labels = options.Labels == LabelSource.FerPlus ? "FER+ majorities" : "labels";
        string votes = options.FerPlusShare > 0 ? $" and FER+ votes ({options.FerPlusShare})" : "";
        string task = options.VotesHead > 0 ? " and FER+ votes as a second task" : "";
        string teachers = options.Teachers.Count > 0 ? $" and the answers of {options.Teachers.Count} trained before" : "";
        if (teachersFromVotes)
            teachers += ", some of which learnt from FER+ votes";
        return labels + votes + task + teachers;
    }
}
