using Mien.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>A second copy of a run's network, in evaluation mode, for weights that are not the ones being trained.</summary>
internal sealed class AveragedNetwork : IDisposable
{
    private readonly FlatWeights _flat;

    /// <param name="architecture">One of <see cref="Architectures.Names"/>.</param>
    /// <param name="classes">K.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="type">What its convolutions compute in.</param>
    public AveragedNetwork(string architecture, int classes, Device device, ScalarType type)
    {
        Network = Architectures.Create(architecture, classes).to(device);
        Network.eval();
        MixedPrecision.Convert(Network, type);
        _flat = new FlatWeights(Network);
    }

    /// <summary>[N,1,S,S] -> [N,K].</summary>
    public nn.Module<Tensor, Tensor> Network { get; }

    /// <summary>Puts weights [P] and statistics [B] into it.</summary>
    public void Write(Tensor weights, Tensor buffers)
    {
        _flat.WriteWeights(weights);
        _flat.WriteBuffers(buffers);
    }

    public void Dispose()
    {
        _flat.Dispose();
        Network.Dispose();
    }
}
