using System.Buffers.Binary;
using System.Text;

namespace Mien.Faces;

/// <summary>Frees the batch, height and width of a published BlazeFace file, which are fixed, by rewriting its ONNX graph.</summary>
/// <remarks>
/// The network is convolutional throughout: the same weights read a window of any size, so one run covers what many
/// overlapping windows would. Three things tie the file to its size: the shape of the input, blocks of zeros that widen
/// feature maps (they become Pad nodes, whose constants the files still hold), and the shapes of the outputs.
/// </remarks>
internal static class BlazeFaceGraph
{
    // Field numbers of onnx.proto: ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto and its parts.
    private const int ModelGraph = 7;
    private const int GraphNode = 1, GraphInitializer = 5, GraphInput = 11, GraphOutput = 12, GraphValueInfo = 13;
    private const int NodeInput = 1, NodeOutput = 2, NodeType = 4;
    private const int TensorDims = 1, TensorType = 2, TensorInt64 = 7, TensorName = 8, TensorRaw = 9;
    private const int Int64 = 7;

    /// <summary>The same model for inputs [N,H,W,3] and outputs [N,anchors,1] and [N,anchors,16].</summary>
    /// <param name="model">The published file's bytes.</param>
    public static byte[] FreeSizes(byte[] model)
    {
        var rewritten = new List<Field>();
        foreach (Field field in Field.Read(model))
            rewritten.Add(field.Number == ModelGraph ? new Field(ModelGraph, Rewrite(field.Bytes)) : field);
        return Field.Write(rewritten);
    }

    private static byte[] Rewrite(byte[] graph)
    {
        List<Field> fields = Field.Read(graph);
        Dictionary<string, long[]> numbers = fields.Where(field => field.Number == GraphInitializer).Select(field => Field.Read(field.Bytes))
            .Where(IsInt64).ToDictionary(tensor => Text(tensor, TensorName), Numbers);
        Dictionary<string, string> zeros = fields.Where(field => field.Number == GraphNode).Select(field => Field.Read(field.Bytes))
            .Where(node => Text(node, NodeType) == "ConstantOfShape").ToDictionary(node => Text(node, NodeOutput), node => Text(node, NodeInput));

        var rewritten = new List<Field>();
        foreach (Field field in fields)
        {
            switch (field.Number)
            {
                case GraphNode:
                    if (Node(Field.Read(field.Bytes), zeros, numbers) is { } node)
                        rewritten.Add(new Field(GraphNode, node));
                    break;
                case GraphInitializer:
                    if (Initializer(Field.Read(field.Bytes), zeros) is { } tensor)
                        rewritten.Add(new Field(GraphInitializer, tensor));
                    break;
                case GraphInput or GraphOutput:
                    rewritten.Add(new Field(field.Number, AnyShape(Text(Field.Read(field.Bytes), 1), field.Number == GraphInput ? 4 : 3)));
                    break;
                case GraphValueInfo:
                    break;
                default:
                    rewritten.Add(field);
                    break;
            }
        }

        return Field.Write(rewritten);
    }

    /// <summary>A node as it stays; null where it goes.</summary>
    private static byte[]? Node(List<Field> node, Dictionary<string, string> zeros, Dictionary<string, long[]> numbers)
    {
        string type = Text(node, NodeType);
        if (type == "ConstantOfShape")
            return null;
        if (type != "Concat")
            return Field.Write(node);
        string[] inputs = [.. node.Where(field => field.Number == NodeInput).Select(field => Encoding.UTF8.GetString(field.Bytes))];
        long channels = numbers[zeros[inputs[1]]][1];
        string pads = numbers.First(pair => pair.Value.Length == 8 && pair.Value[5] == channels).Key;
        return Field.Write([
            new Field(NodeInput, inputs[0]), new Field(NodeInput, pads),
            new Field(NodeOutput, Text(node, NodeOutput)), new Field(NodeType, "Pad")]);
    }

    private static byte[]? Initializer(List<Field> tensor, Dictionary<string, string> zeros)
    {
        string name = Text(tensor, TensorName);
        if (zeros.ContainsValue(name))
            return null;
        if (!IsInt64(tensor) || Numbers(tensor) is not [_, _, long last])
            return Field.Write(tensor);
        // The shape of an output: [1,anchors,numbers] becomes "as many as came in, as many as there are, numbers".
        byte[] shape = new byte[24];
        BinaryPrimitives.WriteInt64LittleEndian(shape.AsSpan(8), -1);
        BinaryPrimitives.WriteInt64LittleEndian(shape.AsSpan(16), last);
        return Field.Write([new Field(TensorDims, 3), new Field(TensorType, Int64), new Field(TensorName, name), new Field(TensorRaw, shape)]);
    }

    /// <summary>A ValueInfoProto of floats whose sides have names instead of lengths.</summary>
    private static byte[] AnyShape(string name, int sides)
    {
        IEnumerable<Field> dimensions = Enumerable.Range(0, sides)
            .Select(i => new Field(1, Field.Write([new Field(2, $"{name}.{i}")])));
        byte[] type = Field.Write([new Field(1, Field.Write([new Field(1, 1), new Field(2, Field.Write(dimensions))]))]);
        return Field.Write([new Field(1, name), new Field(2, type)]);
    }

    private static string Text(List<Field> message, int number) =>
        Encoding.UTF8.GetString(message.First(field => field.Number == number).Bytes);

    private static bool IsInt64(List<Field> tensor) => tensor.Any(field => field.Number == TensorType && field.Value == Int64);

    private static long[] Numbers(List<Field> tensor)
    {
        Field raw = tensor.FirstOrDefault(field => field.Number == TensorRaw);
        if (raw.Bytes is { } bytes)
            return [.. Enumerable.Range(0, bytes.Length / 8).Select(i => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * 8)))];
        return [.. tensor.Where(field => field.Number == TensorInt64).SelectMany(field => Field.Varints(field.Bytes))];
    }

    /// <summary>One field of a protobuf message: a number where <see cref="Bytes"/> is null, else bytes.</summary>
    private readonly record struct Field(int Number, byte[] Bytes, long Value = 0)
    {
        private const int Varint = 0;
        private const int Delimited = 2;

        public Field(int number, string text)
            : this(number, Encoding.UTF8.GetBytes(text))
        {
        }

        public Field(int number, long value)
            : this(number, null!, value)
        {
        }

        public static List<Field> Read(ReadOnlySpan<byte> message)
        {
            var fields = new List<Field>();
            while (message.Length > 0)
            {
                long key = ReadVarint(ref message);
                int number = (int)(key >> 3);
                switch ((int)(key & 7))
                {
                    case Varint:
                        fields.Add(new Field(number, ReadVarint(ref message)));
                        break;
                    case Delimited:
                        int length = (int)ReadVarint(ref message);
                        fields.Add(new Field(number, message[..length].ToArray()));
                        message = message[length..];
                        break;
                    default:
                        throw new InvalidOperationException($"The face detector's field {number} has an unforeseen type.");
                }
            }

            return fields;
        }

        public static byte[] Write(IEnumerable<Field> fields)
        {
            using var stream = new MemoryStream();
            foreach (Field field in fields)
            {
                WriteVarint(stream, (field.Number * 8L) + (field.Bytes is null ? Varint : Delimited));
                WriteVarint(stream, field.Bytes?.Length ?? field.Value);
                stream.Write(field.Bytes);
            }

            return stream.ToArray();
        }

        public static List<long> Varints(ReadOnlySpan<byte> packed)
        {
            var values = new List<long>();
            while (packed.Length > 0)
                values.Add(ReadVarint(ref packed));
            return values;
        }

        private static long ReadVarint(ref ReadOnlySpan<byte> bytes)
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte next = bytes[0];
                bytes = bytes[1..];
                value |= (ulong)(next & 127) << shift;
                if (next < 128)
                    return (long)value;
            }
        }

        private static void WriteVarint(MemoryStream stream, long value)
        {
            for (ulong rest = (ulong)value; ; rest >>= 7)
            {
                if (rest < 128)
                {
                    stream.WriteByte((byte)rest);
                    return;
                }

                stream.WriteByte((byte)(rest | 128));
            }
        }
    }
}
