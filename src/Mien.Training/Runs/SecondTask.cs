using Mien.Training.Datasets;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>
/// A second task for a network in training, as more columns of its last layer: how the FER+ taggers voted, or, where their
/// labels are learned, the data set's own label. The export leaves the columns out, or adds a share of them to the first
/// task's.
/// </summary>
/// <remarks>Caruana 1997, Multitask Learning.</remarks>
internal static class SecondTask
{
    /// <summary>Columns of the last layer in training: K, and those of the second task.</summary>
    public static int Outputs(TrainingOptions options, int classes) =>
        classes + (options.VotesHead > 0 ? FerPlus.Choices.Count : options.OwnHead > 0 ? FacialExpressions.Fer2013Names.Count : 0);

    /// <summary>Weight of its loss; 0 where there is none.</summary>
    public static double Weight(TrainingOptions options) => options.VotesHead > 0 ? options.VotesHead : options.OwnHead;

    /// <summary>Copies a network into one that lacks the columns.</summary>
    /// <param name="from">[N,1,S,S] -> [N,K+V].</param>
    /// <param name="to">The same architecture with K outputs.</param>
    /// <param name="share">Share of the second task's columns that is added to the first ones, 0..1.</param>
    public static void CopyWithout(nn.Module from, nn.Module to, double share = 0)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach ((Parameter source, Parameter target) in from.parameters().Zip(to.parameters()))
        {
            long columns = target.shape[0];
            long second = source.shape[0] - columns;
            target.copy_(source.narrow(0, 0, columns));
            if (share == 0 || second == 0)
                continue;
            using Scalar weight = (float)share;
            long common = Math.Min(columns, second);
            target.narrow(0, 0, common).add_(source.narrow(0, columns, common), weight);
        }

        foreach ((Tensor source, Tensor target) in from.buffers().Zip(to.buffers()))
            target.copy_(source);
    }
}
