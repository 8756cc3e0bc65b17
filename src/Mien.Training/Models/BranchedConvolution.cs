using Mien.Training.Export;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Mien.Training.Models;

/// <summary>
/// A 3x3 and a 1x1 convolution side by side, each with its norm, and a norm alone where input and output have one shape: in
/// the exported network one 3x3 convolution. [N,in,h,w] -> [N,out,h/stride,w/stride].
/// </summary>
/// <remarks>Ding et al. 2021, arXiv:2101.03697.</remarks>
internal sealed class BranchedConvolution : Module<Tensor, Tensor>, IOnnxLayer
{
    private readonly Conv2d wide;
    private readonly BatchNorm2d wideNorm;
    private readonly Conv2d point;
    private readonly BatchNorm2d pointNorm;
    private readonly BatchNorm2d? identity;

    public BranchedConvolution(int from, int to, int stride) : base(nameof(BranchedConvolution))
    {
        wide = Blocks.Conv3x3(from, to, stride);
        wideNorm = BatchNorm2d(to);
        point = Conv2d(from, to, 1, stride: stride, bias: false);
        pointNorm = BatchNorm2d(to);
        identity = from == to && stride == 1 ? BatchNorm2d(to) : null;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = wideNorm.call(wide.call(input)) + pointNorm.call(point.call(input));
        if (identity is not null)
            x = x + identity.call(input);
        return x.MoveToOuterDisposeScope();
    }

    public string Write(OnnxGraph graph, string input)
    {
        using Conv2d merged = Merge();
        return graph.Add(merged, input);
    }

    /// <summary>One convolution that computes what all branches together do in evaluation mode.</summary>
    private Conv2d Merge()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        (Tensor scale, Tensor shift) = Of(wideNorm);
        Tensor filters = wide.weight!.to(ScalarType.Float32) * scale;
        (Tensor pointScale, Tensor pointShift) = Of(pointNorm);
        filters = filters + functional.pad(point.weight!.to(ScalarType.Float32) * pointScale, (1, 1, 1, 1));
        shift = shift + pointShift;
        if (identity is not null)
        {
            (Tensor identityScale, Tensor identityShift) = Of(identity);
            Tensor one = eye(filters.shape[0], device: filters.device).reshape(filters.shape[0], filters.shape[0], 1, 1);
            filters = filters + functional.pad(one * identityScale, (1, 1, 1, 1));
            shift = shift + identityShift;
        }

        Conv2d merged = Conv2d(filters.shape[1], filters.shape[0], 3, stride: wide.stride![0], padding: 1);
        merged.weight!.copy_(filters);
        merged.bias!.copy_(shift);
        merged.weight.DetachFromDisposeScope();
        merged.bias.DetachFromDisposeScope();
        return merged;
    }

    /// <summary>What a norm multiplies by, [out,1,1,1], and adds, [out].</summary>
    private static (Tensor Scale, Tensor Shift) Of(BatchNorm2d norm)
    {
        Tensor scale = norm.weight!.to(ScalarType.Float32) / (norm.running_var!.to(ScalarType.Float32) + norm.eps).sqrt();
        Tensor shift = norm.bias!.to(ScalarType.Float32) - norm.running_mean!.to(ScalarType.Float32) * scale;
        return (scale.reshape(-1, 1, 1, 1), shift);
    }
}
