using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mien.Training.Runs;

/// <summary>Named float vectors and text in one file, in the safetensors layout (8-byte length, JSON header, raw data).</summary>
/// <remarks>https://github.com/huggingface/safetensors: no code is run on reading, and other tools open it.</remarks>
internal static class TensorFile
{
    /// <summary>Writes to a temporary neighbor, then moves it into place: a reader sees the old file or the new one, whole.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, float[]> vectors, IReadOnlyDictionary<string, string> text)
    {
        var header = new JsonObject { ["__metadata__"] = new JsonObject(text.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))) };
        long offset = 0;
        foreach ((string name, float[] values) in vectors)
        {
            long end = offset + values.LongLength * sizeof(float);
            header[name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = new JsonArray(values.Length),
                ["data_offsets"] = new JsonArray(offset, end),
            };
            offset = end;
        }

        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
            stream.Write(length);
            stream.Write(json);
            foreach (float[] values in vectors.Values)
                stream.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        });
    }

    /// <exception cref="MienException">The file is damaged.</exception>
    public static (Dictionary<string, float[]> Vectors, Dictionary<string, string> Text) Read(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            Span<byte> prefix = stackalloc byte[8];
            stream.ReadExactly(prefix);
            long length = BinaryPrimitives.ReadInt64LittleEndian(prefix);
            if (length <= 0 || length > stream.Length - 8)
                throw new InvalidDataException("its header is longer than the file");
            byte[] json = new byte[length];
            stream.ReadExactly(json);
            JsonObject header = JsonNode.Parse(json)!.AsObject();
            var text = header["__metadata__"]!.AsObject().ToDictionary(p => p.Key, p => (string)p.Value!);
            var vectors = new Dictionary<string, float[]>();
            foreach ((string name, JsonNode? entry) in header.Where(p => p.Key != "__metadata__"))
            {
                long begin = (long)entry!["data_offsets"]![0]!;
                long end = (long)entry["data_offsets"]![1]!;
                float[] values = new float[(end - begin) / sizeof(float)];
                stream.Position = 8 + length + begin;
                stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
                vectors[name] = values;
            }

            return (vectors, text);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or EndOfStreamException or NullReferenceException
            or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            throw new MienException($"{path}: damaged checkpoint ({e.Message}). Delete it to begin the run anew.", e);
        }
    }
}
