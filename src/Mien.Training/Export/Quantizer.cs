using System.Runtime.InteropServices;
using Google.Protobuf;
using Mien.Training.Datasets;
using Mien.Training.Export.Onnx;
using Mien.Training.Runs;

namespace Mien.Training.Export;

/// <summary>Rewrites an exported network so that it computes in 8-bit integers.</summary>
/// <remarks>
/// Static quantization as in Jacob et al. 2018 (arXiv:1712.05877): activations as unsigned bytes with a scale and a zero
/// point measured on Training faces, filters as signed bytes with a scale a channel. It is written as QuantizeLinear and
/// DequantizeLinear around float operators (opset 13); ONNX Runtime fuses these into integer ones. The last dense layer
/// and the softmax stay in float.
/// </remarks>
public static class Quantizer
{
    // Processors without VNNI add two products of an unsigned and a signed byte in 16 bits, which 2 x 255 x 64 just fits:
    // with 127 the sums would saturate there, and the answers differ from machine to machine.
    private const float LargestWeight = 64;

    private static readonly HashSet<string> FloatOperators = ["Gemm", "Flatten", "Div", "Softmax", "Identity"];

    /// <summary>Writes the 8-bit version of a model, with the same card, inputs and outputs.</summary>
    /// <param name="model">A model.onnx that <see cref="OnnxExporter"/> wrote, or its run's folder.</param>
    /// <param name="faces">Faces of the model's size to measure ranges on: some hundreds of Training.</param>
    /// <param name="path">The file, replaced atomically.</param>
    /// <exception cref="MienException">The model can't be read, or is quantized already.</exception>
    public static void Quantize(string model, FaceTable faces, string path)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ModelProto proto = OnnxFile.Read(model);
        if (proto.Graph.Node.Any(node => node.OpType == "QuantizeLinear"))
            throw new MienException($"{model}: is quantized already. Pass the float32 model.");
        IReadOnlyDictionary<string, (float Low, float High)> ranges = ActivationRanges.Measure(proto, Activations(proto.Graph), faces);
        Rewrite(proto.Graph, ranges);
        proto.MetadataProps.Add(new StringStringEntryProto
        {
            Key = "mien.note.precision",
            Value = $"int8, ranges measured on {faces.Count} "
            + "Training faces"
        });
        OnnxExporter.Write(path, proto.ToByteArray(), OnnxImporter.CardOf(proto, model));
    }

    /// <summary>A graph's constants by name; those that a quantized graph keeps in integers as the floats that they stand for.</summary>
    internal static Dictionary<string, TensorProto> FloatConstants(GraphProto graph)
    {
        var constants = graph.Initializer.ToDictionary(tensor => tensor.Name);
        foreach (NodeProto node in graph.Node.Where(node => node.OpType == "DequantizeLinear" && constants.ContainsKey(node.Input[0])))
        {
            TensorProto integers = constants[node.Input[0]];
            float[] scales = OnnxGraph.Unpack(constants[node.Input[1]]);
            // Signed bytes and 32-bit integers are written with zero points of zero, see Filters.
            float[] values = integers.DataType == (int)TensorProto.Types.DataType.Int8
                ? [.. MemoryMarshal.Cast<byte, sbyte>(integers.RawData.Span)]
                : [.. MemoryMarshal.Cast<byte, int>(integers.RawData.Span)];
            for (int i = 0; i < values.Length; i++)
                values[i] *= scales[i / (values.Length / scales.Length)];
            constants[node.Output[0]] = OnnxGraph.Pack(node.Output[0], values, [.. integers.Dims]);
        }

        return constants;
    }

    /// <summary>Values that become bytes: all that integer operators read, but for what a Relu alone takes from a convolution.</summary>
    private static HashSet<string> Activations(GraphProto graph)
    {
        var constants = graph.Initializer.Select(tensor => tensor.Name).ToHashSet();
        var readers = graph.Node.SelectMany(node => node.Input.Select(input => (input, node)))
            .ToLookup(pair => pair.input, pair => pair.node);
        var fused = graph.Node.Where(node => node.OpType is "Conv" or "Add").Select(node => node.Output[0])
            .Where(output => readers[output].All(reader => reader.OpType == "Relu") && readers[output].Any());
        var values = graph.Node.Where(node => !FloatOperators.Contains(node.OpType)).SelectMany(node => node.Input.Concat(node.Output))
            .ToHashSet();
        values.ExceptWith(constants);
        values.ExceptWith(fused);
        return values;
    }

    private static void Rewrite(GraphProto graph, IReadOnlyDictionary<string, (float Low, float High)> ranges)
    {
        var constants = graph.Initializer.ToDictionary(tensor => tensor.Name);
        var scales = new Dictionary<string, float>();
        var nodes = new List<NodeProto>();
        foreach (string input in graph.Input.Select(value => value.Name).Where(ranges.ContainsKey))
            nodes.AddRange(Bytes(graph, input, Reading(input), ranges[input], scales));
        foreach (NodeProto node in graph.Node)
        {
            nodes.Add(node);
            for (int i = 0; i < node.Input.Count; i++)
            {
                if (ranges.ContainsKey(node.Input[i]))
                    node.Input[i] = Reading(node.Input[i]);
            }

            if (node.OpType == "Conv")
                nodes.InsertRange(nodes.Count - 1, Filters(graph, node, constants, scales[Original(node.Input[0])]));
            string output = node.Output[0];
            if (!ranges.TryGetValue(output, out (float Low, float High) range))
                continue;
            // A graph's output keeps its name for the value after rounding: the fused operator gives bytes only.
            bool outer = graph.Output.Any(value => value.Name == output);
            if (outer)
                node.Output[0] = output + ".float";
            nodes.AddRange(Bytes(graph, node.Output[0], Reading(output), range, scales, output));
            if (outer)
                nodes.Add(new NodeProto { OpType = "DequantizeLinear", Input = { nodes[^1].Input }, Output = { output } });
        }

        graph.Node.Clear();
        graph.Node.AddRange(nodes);
        foreach (TensorProto unused in graph.Initializer.Where(tensor => !nodes.Any(node => node.Input.Contains(tensor.Name))).ToArray())
            graph.Initializer.Remove(unused);

        static string Reading(string value) => value + ".read";
        static string Original(string value) => value[..^".read".Length];
    }

    /// <summary>A value rounded to bytes and back.</summary>
    private static IEnumerable<NodeProto> Bytes(
        GraphProto graph, string from, string to, (float Low, float High) range, Dictionary<string, float> scales, string? value = null)
    {
        // Zero must be a byte of its own: padding is zeros.
        float low = Math.Min(range.Low, 0);
        float high = Math.Max(range.High, 0);
        float scale = Math.Max((high - low) / 255, 1e-8f);
        byte zero = (byte)Math.Clamp(MathF.Round(-low / scale), 0, 255);
        value ??= from;
        scales[value] = scale;
        graph.Initializer.Add(OnnxGraph.Pack(value + ".scale", [scale]));
        graph.Initializer.Add(new TensorProto
        {
            Name = value + ".zero",
            DataType = (int)TensorProto.Types.DataType.Uint8,
            RawData = ByteString.CopyFrom(zero)
        });
        yield return new NodeProto
        {
            OpType = "QuantizeLinear",
            Input = { from, value + ".scale", value + ".zero" },
            Output = { value + ".bytes" }
        };
        yield return new NodeProto
        {
            OpType = "DequantizeLinear",
            Input = { value + ".bytes", value + ".scale", value + ".zero" },
            Output = { to }
        };
    }

    /// <summary>A convolution's filters as signed bytes with a scale a channel, its bias as integers of the products' scale.</summary>
    private static IEnumerable<NodeProto> Filters(GraphProto graph, NodeProto node, Dictionary<string, TensorProto> constants,
        float inputScale)
    {
        (string weightName, string biasName) = (node.Input[1], node.Input[2]);
        float[] weights = OnnxGraph.Unpack(constants[weightName]);
        float[] bias = OnnxGraph.Unpack(constants[biasName]);
        int each = weights.Length / bias.Length;
        float[] scales = new float[bias.Length];
        byte[] bytes = new byte[weights.Length];
        byte[] sums = new byte[bias.Length * sizeof(int)];
        float[] sumScales = new float[bias.Length];
        for (int c = 0; c < bias.Length; c++)
        {
            ReadOnlySpan<float> filter = weights.AsSpan(c * each, each);
            float largest = 0;
            foreach (float weight in filter)
                largest = Math.Max(largest, Math.Abs(weight));
            scales[c] = Math.Max(largest / LargestWeight, 1e-12f);
            for (int i = 0; i < each; i++)
                bytes[c * each + i] = unchecked((byte)(sbyte)Math.Clamp(MathF.Round(filter[i] / scales[c]), -LargestWeight, LargestWeight));
            sumScales[c] = scales[c] * inputScale;
            BitConverter.TryWriteBytes(sums.AsSpan(c * sizeof(int)),
                (int)Math.Clamp(Math.Round(bias[c] / (double)sumScales[c]), int.MinValue, int.MaxValue));
        }

        string name = node.Output[0];
        graph.Initializer.Add(Packed(name + ".filters", TensorProto.Types.DataType.Int8, bytes, constants[weightName].Dims));
        graph.Initializer.Add(OnnxGraph.Pack(name + ".filters.scale", scales, scales.Length));
        graph.Initializer.Add(Packed(name + ".filters.zero", TensorProto.Types.DataType.Int8, new byte[scales.Length], [scales.Length]));
        graph.Initializer.Add(Packed(name + ".sums", TensorProto.Types.DataType.Int32, sums, [bias.Length]));
        graph.Initializer.Add(OnnxGraph.Pack(name + ".sums.scale", sumScales, sumScales.Length));
        graph.Initializer.Add(Packed(name + ".sums.zero", TensorProto.Types.DataType.Int32, new byte[sums.Length], [bias.Length]));
        node.Input[1] = name + ".filters.read";
        node.Input[2] = name + ".sums.read";
        yield return FromChannels(name + ".filters");
        yield return FromChannels(name + ".sums");
    }

    private static NodeProto FromChannels(string name) => new()
    {
        OpType = "DequantizeLinear",
        Input = { name, name + ".scale", name + ".zero" },
        Output = { name + ".read" },
        Attribute = { new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = 0 } },
    };

    private static TensorProto Packed(string name, TensorProto.Types.DataType type, byte[] bytes, IEnumerable<long> dimensions)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.Add(dimensions);
        return tensor;
    }
}
