using Mien.Training.Datasets;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>What each Training face is learned as: a weighted distribution over the classes, and one over a second task's where there is
/// one.</summary>
/// <remarks>
/// A row is w * (smoothed mixture of the label and the taggers' votes), so that it sums to the face's weight w. The second
/// part sums to w as well, or is 0 for a face without votes.
/// </remarks>
internal sealed class Targets
{
    /// <summary>Votes of ten from which on a face counts as "not a face".</summary>
    private const int Majority = 5;

    private readonly float[] _rows;
    private readonly int _columns;

    private Targets(float[] rows, int columns) => (_rows, _columns) = (rows, columns);

    /// <summary>Computes the targets of a table.</summary>
    /// <exception cref="ArgumentException">The recipe asks for FER+ votes and the table has none.</exception>
    public static Targets Of(FaceTable training, TrainingOptions options)
    {
        bool votes = options.LearnsVotes;
        if (votes && training.Votes is null)
            throw new ArgumentException("The recipe learns from votes that the table lacks.", nameof(training));
        if (options.OwnHead > 0 && training.OwnLabels is null)
            throw new ArgumentException("The recipe learns the data set's own labels beside others, which the table "
                + "lacks.", nameof(training));
        int classes = training.LabelNames.Count;
        float[] classWeights = options.ClassBalance == ClassBalance.Loss ? ClassWeights(training) : [.. Enumerable.Repeat(1f, classes)];
        int columns = SecondTask.Outputs(options, classes);
        float[] rows = new float[training.Count * columns];
        for (int i = 0; i < training.Count; i++)
        {
            Span<float> row = rows.AsSpan(i * columns, columns);
            row[training.Labels[i]] = 1;
            float weight = 1;
            if (votes)
            {
                MixIn(training.VotesOf(i), (float)options.FerPlusShare, row[..classes]);
                weight = training.VotesOf(i)[FerPlus.NotAFace] >= Majority ? (float)options.NotAFaceWeight : 1;
            }

            float smoothing = (float)options.LabelSmoothing;
            for (int k = 0; k < classes; k++)
                row[k] = weight * classWeights[k] * ((1 - smoothing) * row[k] + smoothing / classes);
            if (options.VotesHead > 0)
                AddShares(training.VotesOf(i), weight, row[classes..]);
            else if (columns > classes)
                row[classes + training.OwnLabels![i]] = weight;
        }

        return new Targets(rows, columns);
    }

    /// <summary>Targets of the given rows, float32 [rows,K], or [rows,K+V] with the taggers' V choices, on the CPU.</summary>
    public Tensor For(ReadOnlySpan<int> rows)
    {
        float[] values = new float[rows.Length * _columns];
        for (int i = 0; i < rows.Length; i++)
            _rows.AsSpan(rows[i] * _columns, _columns).CopyTo(values.AsSpan(i * _columns));
        return tensor(values, [rows.Length, _columns]);
    }

    /// <summary>Moves a share of a one-hot row to where the taggers voted; votes for none of the classes are left out.</summary>
    private static void MixIn(ReadOnlySpan<byte> votes, float share, Span<float> row)
    {
        ReadOnlySpan<byte> expressions = votes[..row.Length];
        int sum = 0;
        foreach (byte count in expressions)
            sum += count;
        if (sum == 0)
            return;
        for (int k = 0; k < row.Length; k++)
            row[k] = (1 - share) * row[k] + share * expressions[k] / sum;
    }

    private static void AddShares(ReadOnlySpan<byte> votes, float weight, Span<float> row)
    {
        int sum = 0;
        foreach (byte count in votes)
            sum += count;
        for (int choice = 0; choice < row.Length && sum > 0; choice++)
            row[choice] = weight * votes[choice] / sum;
    }

    /// <summary>Inverse root of each class's share, 1 on average over the faces, [K].</summary>
    private static float[] ClassWeights(FaceTable table)
    {
        double[] roots = [.. table.ClassCounts().Select(count => count == 0 ? 0 : 1 / Math.Sqrt(count))];
        double mean = table.ClassCounts().Zip(roots, (count, root) => count * root).Sum() / table.Count;
        return [.. roots.Select(root => (float)(root / mean))];
    }
}
