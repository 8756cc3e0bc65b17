using Google.Protobuf;
using Mien.Training.Export.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Mien.Training.Export;

/// <summary>Reads the weights of an exported model back into a network, to go on training it.</summary>
/// <remarks>
/// The export folds each batch normalization into the convolution before it. Here the folded filters go into the
/// convolution, and the norm is set to what undoes its own statistics, measured on faces of the new data: the network
/// computes what the file computes, and in training its norms begin where they belong.
/// </remarks>
internal static class OnnxImporter
{
    /// <summary>Reads a model's card.</summary>
    /// <param name="file">A file, or one of <see cref="Mien.Models"/>.</param>
    /// <exception cref="MienException">The file can't be read or is not Mien's.</exception>
    public static ModelCard Card(string file) => CardOf(Parse(file), file);

    /// <summary>Fills a network with a file's weights.</summary>
    /// <param name="file">
    /// A model.onnx that <see cref="OnnxExporter"/> wrote from the same architecture, its 8-bit version, or one of
    /// <see cref="Mien.Models"/>.
    /// </param>
    /// <param name="network">Float32, with fresh weights; rows of its last layer for labels that the file lacks, and those behind the
    /// labels, stay fresh.</param>
    /// <param name="labels">The network's labels.</param>
    /// <param name="faces">[N,1,S,S] normalized faces of the new data, some hundreds, to measure the norms' statistics on.</param>
    /// <exception cref="MienException">The file is damaged, or of another network.</exception>
    public static void Read(string file, nn.Module<Tensor, Tensor> network, IReadOnlyList<string> labels, Tensor faces)
    {
        ModelProto model = Parse(file);
        IReadOnlyList<string> known = CardOf(model, file).Labels;
        Dictionary<string, TensorProto> constants = Quantizer.FloatConstants(model.Graph);
        NodeProto[] sources = [.. model.Graph.Node.Where(node => node.OpType is "Conv" or "Gemm")];
        List<Layer> layers = Layers(network, (int)faces.shape[^1]);
        if (layers.Select(layer => layer.Module).Except(network.modules()).Any())
            throw new MienException($"{file}: branches of its network are one convolution in the file, which can't be taken apart. Go on "
                + "with its run (--resume), or learn from the run's folder (--teacher).");
        if (sources.Length != layers.Count)
            throw Other(file);

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        for (int i = 0; i < layers.Count; i++)
        {
            Tensor weight = Values(constants[sources[i].Input[1]]);
            Tensor bias = Values(constants[sources[i].Input[2]]);
            if (i == layers.Count - 1 && known.Count == weight.shape[0] && layers[i].Module is Linear head)
                FillHead(file, head, weight, bias, known, labels);
            else
                Fill(file, layers[i], weight, bias);
        }

        MeasureNorms(network, layers, faces);
    }

    internal static ModelCard CardOf(ModelProto model, string file) =>
        ModelCard.FromMetadata(model.MetadataProps.ToDictionary(pair => pair.Key, pair => pair.Value), file);

    private static ModelProto Parse(string file) => OnnxFile.Read(file);

    /// <summary>Convolutions and dense layers in the order in which they are exported, each with the norm folded into it.</summary>
    private static List<Layer> Layers(nn.Module<Tensor, Tensor> network, int size)
    {
        var layers = new List<Layer>();
        var graph = new OnnxGraph(new GraphProto(), ModelCard.InputName, [1, size, size])
        {
            Visited = (layer, _, _) =>
            {
                if (layer is Conv2d or Linear)
                    layers.Add(new Layer(layer, null));
            },
            Folded = norm => layers[^1] = layers[^1] with { Norm = norm },
        };
        graph.Add(network, ModelCard.InputName);
        return layers;
    }

    /// <summary>Fills the rows of the labels that the file knows; votes that are learned beside the labels have further rows.</summary>
    private static void FillHead(string file, Linear head, Tensor weight, Tensor bias, IReadOnlyList<string> known,
        IReadOnlyList<string> labels)
    {
        if (head.weight!.shape[1] != weight.shape[1])
            throw Other(file);
        for (int k = 0; k < labels.Count; k++)
        {
            int from = known.ToList().IndexOf(labels[k]);
            if (from < 0)
                continue;
            head.weight[k].copy_(weight[from]);
            head.bias?[k].copy_(bias[from]);
        }
    }

    private static void Fill(string file, Layer layer, Tensor weight, Tensor bias)
    {
        (Parameter target, Parameter? shift) = layer.Module is Conv2d convolution ? (convolution.weight!, convolution.bias)
            : (((Linear)layer.Module).weight!, ((Linear)layer.Module).bias);
        if (!target.shape.SequenceEqual(weight.shape))
            throw Other(file);
        target.copy_(weight);
        shift?.copy_(bias);
        if (layer.Norm is not { } norm)
            return;
        // For now the norm adds the bias and nothing else.
        norm.running_mean!.zero_();
        norm.running_var!.fill_((float)(1 - norm.eps));
        norm.weight!.fill_(1f);
        norm.bias!.copy_(bias);
    }

    /// <summary>Gives each norm the statistics of what it reads, and the scale and shift that undo them.</summary>
    private static void MeasureNorms(nn.Module<Tensor, Tensor> network, List<Layer> layers, Tensor faces)
    {
        var statistics = new Dictionary<BatchNorm2d, (Tensor Mean, Tensor Variance)>();
        BatchNorm2d[] norms = [.. layers.Where(layer => layer.Norm is not null).Select(layer => layer.Norm!)];
        var hooks = norms.Select(norm => norm.register_forward_pre_hook((_, input) =>
        {
            // Kept beyond the scope of the block that calls the norm.
            statistics[norm] = (input.mean([0, 2, 3]).DetachFromDisposeScope(),
                input.var([0, 2, 3], unbiased: false).DetachFromDisposeScope());
            return input;
        })).ToArray();
        network.eval();
        network.call(faces).Dispose();
        foreach (var hook in hooks)
            hook.remove();
        foreach (BatchNorm2d norm in norms)
        {
            (Tensor mean, Tensor variance) = statistics[norm];
            norm.running_mean!.copy_(mean);
            norm.running_var!.copy_(variance);
            norm.weight!.copy_((variance + norm.eps).sqrt());
            norm.bias!.add_(mean);
            mean.Dispose();
            variance.Dispose();
        }
    }

    private static Tensor Values(TensorProto tensor) => torch.tensor(OnnxGraph.Unpack(tensor), [.. tensor.Dims]);

    private static MienException Other(string file) =>
        new($"{file}: its layers are not those of the network to train. Leave --arch out to take the model's own.");

    private sealed record Layer(nn.Module Module, BatchNorm2d? Norm);
}
