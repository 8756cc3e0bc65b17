using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Mien.Detection;

/// <summary>The parts of onnx.proto that the face detector's files use.</summary>
internal static class OnnxSchema
{
    // Field numbers of onnx.proto: ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto and its parts.
    public const int ModelGraph = 7;
    public const int GraphNode = 1, GraphInitializer = 5, GraphInput = 11, GraphOutput = 12, GraphValueInfo = 13;
    public const int NodeInput = 1, NodeOutput = 2, NodeType = 4, NodeAttribute = 5;
    public const int TensorDims = 1, TensorType = 2, TensorInt64 = 7, TensorName = 8, TensorRaw = 9;
    public const int AttributeName = 1, AttributeInteger = 3;
    public const int Int64Type = 7;

    /// <summary>The same model with another graph.</summary>
    public static byte[] RewriteGraph(byte[] model, Func<byte[], byte[]> rewrite) => OnnxField.Write(OnnxField.Read(model)
        .Select(field => field.Number == ModelGraph ? new OnnxField(ModelGraph, rewrite(field.Bytes)) : field));

    /// <summary>A TensorProto of one side.</summary>
    public static List<OnnxField> Int64Tensor(string name, long[] numbers) =>
    [
        new(TensorDims, numbers.Length), new(TensorType, Int64Type), new(TensorName, name),
            new(TensorRaw, MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray()),
    ];

    public static string[] Inputs(List<OnnxField> node) =>
        [.. node.Where(field => field.Number == NodeInput).Select(field => field.AsText())];

    public static string Text(List<OnnxField> message, int number) => message.First(field => field.Number == number).AsText();

    public static bool IsInt64(List<OnnxField> tensor) => tensor.Any(field => field.Number == TensorType && field.Value == Int64Type);

    public static long[] Numbers(List<OnnxField> tensor)
    {
        OnnxField raw = tensor.FirstOrDefault(field => field.Number == TensorRaw);
        if (raw.Bytes is { } bytes)
            return [.. Enumerable.Range(0, bytes.Length / 8).Select(i => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * 8)))];
        return [.. tensor.Where(field => field.Number == TensorInt64).SelectMany(field => OnnxField.Varints(field.Bytes))];
    }
}
