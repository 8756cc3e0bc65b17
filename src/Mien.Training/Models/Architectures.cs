using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Mien.Training.Models;

/// <summary>The architectures by name. A new one is a file beside this and a line here.</summary>
public static class Architectures
{
    private static readonly SortedDictionary<string, Func<int, Module<Tensor, Tensor>>> Factories = new(StringComparer.Ordinal)
    {
        ["plain"] = Plain.Create,
        ["residual"] = classes => Residual.Create(classes, Stem.Pooled, widths: [64, 128, 256], depths: [1, 1, 1], dropout: 0.2),
        ["residual-swift"] = classes => Residual.Create(classes, Stem.Strided, widths: [64, 128, 256], depths: [1, 1, 1], dropout: 0.2),
        ["residual-late"] = classes => Residual.Create(classes, Stem.Strided, widths: [32, 128, 256], depths: [1, 1, 2], dropout: 0.2),
        ["residual-deep"] = classes => Residual.Create(classes, Stem.Strided, widths: [48, 96, 192], depths: [1, 2, 3], dropout: 0.2),
    };

    /// <summary>Names that <see cref="Create"/> takes, in order.</summary>
    public static IReadOnlyCollection<string> Names => Factories.Keys;

    /// <summary>Makes a network with fresh weights drawn from torch's random generator. [N,1,S,S] -> logits [N,classes].</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="classes">How many classes, from 2 up.</param>
    /// <exception cref="MienException">The name is not known.</exception>
    public static Module<Tensor, Tensor> Create(string name, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        if (!Factories.TryGetValue(name, out Func<int, Module<Tensor, Tensor>>? factory))
            throw new MienException($"No architecture named \"{name}\". Known: {string.Join(", ", Names)}.");
        Module<Tensor, Tensor> network = factory(classes);
        Blocks.Initialise(network);
        return network;
    }
}
