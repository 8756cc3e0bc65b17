using static Mien.Detection.OnnxSchema;

namespace Mien.Detection;

/// <summary>Frees the batch, height and width of a published BlazeFace file, which are fixed, by rewriting its ONNX graph.</summary>
/// <remarks>
/// The network is convolutional throughout: the same weights read a window of any size, so one run covers what many
/// overlapping windows would. Three things tie the file to its size: the shape of the input, blocks of zeros that widen
/// feature maps (they become Pad nodes, whose constants the files still hold), and the shapes of the outputs.
/// </remarks>
internal static class BlazeFaceGraph
{
    /// <summary>The same model for inputs [N,H,W,3] and outputs [N,anchors,1] and [N,anchors,16].</summary>
    /// <param name="model">The published file's bytes.</param>
    public static byte[] FreeSizes(byte[] model) => RewriteGraph(model, Rewrite);

    private static byte[] Rewrite(byte[] graph)
    {
        List<OnnxField> fields = OnnxField.Read(graph);
        Dictionary<string, long[]> numbers = fields.Where(field => field.Number == GraphInitializer)
            .Select(field => OnnxField.Read(field.Bytes))
            .Where(IsInt64).ToDictionary(tensor => Text(tensor, TensorName), Numbers);
        Dictionary<string, string> zeros = fields.Where(field => field.Number == GraphNode).Select(field => OnnxField.Read(field.Bytes))
            .Where(node => Text(node, NodeType) == "ConstantOfShape")
                .ToDictionary(node => Text(node, NodeOutput), node => Text(node, NodeInput));

        var rewritten = new List<OnnxField>();
        foreach (OnnxField field in fields)
        {
            switch (field.Number)
            {
                case GraphNode:
                    if (Node(OnnxField.Read(field.Bytes), zeros, numbers) is { } node)
                        rewritten.Add(new OnnxField(GraphNode, node));
                    break;
                case GraphInitializer:
                    if (Initializer(OnnxField.Read(field.Bytes), zeros) is { } tensor)
                        rewritten.Add(new OnnxField(GraphInitializer, tensor));
                    break;
                case GraphInput or GraphOutput:
                    rewritten.Add(new OnnxField(field.Number, AnyShape(Text(OnnxField.Read(field.Bytes), 1), field.Number == GraphInput ? 4
                        : 3)));
                    break;
                case GraphValueInfo:
                    break;
                default:
                    rewritten.Add(field);
                    break;
            }
        }

        return OnnxField.Write(rewritten);
    }

    /// <summary>A node as it stays; null where it goes.</summary>
    private static byte[]? Node(List<OnnxField> node, Dictionary<string, string> zeros, Dictionary<string, long[]> numbers)
    {
        string type = Text(node, NodeType);
        if (type == "ConstantOfShape")
            return null;
        if (type != "Concat")
            return OnnxField.Write(node);
        string[] inputs = Inputs(node);
        long channels = numbers[zeros[inputs[1]]][1];
        string pads = numbers.First(pair => pair.Value.Length == 8 && pair.Value[5] == channels).Key;
        return OnnxField.Write([
            new OnnxField(NodeInput, inputs[0]), new OnnxField(NodeInput, pads),
            new OnnxField(NodeOutput, Text(node, NodeOutput)), new OnnxField(NodeType, "Pad")]);
    }

    private static byte[]? Initializer(List<OnnxField> tensor, Dictionary<string, string> zeros)
    {
        string name = Text(tensor, TensorName);
        if (zeros.ContainsValue(name))
            return null;
        if (!IsInt64(tensor) || Numbers(tensor) is not [_, _, long last])
            return OnnxField.Write(tensor);
        // The shape of an output: [1,anchors,numbers] becomes "as many as came in, as many as there are, numbers".
        return OnnxField.Write(Int64Tensor(name, [0, -1, last]));
    }

    /// <summary>A ValueInfoProto of floats whose sides have names instead of lengths.</summary>
    private static byte[] AnyShape(string name, int sides)
    {
        IEnumerable<OnnxField> dimensions = Enumerable.Range(0, sides)
            .Select(i => new OnnxField(1, OnnxField.Write([new OnnxField(2, $"{name}.{i}")])));
        byte[] type = OnnxField.Write([new OnnxField(1,
            OnnxField.Write([new OnnxField(1, 1), new OnnxField(2, OnnxField.Write(dimensions))]))]);
        return OnnxField.Write([new OnnxField(1, name), new OnnxField(2, type)]);
    }
}
