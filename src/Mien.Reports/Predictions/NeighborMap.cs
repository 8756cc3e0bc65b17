using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Reports.Predictions;

/// <summary>Lays vectors out in a plane so that near ones stay near: t-SNE (van der Maaten and Hinton 2008), exact, for up to a few
/// thousand.</summary>
internal static class NeighborMap
{
    private const double Perplexity = 30;
    private const int Rounds = 350;
    private const int ExaggeratedRounds = 100;
    private const float Exaggeration = 12;

    /// <param name="vectors">[N*D], row-major; N from 4 up.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="seed">Decides the start; the same seed gives the same map.</param>
    /// <returns>[N*2], row-major.</returns>
    public static float[] Of(float[] vectors, int dimensions, int seed = 1)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        int count = vectors.Length / dimensions;
        Tensor x = tensor(vectors, [count, dimensions]);
        Tensor affinities = Affinities(SquaredDistances(x), count);
        random.manual_seed(seed);
        Tensor y = randn(count, 2) * tensor(1e-4f);
        Tensor speed = zeros_like(y);
        Tensor others = ones(count, count).sub_(eye(count));
        using Scalar rate = (float)Math.Max(50, count / (double)Exaggeration / 4);
        for (int round = 0; round < Rounds; round++)
        {
            using var step = NewDisposeScope();
            bool early = round < ExaggeratedRounds;
            using Scalar factor = early ? Exaggeration : 1f;
            using Scalar momentum = early ? 0.5f : 0.8f;
            using Scalar one = 1f;
            Tensor kernel = SquaredDistances(y).add_(one).reciprocal_();
            kernel.mul_(others);
            Tensor pull = affinities.mul(factor).sub_(kernel / kernel.sum()).mul_(kernel);
            Tensor gradient = pull.sum(1, keepdim: true) * y - pull.mm(y);
            using Scalar four = 4f;
            gradient.mul_(four);
            speed.mul_(momentum).sub_(gradient.mul_(rate));
            y.add_(speed);
            y.sub_(y.mean([0], keepdim: true));
        }

        return y.data<float>().ToArray();
    }

    private static Tensor SquaredDistances(Tensor x)
    {
        Tensor squares = (x * x).sum(1, keepdim: true);
        using Scalar two = 2f;
        using Scalar none = 0f;
        return (squares + squares.t() - x.mm(x.t()).mul_(two)).clamp_min_(none);
    }

    /// <summary>Symmetric joint probabilities; each row's width is searched until its perplexity is met.</summary>
    private static Tensor Affinities(Tensor distances, int count)
    {
        float[] all = distances.data<float>().ToArray();
        float[] rows = new float[count * count];
        double target = Math.Log(Math.Min(Perplexity, (count - 1) / 3.0));
        Parallel.For(0, count, i =>
        {
            Span<float> row = rows.AsSpan(i * count, count);
            double low = 0;
            double high = double.PositiveInfinity;
            double beta = 1;
            for (int attempt = 0; attempt < 60; attempt++)
            {
                double entropy = FillRow(all.AsSpan(i * count, count), row, i, beta);
                if (Math.Abs(entropy - target) < 1e-4)
                    break;
                if (entropy > target)
                    (low, beta) = (beta, double.IsPositiveInfinity(high) ? beta * 2 : (beta + high) / 2);
                else
                    (high, beta) = (beta, (beta + low) / 2);
            }
        });
        Tensor conditional = tensor(rows, [count, count]);
        using Scalar both = 2f * count;
        using Scalar least = 1e-12f;
        return (conditional + conditional.t()).div_(both).clamp_min_(least);
    }

    /// <summary>One row of conditional probabilities at a width; returns its entropy in nats.</summary>
    private static double FillRow(ReadOnlySpan<float> distances, Span<float> row, int self, double beta)
    {
        double nearest = double.MaxValue;
        for (int j = 0; j < row.Length; j++)
            nearest = j == self ? nearest : Math.Min(nearest, distances[j]);
        double sum = 0;
        double weighted = 0;
        for (int j = 0; j < row.Length; j++)
        {
            double distance = distances[j] - nearest;
            double value = j == self ? 0 : Math.Exp(-distance * beta);
            row[j] = (float)value;
            sum += value;
            weighted += value * distance;
        }

        for (int j = 0; j < row.Length; j++)
            row[j] = (float)(row[j] / sum);
        return Math.Log(sum) + beta * weighted / sum;
    }
}
