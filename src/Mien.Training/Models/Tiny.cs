using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Mien.Training.Models;

/// <summary>A network of 50,000 weights for what is plain to see in a face, such as a mask. [N,1,S,S] -> logits [N,K].</summary>
/// <remarks>Four convolutions from a quarter of the pixels on, and the 3x3 grid of means that <see cref="Residual"/> ends with.</remarks>
internal static class Tiny
{
    public static Module<Tensor, Tensor> Create(int classes) => Sequential(
        ("stem", Blocks.FirstConvNormRelu(16, kernel: 5, stride: 2)),
        ("block1", Blocks.ConvNormRelu(16, 32, stride: 2)),
        ("block2", Blocks.ConvNormRelu(32, 48)),
        ("block3", Blocks.ConvNormRelu(48, 64, stride: 2)),
        ("features", AdaptiveAvgPool2d(3)),
        ("flatten", Flatten()),
        ("dropout", Dropout(0.1)),
        ("classifier", Linear(64 * 9, classes)));
}
