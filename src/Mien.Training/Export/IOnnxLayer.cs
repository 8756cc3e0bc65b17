namespace Mien.Training.Export;

/// <summary>A layer made of others, or of tensor operations, that can write itself as ONNX nodes.</summary>
/// <remarks>
/// Layers of TorchSharp itself (convolution, batch normalization, pooling, Sequential …) need nothing: the exporter
/// knows them. A network of one's own implements this beside its <c>forward</c>, line for line; training and export
/// compare the two and refuse to go on where they differ.
/// </remarks>
public interface IOnnxLayer
{
    /// <summary>Appends the nodes that compute this layer.</summary>
    /// <param name="graph">The graph under construction.</param>
    /// <param name="input">Name of the value that the layer reads.</param>
    /// <returns>Name of the value that the layer gives.</returns>
    string Write(OnnxGraph graph, string input);
}
