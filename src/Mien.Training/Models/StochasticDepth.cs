using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Models;

/// <summary>Lets residual blocks be skipped at random in training (Huang et al. 2016, arXiv:1603.09382).</summary>
internal static class StochasticDepth
{
    /// <summary>Gives the last block the chance, those before it less, in proportion to their depth.</summary>
    public static void Set(nn.Module network, double chance)
    {
        ResidualBlock[] blocks = [.. network.modules().OfType<ResidualBlock>()];
        for (int i = 0; i < blocks.Length; i++)
            blocks[i].SkipChance = chance * (i + 1) / blocks.Length;
    }
}
