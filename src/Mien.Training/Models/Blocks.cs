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

    /// <summary>Convolution, batch normalization, ReLU.</summary>
    public static Sequential ConvNormRelu(int from, int to, int kernel = 3, int stride = 1) => Sequential(
        ("conv", Conv2d(from, to, kernel, stride: stride, padding: kernel / 2, bias: false)),
        ("norm", BatchNorm2d(to)),
        ("relu", ReLU(inplace: true)));

    /// <summary>The same on the gray face [N,1,S,S], giving channels-last feature maps: all that follows keeps that layout.</summary>
    public static Sequential FirstConvNormRelu(int to, int kernel = 3, int stride = 1) => Sequential(
        ("conv", Conv2d(1, to, kernel, stride: stride, padding: kernel / 2, bias: false)),
        ("layout", new ChannelsLast()),
        ("norm", BatchNorm2d(to)),
        ("relu", ReLU(inplace: true)));

    /// <summary>He et al. 2015 (arXiv:1502.01852), fan-out, for every convolution; the last layer small, so that training begins
    /// unsure.</summary>
    public static void Initialize(Module network)
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
/// `residual` takes three quarters of its time. A lone gray channel has no layout, so this stands behind the first convolution.
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
