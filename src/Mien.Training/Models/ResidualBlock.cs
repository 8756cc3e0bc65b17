using Mien.Training.Export;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Mien.Training.Models;

/// <summary>What the blocks of a residual network convolve with.</summary>
internal enum BlockKind
{
    /// <summary>3x3 convolutions over all channels.</summary>
    Full,

    /// <summary>The same, with <see cref="SpatialMask"/> behind.</summary>
    Masked,

    /// <summary>Branches that become one convolution in the exported network.</summary>
    Branched,

    /// <summary>3x3 convolutions within groups of up to 16 channels, mixed by 1x1 convolutions (Xie et al. 2017,
    /// arXiv:1611.05431).</summary>
    Grouped,

    /// <summary>3x3 convolutions of each channel alone, mixed by 1x1 convolutions (Howard et al. 2017, arXiv:1704.04861).</summary>
    Depthwise,
}

/// <summary>Two 3x3 convolutions beside a shortcut, with squeeze-and-excitation. [N,in,h,w] -> [N,out,h/stride,w/stride].</summary>
/// <remarks>He et al. 2016, arXiv:1512.03385; the shortcut averages where it shrinks (ResNet-D, He et al. 2019,
/// arXiv:1812.01187).</remarks>
internal sealed class ResidualBlock : Module<Tensor, Tensor>, IOnnxLayer
{
    private const int LargestGroup = 16;

    private readonly Module<Tensor, Tensor> conv1;
    private readonly BatchNorm2d norm1;
    private readonly Module<Tensor, Tensor> conv2;
    private readonly BatchNorm2d norm2;
    private readonly SqueezeExcitation excite;
    private readonly SpatialMask? mask;
    private readonly Sequential? shortcut;
    private readonly ReLU relu = ReLU(inplace: true);

    public ResidualBlock(int from, int to, int stride, BlockKind kind) : base(nameof(ResidualBlock))
    {
        conv1 = Convolution(from, to, stride, kind);
        norm1 = BatchNorm2d(to);
        conv2 = Convolution(to, to, 1, kind);
        norm2 = BatchNorm2d(to);
        excite = new SqueezeExcitation(to, Math.Max(to / 8, 8));
        mask = kind == BlockKind.Masked ? new SpatialMask() : null;
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
        x = excite.call(norm2.call(conv2.call(x)));
        if (mask is not null)
            x = mask.call(x);
        if (training && SkipChance > 0)
            x = functional.dropout(ones([input.shape[0], 1, 1, 1], x.dtype, x.device), SkipChance) * x;
        x = x + (shortcut is null ? input : shortcut.call(input));
        return relu.call(x).MoveToOuterDisposeScope();
    }

    public string Write(OnnxGraph graph, string input)
    {
        string x = graph.Add(relu, graph.Add(norm1, graph.Add(conv1, input)));
        x = graph.Add(excite, graph.Add(norm2, graph.Add(conv2, x)));
        if (mask is not null)
            x = graph.Add(mask, x);
        x = graph.Node("Add", x, shortcut is null ? input : graph.Add(shortcut, input));
        return graph.Add(relu, x);
    }

    private static Module<Tensor, Tensor> Convolution(int from, int to, int stride, BlockKind kind) => kind switch
    {
        BlockKind.Branched => new BranchedConvolution(from, to, stride),
        // The largest power of two that divides the channels, so that any width will do.
        BlockKind.Grouped => Separable(from, to, stride, from / Math.Min(LargestGroup, from & -from)),
        BlockKind.Depthwise => Separable(from, to, stride, from),
        _ => Blocks.Conv3x3(from, to, stride),
    };

    /// <summary>A 3x3 convolution within groups of channels, then a 1x1 convolution over all.</summary>
    private static Sequential Separable(int from, int to, int stride, int groups) => Sequential(
        ("groups", Blocks.Conv3x3(from, from, stride, groups)),
        ("norm", BatchNorm2d(from)),
        ("relu", ReLU(inplace: true)),
        ("point", Conv2d(from, to, 1, bias: false)));
}
