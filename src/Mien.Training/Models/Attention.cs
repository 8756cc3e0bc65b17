using Mien.Training.Export;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Mien.Training.Models;

/// <summary>Scales each channel by what all the channels' means say of it. [N,C,h,w] -> [N,C,h,w].</summary>
/// <remarks>Hu et al. 2018, arXiv:1709.01507.</remarks>
internal sealed class SqueezeExcitation : Module<Tensor, Tensor>, IOnnxLayer
{
    private readonly Conv2d squeeze;
    private readonly ReLU relu = ReLU(inplace: true);
    private readonly Conv2d excite;
    private readonly Sigmoid gate = Sigmoid();

    public SqueezeExcitation(int channels, int hidden) : base(nameof(SqueezeExcitation))
    {
        squeeze = Conv2d(channels, hidden, 1);
        excite = Conv2d(hidden, channels, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        // Not AdaptiveAvgPool2d(1), which takes four times as long on channels-last maps.
        Tensor means = functional.avg_pool2d(input, [input.shape[2], input.shape[3]]);
        Tensor weights = gate.call(excite.call(relu.call(squeeze.call(means))));
        return (input * weights).MoveToOuterDisposeScope();
    }

    public string Write(OnnxGraph graph, string input)
    {
        string x = graph.Add(relu, graph.Add(squeeze, graph.Add(AdaptiveAvgPool2d(1), input)));
        return graph.Node("Mul", input, graph.Add(gate, graph.Add(excite, x)));
    }
}

/// <summary>Scales each place by what a convolution over mean and maximum of its neighbors' channels says. [N,C,h,w] ->
/// [N,C,h,w].</summary>
/// <remarks>The spatial half of CBAM (Woo et al. 2018, arXiv:1807.06521).</remarks>
internal sealed class SpatialMask : Module<Tensor, Tensor>, IOnnxLayer
{
    private static readonly long[] Channels = [1];

    private readonly Conv2d weigh = Conv2d(2, 1, 7, padding: 3);
    private readonly Sigmoid gate = Sigmoid();

    public SpatialMask() : base(nameof(SpatialMask)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor seen = cat([input.mean(Channels, keepdim: true), input.amax(Channels, keepdim: true)], 1);
        return (input * gate.call(weigh.call(seen))).MoveToOuterDisposeScope();
    }

    public string Write(OnnxGraph graph, string input)
    {
        IReadOnlyList<long> shape = graph.ShapeOf(input);
        string seen = graph.Node("Concat", [Over("ReduceMean"), Over("ReduceMax")], [2, shape[1], shape[2]], ("axis", 1));
        return graph.Node("Mul", input, graph.Add(gate, graph.Add(weigh, seen)));

        string Over(string operation) => graph.Node(operation, [input], [1, shape[1], shape[2]], ("axes", Channels), ("keepdims", 1));
    }
}
