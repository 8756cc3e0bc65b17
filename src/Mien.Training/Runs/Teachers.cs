using Mien.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>Finished networks whose answers on the augmented faces a run learns from.</summary>
/// <remarks>Hinton et al. 2015, arXiv:1503.02531; the same augmented face for both, as Beyer et al. 2022 (arXiv:2106.05237) advise.</remarks>
internal sealed class Teachers : IDisposable
{
    private readonly List<nn.Module<Tensor, Tensor>> _networks = [];
    private readonly ScalarType _type;

    /// <summary>Opens the best weights of finished runs.</summary>
    /// <param name="runs">Run folders.</param>
    /// <param name="labels">The labels that they must have.</param>
    /// <param name="device">Where they compute.</param>
    /// <param name="type">Number format of their convolutions.</param>
    /// <exception cref="MienException">A folder holds no run with an epoch done, or its labels differ.</exception>
    public Teachers(IEnumerable<string> runs, IReadOnlyList<string> labels, Device device, ScalarType type)
    {
        _type = type;
        foreach (string path in runs)
        {
            var run = new RunFolder(path);
            RunConfiguration configuration = run.ReadConfiguration();
            if (!configuration.Labels.SequenceEqual(labels))
                throw new MienException($"{path}: the teacher's labels are {string.Join(", ", configuration.Labels)}, the data's {string.Join(", ", labels)}. Pass a run on the same labels.");
            if (!File.Exists(run.CheckpointFile))
                throw new MienException($"{run.CheckpointFile}: not found. A teacher is a run's folder with its checkpoint.");
            nn.Module<Tensor, Tensor> network = Architectures.Create(configuration.Options.Architecture, labels.Count).to(device);
            _networks.Add(network);
            network.eval();
            using (var flat = new FlatWeights(network))
                TrainingState.LoadBest(run.CheckpointFile, flat);
            MixedPrecision.Convert(network, type);
        }
    }

    /// <summary>Mean probabilities of the teachers, float32 [N,K].</summary>
    /// <param name="faces">[N,1,S,S].</param>
    /// <param name="temperature">Divides the scores before the softmax.</param>
    public Tensor Answer(Tensor faces, double temperature)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using Scalar divisor = (float)temperature;
        using Scalar count = (float)_networks.Count;
        Tensor sum = _networks
            .Select(network => nn.functional.softmax(network.call(faces.to(_type)).to(ScalarType.Float32).div(divisor), 1))
            .Aggregate((a, b) => a.add(b));
        return sum.div(count).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (nn.Module<Tensor, Tensor> network in _networks)
            network.Dispose();
    }
}
