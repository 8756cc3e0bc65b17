using Mien.Imaging;
using Mien.Training.Augmentation;
using Mien.Training.Datasets;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>From faces in a table to tensors.</summary>
internal static class FaceBatches
{
    private const int EvaluationBatch = 256;

    /// <summary>Rows of a table, normalized, float32 [rows,1,S,S] on the CPU.</summary>
    public static Tensor Faces(FaceTable table, ReadOnlySpan<int> rows, InputSpec input)
    {
        int area = table.Size * table.Size;
        float[] values = new float[rows.Length * area];
        for (int i = 0; i < rows.Length; i++)
            Preprocessing.Normalize(table.Face(rows[i]), input, values.AsSpan(i * area, area));
        return tensor(values, [rows.Length, 1, table.Size, table.Size]);
    }

    /// <summary>Rows of a table, some of them spoiled, normalized, float32 [rows,1,S,S] on the CPU.</summary>
    /// <param name="table">The faces.</param>
    /// <param name="rows">Their places.</param>
    /// <param name="input">How they are normalized.</param>
    /// <param name="share">Share of them that are spoiled, 0..1.</param>
    /// <param name="random">Where all chance comes from.</param>
    public static Tensor Spoiled(FaceTable table, ReadOnlySpan<int> rows, InputSpec input, double share, Random random)
    {
        int area = table.Size * table.Size;
        float[] values = new float[rows.Length * area];
        byte[] face = new byte[area];
        for (int i = 0; i < rows.Length; i++)
        {
            table.Face(rows[i]).CopyTo(face);
            if (random.NextDouble() < share)
            {
                Spoil();
                // Dark pictures are noisy, blurred ones compressed: faults come together.
                if (random.Next(4) == 0)
                    Spoil();
            }

            Preprocessing.Normalize(face, input, values.AsSpan(i * area, area));
        }

        return tensor(values, [rows.Length, 1, table.Size, table.Size]);

        void Spoil()
        {
            Corruption kind = Corruptions.All[random.Next(Corruptions.All.Count)];
            Corruptions.Apply(face, table.Size, kind, random.NextDouble() * Corruptions.Strongest, random, face);
        }
    }

    /// <summary>Each face of mean 0 and deviation 1, as <see cref="Preprocessing.Normalize"/> makes them of gray levels.</summary>
    /// <param name="faces">[N,1,S,S], normalized in any way.</param>
    public static Tensor OwnLevels(Tensor faces)
    {
        using Scalar least = 1e-3f;
        Tensor centered = faces - faces.mean([2, 3], keepdim: true);
        return centered / centered.square().mean([2, 3], keepdim: true).sqrt().clamp_min(least);
    }

    /// <summary>Labels of the rows, int64 [rows] on the CPU.</summary>
    public static Tensor Labels(FaceTable table, ReadOnlySpan<int> rows)
    {
        long[] labels = new long[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            labels[i] = table.Labels[rows[i]];
        return tensor(labels);
    }

    /// <summary>Raw scores of a network in evaluation mode over a table, [N*K]; columns beyond K are left out.</summary>
    /// <param name="network">In evaluation mode, its convolutions in <paramref name="type"/>.</param>
    /// <param name="table">The faces.</param>
    /// <param name="input">How they are normalized.</param>
    /// <param name="device">Where the network computes.</param>
    /// <param name="type">Number format of its input.</param>
    public static float[] Logits(nn.Module<Tensor, Tensor> network, FaceTable table, InputSpec input, Device device, ScalarType type)
    {
        using var inference = inference_mode();
        int classes = table.LabelNames.Count;
        float[] logits = new float[table.Count * classes];
        int[] rows = [.. Enumerable.Range(0, table.Count)];
        for (int start = 0; start < table.Count; start += EvaluationBatch)
        {
            using var scope = NewDisposeScope();
            int count = Math.Min(EvaluationBatch, table.Count - start);
            Tensor scores = network.call(Faces(table, rows.AsSpan(start, count), input).to(device).to(type)).narrow(1, 0, classes)
                .to(ScalarType.Float32).contiguous().cpu();
            scores.data<float>().CopyTo(logits, start * classes);
        }

        return logits;
    }
}
