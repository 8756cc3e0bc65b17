using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Mien.Imaging;
using Mien.Training.Datasets;
using Mien.Training.Export.Onnx;

namespace Mien.Training.Export;

/// <summary>Measures between which bounds a network's values lie on given faces.</summary>
internal static class ActivationRanges
{
    private const int Batch = 32;

    /// <summary>
    /// Mean over the batches of each batch's smallest and largest value, which one odd face moves less than the extremes
    /// themselves (the moving average of Jacob et al. 2018).
    /// </summary>
    /// <param name="model">As exported; it is not changed.</param>
    /// <param name="values">Names of the values; the graph's input may be one.</param>
    /// <param name="faces">Faces of the model's size.</param>
    public static IReadOnlyDictionary<string, (float Low, float High)> Measure(ModelProto model, IReadOnlyCollection<string> values,
        FaceTable faces)
    {
        var card = ModelCard.FromMetadata(model.MetadataProps.ToDictionary(pair => pair.Key, pair => pair.Value), model.Graph.Name);
        ModelProto open = model.Clone();
        string[] inner = [.. values.Where(value => value != ModelCard.InputName)];
        foreach (string value in inner.Except(open.Graph.Output.Select(output => output.Name)))
            open.Graph.Output.Add(new ValueInfoProto
            {
                Name = value,
                Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float } }
            });

        // Without optimization, so that every value is computed as it is named.
        using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        using var session = new InferenceSession(open.ToByteArray(), options);
        using var run = new RunOptions();
        var sums = values.ToDictionary(value => value, _ => (Low: 0.0, High: 0.0));
        int area = card.Input.Size * card.Input.Size;
        int batches = 0;
        for (int start = 0; start < faces.Count; start += Batch)
        {
            int count = Math.Min(Batch, faces.Count - start);
            float[] pixels = new float[count * area];
            for (int i = 0; i < count; i++)
                Preprocessing.Normalize(faces.Face(start + i), card.Input, pixels.AsSpan(i * area, area));
            using OrtValue tensor = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, pixels.AsMemory(),
                [count, 1, card.Input.Size, card.Input.Size]);
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [ModelCard.InputName], [tensor], inner);
            for (int i = 0; i < inner.Length; i++)
                Widen(inner[i], outputs[i].GetTensorDataAsSpan<float>());
            if (sums.ContainsKey(ModelCard.InputName))
                Widen(ModelCard.InputName, pixels);
            batches++;
        }

        return sums.ToDictionary(pair => pair.Key, pair => ((float)(pair.Value.Low / batches), (float)(pair.Value.High / batches)));

        void Widen(string value, ReadOnlySpan<float> numbers)
        {
            (double low, double high) = sums[value];
            sums[value] = (low + System.Numerics.Tensors.TensorPrimitives.Min(numbers), high
                + System.Numerics.Tensors.TensorPrimitives.Max(numbers));
        }
    }
}
