using Google.Protobuf;
using Mien.Training.Export.Onnx;
using Mien.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Export;

/// <summary>Writes a trained network as one self-describing ONNX file that <see cref="Mien"/> reads without torch.</summary>
public static class OnnxExporter
{
    private const int IrVersion = 8;
    private const int Opset = 17;

    /// <summary>
    /// Writes the network as it is in evaluation mode: input `faces` [N,1,S,S], outputs `probabilities` and `logits`
    /// [N,K]; where the network flattens feature maps, `feature_maps` [N,C,h,w], and where one dense layer reads them,
    /// its `classifier_weights` [K,F]. The card goes into the file's metadata.
    /// </summary>
    /// <param name="network">[N,1,S,S] -> logits [N,K].</param>
    /// <param name="card">What the file says of itself; its temperature is applied inside the graph.</param>
    /// <param name="path">The file, replaced atomically.</param>
    /// <exception cref="MienException">The network has a layer that can't be exported, or that is exported as something else than it
    /// is.</exception>
    public static void Export(nn.Module<Tensor, Tensor> network, ModelCard card, string path)
    {
        byte[] model = Build(network, card).ToByteArray();
        ExportCheck.Compare(network, model, card.Architecture, card.Input.Size);
        Write(path, model, card);
    }

    /// <summary>Writes a model file, and opens it as every user will before it takes its name.</summary>
    /// <exception cref="MienException">It can't be written, or does not open as what was written.</exception>
    internal static void Write(string path, byte[] model, ModelCard card) =>
        AtomicFile.Write(path, stream => stream.Write(model), check: written =>
    {
        using ExpressionClassifier opened = Open(written);
        ModelCard read = opened.Card;
        if (!read.Labels.SequenceEqual(card.Labels))
            throw new MienException($"{path}: not written, as its classes would read back as {string.Join(", ", read.Labels)} instead "
                + $"of {string.Join(", ", card.Labels)}. Rename the class that differs.");
        KeyValuePair<string, string>[] lost = [.. card.ToMetadata().Except(read.ToMetadata())];
        if (lost.Length > 0)
            throw new MienException($"{path}: not written, as `{lost[0].Key}` would not read back as \"{lost[0].Value}\".");

        ExpressionClassifier Open(string file)
        {
            try
            {
                return ExpressionClassifier.Create(file);
            }
            catch (MienException e)
            {
                throw new MienException($"{path}: not written, as it would not open ({e.Message})", e);
            }
        }
    });

    internal static ModelProto Build(nn.Module<Tensor, Tensor> network, ModelCard card)
    {
        int size = card.Input.Size;
        var proto = new GraphProto { Name = card.Name };
        proto.Input.Add(Value(ModelCard.InputName, 1, size, size));
        var graph = new OnnxGraph(proto, ModelCard.InputName, [1, size, size]);
        string scores = graph.Add(network, ModelCard.InputName);
        if (graph.ShapeOf(scores) is not [long classes] || classes != card.Labels.Count)
            throw new MienException($"The network gives [N,{string.Join(',', graph.ShapeOf(scores))}] for {card.Labels.Count} labels. Its "
                + "last layer must give one score a label.");

        string heated = graph.Node("Div", scores, graph.Constant([card.Temperature], 1));
        Rename(proto, graph.Node("Softmax", heated), ModelCard.ProbabilitiesName);
        Rename(proto, scores, ModelCard.LogitsName);
        proto.Output.Add(Value(ModelCard.ProbabilitiesName, card.Labels.Count));
        proto.Output.Add(Value(ModelCard.LogitsName, card.Labels.Count));
        if (graph.FeatureMaps is { } maps && maps != ModelCard.InputName)
        {
            long[] shape = [.. graph.ShapeOf(maps)];
            Rename(proto, maps, ModelCard.FeatureMapsName);
            proto.Output.Add(Value(ModelCard.FeatureMapsName, shape));
            if (graph.Head is { } head && head.Scores == scores)
            {
                proto.Node.Add(new NodeProto
                {
                    OpType = "Identity",
                    Input = { head.Weights },
                    Output = { ModelCard.ClassifierWeightsName }
                });
                proto.Output.Add(Matrix(ModelCard.ClassifierWeightsName,
                    proto.Initializer.Single(tensor => tensor.Name == head.Weights).Dims));
            }
        }

        ModelProto model = Model(proto, card.Version);
        foreach ((string key, string value) in card.ToMetadata())
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model;
    }

    internal static ModelProto Model(GraphProto graph, string version)
    {
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "mien", ProducerVersion = version, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        return model;
    }

    private static void Rename(GraphProto graph, string from, string to)
    {
        foreach (NodeProto node in graph.Node)
        {
            for (int i = 0; i < node.Input.Count; i++)
            {
                if (node.Input[i] == from)
                    node.Input[i] = to;
            }

            for (int i = 0; i < node.Output.Count; i++)
            {
                if (node.Output[i] == from)
                    node.Output[i] = to;
            }
        }
    }

    private static ValueInfoProto Matrix(string name, IEnumerable<long> sides)
    {
        var shape = new TensorShapeProto();
        foreach (long side in sides)
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = side });
        return Floats(name, shape);
    }

    internal static ValueInfoProto Value(string name, params ReadOnlySpan<long> shape)
    {
        var dimensions = new TensorShapeProto();
        dimensions.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "N" });
        foreach (long side in shape)
            dimensions.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = side });
        return Floats(name, dimensions);
    }

    private static ValueInfoProto Floats(string name, TensorShapeProto shape) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = (int)TensorProto.Types.DataType.Float,
                Shape = shape
            }
        },
    };
}
