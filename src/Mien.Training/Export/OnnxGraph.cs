using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Mien.Training.Export;

/// <summary>An ONNX graph under construction.</summary>
public sealed class OnnxGraph
{
    /// <summary>Appends the nodes of a layer that TorchSharp or <see cref="IOnnxLayer"/> defines.</summary>
    /// <returns>Name of the value that the layer gives.</returns>
    /// <exception cref="MienException">The layer is of a kind that the exporter does not know.</exception>
    public string Add(nn.Module layer, string input) => throw new NotImplementedException();

    /// <summary>Appends one node with one output.</summary>
    /// <returns>Name of the node's output.</returns>
    public string Node(string operation, params ReadOnlySpan<string> inputs) => throw new NotImplementedException();
}
