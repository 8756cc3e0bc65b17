using Mien.Training.Export;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Mien.Training.Models;

/// <summary>Layers that several architectures share.</summary>
internal static class Blocks
{
    /// <summary>3x3 convolution without bias, padded to keep the size at stride 1. [N,in,h,w] -> [N,out,h/stride,w/stride].</summary>
    public static Conv2d Conv3x3(int from, int to, int stride = 1, int groups = 1) =>
        Conv2d(from, to, 3, stride: stride, padding: 1, groups: groups, bias: false);

    /// <summary>Convolution, batch normalisation, ReLU.</summary>
    public static Sequential ConvNormRelu(int from, int to, int kernel = 3, int stride = 1) => Sequential(
        ("conv", Conv2d(from, to, kernel, stride: stride, padding: kernel / 2, bias: false)),
        ("norm", BatchNorm2d(to)),
        ("relu", ReLU(inplace: true)));

    /// <summary>The same on the grey face [N,1,S,S], giving channels-last feature maps: all that follows keeps that layout.</summary>
    public static Sequential FirstConvNormRelu(int to, int kernel = 3, int stride = 1) => Sequential(
        ("conv", Conv2d(1, to, kernel, stride: stride, padding: kernel / 2, bias: false)),
        ("layout", new ChannelsLast()),
        ("norm", BatchNorm2d(to)),
        ("relu", ReLU(inplace: true)));

    /// <summary>He et al. 2015 (arXiv:1502.01852), fan-out, for every convolution; the last layer small, so that training begins unsure.</summary>
    public static void Initialise(Module network)
    {
        foreach (Module layer in network.modules())
        {
            switch (layer)
            {
                case Conv2d conv:
                    init.kaiming_normal_(conv.weight, mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU);
                    break;
                case Linear linear:
                    init.normal_(linear.weight, 0, 0.01);
                    init.zeros_(linear.bias!);
                    break;
            }
        }
    }
}

/// <summary>The same values, laid out with the channels of a place side by side. [N,C,h,w] -> [N,C,h,w].</summary>
/// <remarks>
/// On a CPU convolutions then need no reordering before and after, and pooling works on whole vectors: a step of
/// `residual` takes three quarters of its time. A lone grey channel has no layout, so this stands behind the first convolution.
/// </remarks>
internal sealed class ChannelsLast() : Module<Tensor, Tensor>(nameof(ChannelsLast)), IOnnxLayer
{
    /// <summary>A copy of [N,C,h,w] in that layout.</summary>
    public static Tensor Of(Tensor input)
    {
        using var scope = NewDisposeScope();
        return input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    public override Tensor forward(Tensor input) => Of(input);

    public string Write(OnnxGraph graph, string input) => input;
}

/// <summary>Two 3x3 convolutions beside a shortcut, with squeeze-and-excitation. [N,in,h,w] -> [N,out,h/stride,w/stride].</summary>
/// <remarks>He et al. 2016, arXiv:1512.03385; the shortcut averages where it shrinks (ResNet-D, He et al. 2019, arXiv:1812.01187).</remarks>
internal sealed class ResidualBlock : Module<Tensor, Tensor>, IOnnxLayer
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d norm1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d norm2;
    private readonly SqueezeExcitation? excite;
    private readonly Sequential? shortcut;
    private readonly ReLU relu = ReLU(inplace: true);

    public ResidualBlock(int from, int to, int stride, bool squeeze) : base(nameof(ResidualBlock))
    {
        conv1 = Blocks.Conv3x3(from, to, stride);
        norm1 = BatchNorm2d(to);
        conv2 = Blocks.Conv3x3(to, to);
        norm2 = BatchNorm2d(to);
        excite = squeeze ? new SqueezeExcitation(to, Math.Max(to / 8, 8)) : null;
        if (stride != 1 || from != to)
        {
            shortcut = stride == 1
                ? Sequential(("conv", Conv2d(from, to, 1, bias: false)), ("norm", BatchNorm2d(to)))
                : Sequential(("pool", AvgPool2d(stride)), ("conv", Conv2d(from, to, 1, bias: false)), ("norm", BatchNorm2d(to)));
        }

        RegisterComponents();
    }

    /// <summary>Chance that a face takes the shortcut alone in training, 0 up to 1 (Huang et al. 2016, arXiv:1603.09382).</summary>
    public double SkipChance { get; set; }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = relu.call(norm1.call(conv1.call(input)));
        x = norm2.call(conv2.call(x));
        if (excite is not null)
            x = excite.call(x);
        if (training && SkipChance > 0)
            x = functional.dropout(ones([input.shape[0], 1, 1, 1], x.dtype, x.device), SkipChance) * x;
        x = x + (shortcut is null ? input : shortcut.call(input));
        return relu.call(x).MoveToOuterDisposeScope();
    }

    public string Write(OnnxGraph graph, string input)
    {
        string x = graph.Add(relu, graph.Add(norm1, graph.Add(conv1, input)));
        x = graph.Add(norm2, graph.Add(conv2, x));
        if (excite is not null)
            x = graph.Add(excite, x);
        x = graph.Node("Add", x, shortcut is null ? input : graph.Add(shortcut, input));
        return graph.Add(relu, x);
    }
}

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
