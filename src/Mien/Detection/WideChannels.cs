using System.Globalization;
using System.Runtime.InteropServices;
using static Mien.Detection.OnnxSchema;

namespace Mien.Detection;

/// <summary>
/// Widens the feature maps of a network to whole blocks of channels, the new ones all zeros: ONNX Runtime then keeps its
/// blocked layout from one convolution to the next in place of changing it each time.
/// </summary>
internal sealed class WideChannels
{
    // Floats in a vector of AVX-512, and so channels in a block.
    private const int Block = 16;

    private readonly List<List<OnnxField>> _nodes = [];
    private readonly Dictionary<string, List<OnnxField>> _tensors = [];

    // Channels of each value, and how many of them there are now.
    private readonly Dictionary<string, (int Channels, int Wide)> _widths = [];

    // Values that are another's now, because nothing is left to pad.
    private readonly Dictionary<string, string> _same = [];
    private readonly List<OnnxField> _graph;

    private WideChannels(byte[] graph)
    {
        _graph = OnnxField.Read(graph);
        foreach (OnnxField field in _graph)
        {
            if (field.Number == GraphNode)
                _nodes.Add(OnnxField.Read(field.Bytes));
            else if (field.Number == GraphInitializer)
                _tensors.Add(Text(OnnxField.Read(field.Bytes), TensorName), OnnxField.Read(field.Bytes));
        }
    }

    /// <summary>The same network; its outputs keep their channels.</summary>
    /// <param name="model">A model of convolutions, Pad, Add, Relu and MaxPool, its nodes in the order in which they run.</param>
    public static byte[] Widen(byte[] model) => RewriteGraph(model, graph => new WideChannels(graph).Rewrite());

    private byte[] Rewrite()
    {
        // What is transposed back to the output's layout is an answer.
        HashSet<string> answers = [.. _nodes.Where(node => Text(node, NodeType) == "Transpose").Select(node => Inputs(node)[0])];
        var nodes = new List<List<OnnxField>>();
        foreach (List<OnnxField> node in _nodes)
        {
            string output = Text(node, NodeOutput);
            switch (Text(node, NodeType))
            {
                case "Conv":
                    nodes.Add(Convolution(node, answers.Contains(output)));
                    break;
                case "Pad":
                    if (Padding(node) is { } padding)
                        nodes.Add(padding);
                    break;
                default:
                    if (_widths.TryGetValue(Inputs(node)[0], out (int Channels, int Wide) width))
                        _widths[output] = width;
                    nodes.Add(Renamed(node));
                    break;
            }
        }

        HashSet<string> used = [.. nodes.SelectMany(Inputs)];
        return OnnxField.Write(_graph.Where(field => field.Number is not (GraphNode or GraphInitializer))
            .Concat(_tensors.Where(tensor => used.Contains(tensor.Key))
                .Select(tensor => new OnnxField(GraphInitializer, OnnxField.Write(tensor.Value))))
            .Concat(nodes.Select(node => new OnnxField(GraphNode, OnnxField.Write(node)))));
    }

    private List<OnnxField> Convolution(List<OnnxField> node, bool answer)
    {
        string[] inputs = Inputs(node);
        List<OnnxField> filters = _tensors[inputs[1]];
        int[] sides = Sides(filters);
        // The picture's three channels, and the one that each filter of a depthwise convolution sees, stay.
        bool depthwise = sides[1] == 1;
        int depth = depthwise || !_widths.TryGetValue(inputs[0], out (int Channels, int Wide) width) ? sides[1] : width.Wide;
        int count = answer ? sides[0] : Wide(sides[0]);
        _tensors[inputs[1]] = Grown(filters, [count, depth, .. sides[2..]]);
        if (inputs.Length > 2)
            _tensors[inputs[2]] = Grown(_tensors[inputs[2]], [count]);
        _widths[Text(node, NodeOutput)] = (sides[0], count);
        return [.. Renamed(node).Select(field => depthwise && field.Number == NodeAttribute
            ? new OnnxField(NodeAttribute, Grouped(field.Bytes, count)) : field)];
    }

    /// <summary>A node that appends channels; null where the wider map has them already.</summary>
    private List<OnnxField>? Padding(List<OnnxField> node)
    {
        string[] inputs = Inputs(node);
        string output = Text(node, NodeOutput);
        (int channels, int wide) = _widths[inputs[0]];
        int total = channels + (int)Numbers(_tensors[inputs[1]])[5];
        _widths[output] = (total, Wide(total));
        int added = Wide(total) - wide;
        if (added == 0)
        {
            _same[output] = inputs[0];
            return null;
        }

        string pads = string.Create(CultureInfo.InvariantCulture, $"pads-{added}");
        _tensors[pads] = Int64Tensor(pads, [0, 0, 0, 0, 0, added, 0, 0]);
        int place = 0;
        return [.. Renamed(node).Select(field => field.Number == NodeInput && place++ == 1 ? new OnnxField(NodeInput, pads) : field)];
    }

    private List<OnnxField> Renamed(List<OnnxField> node) => [.. node.Select(field =>
        field.Number == NodeInput && _same.TryGetValue(field.AsText(), out string? name) ? new OnnxField(NodeInput, name) : field)];

    private static int Wide(int channels) => (channels + Block - 1) / Block * Block;

    private static int[] Sides(List<OnnxField> tensor) =>
        [.. tensor.Where(field => field.Number == TensorDims).Select(field => (int)field.Value)];

    private static byte[] Grouped(byte[] attribute, int groups)
    {
        List<OnnxField> fields = OnnxField.Read(attribute);
        return Text(fields, AttributeName) != "group" ? attribute
            : OnnxField.Write(fields.Select(field => field.Number == AttributeInteger ? new OnnxField(AttributeInteger, groups) : field));
    }

    /// <summary>A tensor [O,I,...] of floats in the corner of a larger one of zeros.</summary>
    private static List<OnnxField> Grown(List<OnnxField> tensor, int[] sides)
    {
        int[] old = Sides(tensor);
        ReadOnlySpan<float> from = MemoryMarshal.Cast<byte, float>(tensor.First(field => field.Number == TensorRaw).Bytes);
        int inner = old.Skip(2).Aggregate(1, (product, side) => product * side);
        (int oldRow, int row) = (inner * (old.Length > 1 ? old[1] : 1), inner * (sides.Length > 1 ? sides[1] : 1));
        float[] to = new float[sides[0] * row];
        for (int i = 0; i < old[0]; i++)
            from.Slice(i * oldRow, oldRow).CopyTo(to.AsSpan(i * row));
        return
        [
            .. sides.Select(side => new OnnxField(TensorDims, side)),
            .. tensor.Where(field => field.Number is TensorType or TensorName),
            new(TensorRaw, MemoryMarshal.AsBytes(to.AsSpan()).ToArray()),
        ];
    }
}
