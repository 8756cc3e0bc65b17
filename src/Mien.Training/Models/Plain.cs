using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Mien.Training.Models;

/// <summary>A small CNN of the kind that a tutorial shows. [N,1,S,S] -> logits [N,K].</summary>
/// <remarks>Three times convolution, normalization, ReLU and pooling, then two dense layers (LeCun et al. 1998).</remarks>
internal static class Plain
{
    public static Module<Tensor, Tensor> Create(int classes) => Sequential(
        ("block1", Blocks.ConvNormRelu(1, 32)),
        ("pool1", MaxPool2d(2)),
        ("block2", Blocks.ConvNormRelu(32, 64)),
        ("pool2", MaxPool2d(2)),
        ("block3", Blocks.ConvNormRelu(64, 128)),
        ("pool3", MaxPool2d(2)),
        ("pool", AdaptiveAvgPool2d(3)),
        ("flatten", Flatten()),
        ("hidden", Linear(128 * 3 * 3, 128)),
        ("relu", ReLU()),
        ("dropout", Dropout(0.3)),
        ("classifier", Linear(128, classes)));
}
