using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>
/// Maps between one float32 vector of master weights and a network's own copy in whatever format it computes in.
/// </summary>
/// <remarks>
/// One vector makes the optimizer, the average and the checkpoint a handful of operations each, and float32 keeps the
/// small steps that bfloat16's 8 bits would round away (Micikevicius et al. 2018, arXiv:1710.03740).
/// </remarks>
internal sealed class FlatWeights : IDisposable
{
    private readonly Parameter[] _parameters;
    private readonly Tensor[] _buffers;
    private readonly long[] _sizes;
    private readonly long[] _bufferSizes;
    private readonly (long Start, long Rows, long Columns)[] _filters;

    public FlatWeights(nn.Module network)
    {
        _parameters = [.. network.parameters()];
        // The batch counters of batch normalization are whole numbers that nothing here reads.
        _buffers = [.. network.buffers().Where(buffer => buffer.is_floating_point())];
        _sizes = [.. _parameters.Select(p => p.numel())];
        _bufferSizes = [.. _buffers.Select(b => b.numel())];
        _filters = [.. FiltersBeforeNorms(network)];
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        // Filters and matrices decay; biases, scales and shifts do not.
        Decays = cat([.. _parameters.Select(p => full(p.numel(), p.dim() > 1 ? 1f : 0f, device: p.device))]).DetachFromDisposeScope();
    }

    /// <summary>1 where weight decay applies, 0 elsewhere, float32 [P].</summary>
    public Tensor Decays { get; }

    /// <summary>The network's weights, float32 [P]; a new tensor.</summary>
    public Tensor Weights()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return Flatten(_parameters).MoveToOuterDisposeScope();
    }

    /// <summary>The network's gradients, float32 [P]; a new tensor.</summary>
    public Tensor Gradients()
    {
        using var scope = NewDisposeScope();
        return Flatten(_parameters.Select(p => p.grad ?? zeros_like(p))).MoveToOuterDisposeScope();
    }

    /// <summary>The network's running statistics, float32 [B]; a new tensor.</summary>
    public Tensor Buffers()
    {
        using var scope = NewDisposeScope();
        return (_buffers.Length == 0 ? zeros(0) : Flatten(_buffers)).MoveToOuterDisposeScope();
    }

    /// <summary>Views into a vector [P]: a matrix [out, in*k*k] for each convolution without a bias, which a norm follows.</summary>
    public Tensor[] Filters(Tensor vector) =>
        [.. _filters.Select(filter => vector.narrow(0, filter.Start, filter.Rows * filter.Columns).view(filter.Rows, filter.Columns))];

    /// <summary>Share of the learning rate of each weight, float32 [P]: 1 for the network's last layer, less for those before.</summary>
    /// <param name="network">A sequence of layers.</param>
    /// <param name="body">Share of all but the last layer with weights.</param>
    /// <param name="frozen">How many of the first layers do not learn at all.</param>
    public Tensor Rates(nn.Module network, double body, int frozen)
    {
        using var scope = NewDisposeScope();
        var shares = new Dictionary<IntPtr, float>();
        nn.Module[] layers = [.. network.children().Where(child => child.parameters().Any())];
        for (int i = 0; i < layers.Length; i++)
        {
            foreach (Parameter parameter in layers[i].parameters())
                shares[parameter.Handle] = i < frozen ? 0 : i < layers.Length - 1 ? (float)body : 1;
        }

        return cat([.. _parameters.Select(p => full(p.numel(), shares.GetValueOrDefault(p.Handle, 1f), device: p.device))])
            .MoveToOuterDisposeScope();
    }

    /// <summary>Copies weights into the network, rounding to its format.</summary>
    /// <param name="weights">Float32 [P].</param>
    public void WriteWeights(Tensor weights) => Write(weights, _parameters, _sizes);

    /// <summary>Copies running statistics into the network.</summary>
    /// <param name="buffers">Float32 [B].</param>
    public void WriteBuffers(Tensor buffers)
    {
        if (_buffers.Length > 0)
            Write(buffers, _buffers, _bufferSizes);
    }

    public void Dispose() => Decays.Dispose();

    private IEnumerable<(long Start, long Rows, long Columns)> FiltersBeforeNorms(nn.Module network)
    {
        var filters = network.modules().OfType<Conv2d>().Where(conv => conv.bias is null).Select(conv => conv.weight.Handle).ToHashSet();
        long start = 0;
        foreach (Parameter parameter in _parameters)
        {
            long length = parameter.numel();
            if (filters.Contains(parameter.Handle))
                yield return (start, parameter.shape[0], length / parameter.shape[0]);
            start += length;
        }
    }

    private static Tensor Flatten(IEnumerable<Tensor> tensors) =>
        cat([.. tensors.Select(t => t.reshape(-1).to(ScalarType.Float32))]);

    private static void Write(Tensor vector, IReadOnlyList<Tensor> targets, long[] sizes)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor[] parts = vector.split(sizes);
        for (int i = 0; i < parts.Length; i++)
            targets[i].copy_(parts[i].view(targets[i].shape));
    }
}
