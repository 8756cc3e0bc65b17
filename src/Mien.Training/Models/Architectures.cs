using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Mien.Training.Models;

/// <summary>The architectures by name: those of Mien, and networks of one's own once <see cref="Register"/> has named them.</summary>
public static class Architectures
{
    /// <summary>A new one is a file beside this and a line here.</summary>
    private static readonly Dictionary<string, Func<int, Module<Tensor, Tensor>>> Built = new()
    {
        ["plain"] = Plain.Create,
        ["residual"] = classes => Residual.Create(classes, Stem.Pooled, widths: [64, 128, 256], depths: [1, 1, 1], dropout: 0.2),
        ["residual-swift"] = classes => Residual.Create(classes, Stem.Strided, widths: [64, 128, 256], depths: [1, 1, 1], dropout: 0.2),
        ["tiny"] = Tiny.Create,
    };

    private static readonly ConcurrentDictionary<string, Func<int, Module<Tensor, Tensor>>> Own = new(StringComparer.Ordinal);

    /// <summary>Names that <see cref="Create"/> takes, in order.</summary>
    public static IReadOnlyCollection<string> Names => [.. Built.Keys.Concat(Own.Keys).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Names a network of one's own, to be used like Mien's in <see cref="Runs.TrainingOptions.Architecture"/>. A run's
    /// record keeps the name alone: register it again before going on with the run.
    /// </summary>
    /// <param name="name">A name that is not one of Mien's; naming another network so replaces the former.</param>
    /// <param name="factory">
    /// From the number of classes K to a network [N,1,S,S] -> logits [N,K] with fresh weights, as its training begins.
    /// It is called more than once a run. Layers that TorchSharp does not define implement <see cref="Export.IOnnxLayer"/>.
    /// </param>
    /// <exception cref="ArgumentException">The name is blank, or one of Mien's.</exception>
    public static void Register(string name, Func<int, Module<Tensor, Tensor>> factory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(factory);
        if (Built.ContainsKey(name) || Residual.Of(name) is not null)
            throw new ArgumentException($"\"{name}\" is an architecture of Mien's. Choose another name.", nameof(name));
        Own[name] = factory;
    }

    /// <summary>Makes a network with fresh weights drawn from torch's random generator. [N,1,S,S] -> logits [N,classes].</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="classes">How many classes, from 2 up.</param>
    /// <exception cref="MienException">The name is not known.</exception>
    public static Module<Tensor, Tensor> Create(string name, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        if (Own.TryGetValue(name, out Func<int, Module<Tensor, Tensor>>? own))
            return own(classes);
        Func<int, Module<Tensor, Tensor>>? factory = Built.GetValueOrDefault(name) ?? Residual.Of(name);
        if (factory is null)
            throw new MienException($"No architecture named \"{name}\". Known: {string.Join(", ", Names)}, and residual-WIDTHS-DEPTHS such "
                + $"as residual-64.128.256-1.1.1. A network of your own is known after Architectures.Register(\"{name}\", …).");
        Module<Tensor, Tensor> network = factory(classes);
        Blocks.Initialize(network);
        return network;
    }
}
