using Mien.Training.Datasets;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>
/// A second task for a network in training: how the FER+ taggers voted, as more columns of its last layer. The export
/// leaves the columns out. It speeds the first epochs and, without a teacher, helps long runs (docs/experiments.md).
/// </summary>
/// <remarks>Caruana 1997, Multitask Learning.</remarks>
internal static class VotesHead
{
    /// <summary>Columns of the last layer in training: K, and one a choice of the taggers where they are learnt.</summary>
    public static int Outputs(TrainingOptions options, int classes) => classes + (options.VotesHead > 0 ? FerPlus.Choices.Count : 0);

    /// <summary>Copies a network into one that lacks the columns.</summary>
    /// <param name="from">[N,1,S,S] -> [N,K+V].</param>
    /// <param name="to">The same architecture with K outputs.</param>
    public static void CopyWithout(nn.Module from, nn.Module to)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach ((Parameter source, Parameter target) in from.parameters().Zip(to.parameters()))
            target.copy_(source.narrow(0, 0, target.shape[0]));
        foreach ((Tensor source, Tensor target) in from.buffers().Zip(to.buffers()))
            target.copy_(source);
    }
}
