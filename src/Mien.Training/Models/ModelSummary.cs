using Mien.Training.Export;
using Mien.Training.Export.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Models;

/// <summary>One line of a summary.</summary>
/// <param name="Name">The layer's name in the network, such as `stage1_1.conv1`.</param>
/// <param name="Kind">Its type, such as `Conv2d`.</param>
/// <param name="Output">Shape of its output for one face, the batch dimension left out.</param>
/// <param name="Parameters">Numbers that training changes.</param>
/// <param name="MultiplyAdds">Multiplications with additions for one face; convolutions and dense layers count.</param>
public sealed record LayerSummary(string Name, string Kind, IReadOnlyList<long> Output, long Parameters, long MultiplyAdds);

/// <summary>Layers, shapes, parameters and multiply-adds of a network.</summary>
/// <param name="Architecture">The architecture's name.</param>
/// <param name="Layers">The layers that compute something, in order.</param>
public sealed record ModelSummary(string Architecture, IReadOnlyList<LayerSummary> Layers)
{
    /// <summary>Parameters of all layers.</summary>
    public long Parameters => Layers.Sum(layer => layer.Parameters);

    /// <summary>Multiply-adds of all layers for one face.</summary>
    public long MultiplyAdds => Layers.Sum(layer => layer.MultiplyAdds);

    /// <summary>Walks an architecture with one face of the given size.</summary>
    /// <param name="architecture">One of <see cref="Architectures.Names"/>.</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="size">Side of the input in pixels.</param>
    /// <exception cref="MienException">The architecture is not known.</exception>
    public static ModelSummary Of(string architecture, int classes, int size)
    {
        using nn.Module<Tensor, Tensor> network = Architectures.Create(architecture, classes);
        var names = network.named_modules().ToDictionary(pair => pair.module, pair => pair.name,
            (IEqualityComparer<nn.Module>)ReferenceEqualityComparer.Instance);
        var layers = new List<LayerSummary>();
        var graph = new OnnxGraph(new GraphProto(), ModelCard.InputName, [1, size, size])
        {
            Visited = (layer, output, multiplyAdds) => layers.Add(new LayerSummary(
                names.TryGetValue(layer, out string? name) ? name : "", layer.GetType().Name, output,
                layer.parameters(recurse: false).Sum(parameter => parameter.numel()), multiplyAdds)),
        };
        graph.Add(network, ModelCard.InputName);
        return new ModelSummary(architecture, layers);
    }
}
