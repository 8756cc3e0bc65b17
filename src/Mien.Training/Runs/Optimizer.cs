using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>Moves the master weights one step against the gradient.</summary>
/// <remarks>
/// Everything takes Nesterov's momentum as in Sutskever et al. 2013, with the decay inside the gradient. Under
/// <see cref="OptimizerKind.Muon"/> the filters of convolutions that a norm follows take orthogonalized steps instead
/// (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/).
/// </remarks>
/// <param name="flat">The network's weights.</param>
/// <param name="state">What a step changes.</param>
/// <param name="options">The recipe.</param>
/// <param name="rates">Share of the learning rate of each weight, [P]; null for 1.</param>
internal sealed class Optimizer(FlatWeights flat, TrainingState state, TrainingOptions options, Tensor? rates)
{
    private const int NewtonSchulzSteps = 5;

    private readonly bool _muon = options.Optimizer == OptimizerKind.Muon;

    // One share a filter bank: they are read back from the device once, not every step.
    private readonly float[]? _shares = rates is null ? null : SharesOf(flat, rates);

    /// <summary>Takes a step; the state's weights and momentum change.</summary>
    /// <param name="gradient">Float32 [P]; it is overwritten.</param>
    /// <param name="learningRate">The schedule's, of the momentum part.</param>
    public void Step(Tensor gradient, double learningRate)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        // Held to the end of the block: libtorch reads them while nothing else refers to them.
        using Scalar momentum = (float)options.Momentum;
        using Scalar decay = (float)options.WeightDecay;
        using Scalar rate = (float)-learningRate;
        gradient.addcmul_(flat.Decays, state.Weights, decay);
        state.Momentum.mul_(momentum).add_(gradient);
        gradient.add_(state.Momentum, alpha: momentum);
        if (rates is not null)
            gradient.mul_(rates);
        Tensor[] steps = _muon ? flat.Filters(gradient) : [];
        Tensor[] filters = _muon ? flat.Filters(state.Weights) : [];
        // A step of zeros is a frozen filter's: it has no direction to turn to.
        Tensor[] moved = [.. steps.Select((step, i) => _shares?[i] == 0
            ? filters[i].clone()
            : Turned(filters[i], step, options.MuonRate * (_shares?[i] ?? 1) * learningRate / options.LearningRate))];
        state.Weights.add_(gradient, alpha: rate);
        for (int i = 0; i < moved.Length; i++)
            filters[i].copy_(moved[i]);
    }

    private static float[] SharesOf(FlatWeights flat, Tensor rates)
    {
        using var scope = NewDisposeScope();
        return [.. flat.Filters(rates).Select(share => share[0, 0].item<float>())];
    }

    /// <summary>
    /// A filter bank [out, in*k*k] turned by a share of its own length towards the orthogonalized step. A norm follows it,
    /// so its length means nothing: it is held at the root of its rows, which makes the share an angle.
    /// </summary>
    private static Tensor Turned(Tensor filter, Tensor step, double share)
    {
        (long rows, long columns) = (filter.shape[0], filter.shape[1]);
        using Scalar scale = (float)(-share * Math.Sqrt(Math.Max(1, (double)rows / columns)));
        Tensor turned = filter + Orthogonalized(step).mul(scale);
        using Scalar length = (float)Math.Sqrt(rows);
        return turned.mul(length).div(turned.norm());
    }

    /// <summary>The nearest half-orthogonal matrix, about: five Newton-Schulz steps with Jordan's quintic, in bfloat16 as he
    /// does.</summary>
    private static Tensor Orthogonalized(Tensor matrix)
    {
        bool tall = matrix.shape[0] > matrix.shape[1];
        using Scalar a = 3.4445f;
        using Scalar b = -4.7750f;
        using Scalar c = 2.0315f;
        using Scalar tiny = 1e-7f;
        Tensor x = matrix.div(matrix.norm().add(tiny))
            .to(MixedPrecision.CpuMultipliesBFloat16() || matrix.device.type == DeviceType.CUDA ? ScalarType.BFloat16 : ScalarType.Float32);
        if (tall)
            x = x.t();
        for (int i = 0; i < NewtonSchulzSteps; i++)
        {
            Tensor squares = x.mm(x.t());
            Tensor polynomial = squares.mul(b).add(squares.mm(squares).mul(c));
            x = x.mul(a).add(polynomial.mm(x));
        }

        return (tall ? x.t() : x).to(ScalarType.Float32);
    }
}
