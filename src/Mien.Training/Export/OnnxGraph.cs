using System.Runtime.InteropServices;
using Google.Protobuf;
using Mien.Training.Export.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Mien.Training.Export;

/// <summary>An ONNX graph under construction: layers go in, nodes and weights come out.</summary>
/// <remarks>
/// Batch normalization right behind a convolution is folded into it. Shapes without the batch dimension are followed
/// from the input on, for pooling to a fixed grid and for the model summary.
/// </remarks>
public sealed class OnnxGraph
{
    private readonly GraphProto _graph;
    private readonly Dictionary<string, long[]> _shapes = [];
    private readonly HashSet<string> _constants = [];
    private readonly Dictionary<string, FoldableConvolution> _foldable = [];
    private readonly Dictionary<string, string> _pooledFrom = [];
    private nn.Module? _network;
    private string? _flattened;
    private int _names;

    internal OnnxGraph(GraphProto graph, string input, long[] inputShape)
    {
        _graph = graph;
        _shapes[input] = inputShape;
    }

    /// <summary>Name of the last feature maps, [N,C,h,w]: what the last pooling before the first Flatten reads; null where there is no
    /// Flatten.</summary>
    internal string? FeatureMaps { get; private set; }

    /// <summary>Name of the weights [K,F] of the dense layer that reads the flattened features, and of its output; null where there is
    /// none.</summary>
    internal (string Weights, string Scores)? Head { get; private set; }

    /// <summary>Told of each layer of TorchSharp's as it is added: the layer, its output's shape, its multiply-adds a face.</summary>
    internal Action<nn.Module, long[], long>? Visited { get; init; }

    /// <summary>Told of each norm that is folded into the layer added last.</summary>
    internal Action<BatchNorm2d>? Folded { get; init; }

    /// <summary>Shape of a value without its batch dimension: [C,h,w] of feature maps, [F] behind a Flatten.</summary>
    /// <exception cref="InvalidOperationException">The name is no value that a layer or node gives.</exception>
    public IReadOnlyList<long> ShapeOf(string value) => _shapes.TryGetValue(value, out long[]? shape)
        ? shape
        : throw new InvalidOperationException($"The graph has no value \"{value}\".");

    /// <summary>Appends the nodes of a layer that TorchSharp or <see cref="IOnnxLayer"/> defines.</summary>
    /// <param name="layer">The layer; its weights are copied.</param>
    /// <param name="input">Name of the value that it reads.</param>
    /// <returns>Name of the value that the layer gives.</returns>
    /// <exception cref="MienException">The layer is of a kind that the exporter does not know.</exception>
    public string Add(nn.Module layer, string input)
    {
        _network ??= layer;
        switch (layer)
        {
            case IOnnxLayer own:
                return own.Write(this, input);
            // A type derived from it may compute something else in its forward: that one must write itself.
            case Sequential sequence when sequence.GetType() == typeof(Sequential):
                return sequence.children().Aggregate(input, (value, child) => Add(child, value));
        }

        string output = AddLeaf(layer, input);
        long[] shape = [.. ShapeOf(output)];
        long multiplyAdds = layer switch
        {
            Conv2d convolution => convolution.weight!.numel() * shape[1] * shape[2],
            Linear linear => linear.weight!.numel(),
            _ => 0,
        };
        if (output != input)
            Visited?.Invoke(layer, shape, multiplyAdds);
        return output;
    }

    private string AddLeaf(nn.Module layer, string input) => layer switch
    {
        Conv2d convolution => Convolution(convolution, input),
        BatchNorm2d norm => Normalization(norm, input),
        Linear linear => Dense(linear, input),
        MaxPool2d pool => Pool("MaxPool", input, pool.kernel_size, pool.stride, pool.padding, plain: !pool.ceil_mode
            && pool.dilation is (null or [1] or [1, 1])),
        AvgPool2d pool => Pool("AveragePool", input, pool.kernel_size, pool.stride, pool.padding, plain: !pool.ceil_mode
            && pool.divisor_override is null),
        AdaptiveAvgPool2d pool => AdaptivePool(pool, input),
        Flatten { start_dim: 1, end_dim: -1 } => Flat(input),
        Flatten => throw new MienException("The ONNX exporter knows Flatten from dimension 1 to the last only."),
        Dropout or Dropout2d or Identity => input,
        ReLU => Node("Relu", input),
        Sigmoid => Node("Sigmoid", input),
        SiLU => Node("Mul", input, Node("Sigmoid", input)),
        Hardswish => Node("HardSwish", input),
        Tanh => Node("Tanh", input),
        _ => throw new MienException($"The ONNX exporter does not know the layer {PathOf(layer)}. Implement {nameof(IOnnxLayer)} beside "
            + "forward: on that class if it is yours, else on the layer of yours that uses it."),
    };

    /// <summary>Where a layer stands in the network and what it is, such as `stage1.0.act (GELU)`.</summary>
    private string PathOf(nn.Module layer)
    {
        string path = _network!.named_modules().FirstOrDefault(pair => ReferenceEquals(pair.module, layer)).name ?? "";
        return path.Length == 0 ? layer.GetType().Name : $"{path} ({layer.GetType().Name})";
    }

    /// <summary>Appends one node with one output. Its shape is taken to be that of the first input, as of element-wise
    /// operations.</summary>
    /// <param name="operation">Name of an ONNX operator of opset 17.</param>
    /// <param name="inputs">Names of the values it reads.</param>
    /// <returns>Name of the node's output.</returns>
    /// <exception cref="InvalidOperationException">A name is no value of the graph, or no more: a convolution's, once a norm is folded into
    /// it.</exception>
    public string Node(string operation, params ReadOnlySpan<string> inputs)
    {
        string output = Append(operation, inputs, []);
        _shapes[output] = _shapes[inputs[0]];
        return output;
    }

    /// <summary>Appends one node with one output of the given shape.</summary>
    /// <param name="operation">Name of an ONNX operator of opset 17.</param>
    /// <param name="inputs">Names of the values it reads.</param>
    /// <param name="shape">Shape of its output, without the batch dimension.</param>
    /// <param name="attributes">The operator's attributes by name: an <c>int</c>, <c>long</c>, <c>float</c>, <c>double</c>, <c>string</c>
    /// or <c>long[]</c> each.</param>
    /// <returns>Name of the node's output.</returns>
    /// <exception cref="ArgumentException">An attribute is of another type.</exception>
    /// <exception cref="InvalidOperationException">A name is no value of the graph, or no more: a convolution's, once a norm is folded into
    /// it.</exception>
    public string Node(string operation, IReadOnlyList<string> inputs, IReadOnlyList<long> shape,
        params IReadOnlyList<(string Name, object Value)> attributes)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(attributes);
        string output = Append(operation, [.. inputs], [.. attributes.Select(attribute => Attribute(attribute.Name, attribute.Value))]);
        _shapes[output] = [.. shape];
        return output;
    }

    /// <summary>A copy of weights or numbers as a value that nodes read.</summary>
    /// <param name="values">Any shape; written as float32.</param>
    /// <returns>Name of the value.</returns>
    public string Constant(Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Constant(Values(values), values.shape);
    }

    internal string Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> dimensions)
    {
        string name = NewName("weight");
        _graph.Initializer.Add(Pack(name, values, dimensions));
        _constants.Add(name);
        return name;
    }

    private string Convolution(Conv2d layer, string input)
    {
        // "Same" padding and the like would need the input's size; none of the known networks uses them.
        if (layer.padding_type is not null || layer.padding_mode != PaddingModes.Zeros)
            throw new MienException("The ONNX exporter knows Conv2d with zero padding given in numbers only.");
        long[] kernel = layer.weight!.shape;
        string weight = Constant(Values(layer.weight!), kernel);
        string bias = Constant(layer.bias is null ? new float[kernel[0]] : Values(layer.bias), kernel[0]);
        string output = Append("Conv", [input, weight, bias],
        [
            Ints("kernel_shape", kernel[2], kernel[3]),
            Ints("strides", layer.stride!),
            Ints("pads", [.. layer.padding!, .. layer.padding!]),
            Ints("dilations", layer.dilation!),
            Int("group", layer.groups),
        ]);
        IReadOnlyList<long> shape = ShapeOf(input);
        _shapes[output] =
        [
            kernel[0],
            (shape[1] + 2 * layer.padding![0] - layer.dilation![0] * (kernel[2] - 1) - 1) / layer.stride![0] + 1,
            (shape[2] + 2 * layer.padding![1] - layer.dilation![1] * (kernel[3] - 1) - 1) / layer.stride![1] + 1,
        ];
        _foldable[output] = new FoldableConvolution(_graph.Node[^1], weight, bias);
        return output;
    }

    private string Normalization(BatchNorm2d layer, string input)
    {
        float[] scale = layer.weight is null ? Enumerable.Repeat(1f, (int)layer.num_features).ToArray() : Values(layer.weight);
        float[] shift = layer.bias is null ? new float[layer.num_features] : Values(layer.bias);
        if (layer.running_mean is null || layer.running_var is null)
            throw new MienException("The ONNX exporter needs BatchNorm2d with running statistics.");
        float[] mean = Values(layer.running_mean);
        float[] variance = Values(layer.running_var);
        if (!_foldable.Remove(input, out FoldableConvolution? convolution))
        {
            string separate = Append("BatchNormalization",
                [input, Constant(scale, scale.Length), Constant(shift, shift.Length), Constant(mean, mean.Length),
                    Constant(variance, variance.Length)],
                [Float("epsilon", (float)layer.eps)]);
            _shapes[separate] = _shapes[input];
            return separate;
        }

        Folded?.Invoke(layer);
        double[] factors = [.. scale.Zip(variance, (s, v) => s / Math.Sqrt(v + layer.eps))];
        Change(convolution.Weight, (value, i, perChannel) => (float)(value * factors[i / perChannel]), scale.Length);
        Change(convolution.Bias, (value, i, _) => (float)((value - mean[i]) * factors[i] + shift[i]), scale.Length);
        // The raw convolution's value is no more: a later reader of the old name must fail, not read another value.
        string output = NewName("norm");
        convolution.Node.Output[0] = output;
        _shapes.Remove(input, out long[]? shape);
        _shapes[output] = shape!;
        return output;
    }

    private string Dense(Linear layer, string input)
    {
        long[] shape = layer.weight!.shape;
        float[] bias = layer.bias is null ? new float[shape[0]] : Values(layer.bias);
        string weights = Constant(Values(layer.weight), shape);
        string output = Append("Gemm", [input, weights, Constant(bias, shape[0])], [Int("transB", 1)]);
        _shapes[output] = [shape[0]];
        if (input == _flattened)
            Head = (weights, output);
        return output;
    }

    private string Pool(string operation, string input, long[] kernel, long[]? stride, long[]? padding, bool plain)
    {
        if (!plain || padding?.Any(p => p != 0) == true)
            throw new MienException("The ONNX exporter knows pooling without padding, dilation, ceil_mode and divisor_override only.");
        long[] window = kernel.Length == 1 ? [kernel[0], kernel[0]] : kernel;
        long[] step = stride is null || stride.Length == 0 ? window : stride.Length == 1 ? [stride[0], stride[0]] : stride;
        string output = Append(operation, [input], [Ints("kernel_shape", window), Ints("strides", step)]);
        IReadOnlyList<long> shape = ShapeOf(input);
        _shapes[output] = [shape[0], (shape[1] - window[0]) / step[0] + 1, (shape[2] - window[1]) / step[1] + 1];
        _pooledFrom[output] = input;
        return output;
    }

    private string AdaptivePool(AdaptiveAvgPool2d layer, string input)
    {
        IReadOnlyList<long> shape = ShapeOf(input);
        long[] grid = layer.output_size.Length == 1 ? [layer.output_size[0], layer.output_size[0]] : layer.output_size;
        if (grid is [1, 1])
        {
            string output = Append("GlobalAveragePool", [input], []);
            _shapes[output] = [shape[0], 1, 1];
            _pooledFrom[output] = input;
            return output;
        }

        if (shape[1] % grid[0] != 0 || shape[2] % grid[1] != 0)
            throw new MienException($"The ONNX exporter can't pool {shape[1]}x{shape[2]} to {grid[0]}x{grid[1]}: the sides must be "
                + "multiples. Choose another input size or grid.");
        long[] window = [shape[1] / grid[0], shape[2] / grid[1]];
        return Pool("AveragePool", input, window, window, [0, 0], plain: true);
    }

    private string Flat(string input)
    {
        FeatureMaps ??= _pooledFrom.GetValueOrDefault(input, input);
        string output = Append("Flatten", [input], [Int("axis", 1)]);
        _shapes[output] = [ShapeOf(input).Aggregate(1L, (product, side) => product * side)];
        _flattened ??= output;
        return output;
    }

    private string Append(string operation, ReadOnlySpan<string> inputs, ReadOnlySpan<AttributeProto> attributes)
    {
        foreach (string input in inputs)
        {
            if (!_constants.Contains(input))
                ShapeOf(input);
            // A second reader of a convolution's value would miss what is folded into it later.
            _foldable.Remove(input);
        }

        string output = NewName(operation.ToLowerInvariant());
        var node = new NodeProto { OpType = operation, Name = output };
        node.Input.Add(inputs.ToArray());
        node.Output.Add(output);
        node.Attribute.Add(attributes.ToArray());
        _graph.Node.Add(node);
        return output;
    }

    private void Change(string initializer, Func<float, int, int, float> change, int channels)
    {
        TensorProto tensor = _graph.Initializer.Single(t => t.Name == initializer);
        float[] values = Unpack(tensor);
        for (int i = 0; i < values.Length; i++)
            values[i] = change(values[i], i, values.Length / channels);
        tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    private string NewName(string kind) => $"{kind}_{_names++}";

    /// <summary>The numbers of a float initializer.</summary>
    internal static float[] Unpack(TensorProto tensor) => MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();

    /// <summary>A float initializer; a single number where no dimensions are given.</summary>
    internal static TensorProto Pack(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> dimensions)
    {
        var tensor = new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)),
        };
        tensor.Dims.Add(dimensions.ToArray());
        return tensor;
    }

    private static float[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().to(ScalarType.Float32).contiguous().data<float>().ToArray();
    }

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        int number => Int(name, number),
        long number => Int(name, number),
        long[] numbers => Ints(name, numbers),
        float number => Float(name, number),
        double number => Float(name, (float)number),
        string text => new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(text) },
        _ => throw new ArgumentException($"Attribute {name} is a {value.GetType().Name}: expected int, long, float, double, string or "
            + "long[].", nameof(value)),
    };

    private static AttributeProto Float(string name, float value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    private static AttributeProto Int(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    private static AttributeProto Ints(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.Add(values.ToArray());
        return attribute;
    }

    private sealed record FoldableConvolution(NodeProto Node, string Weight, string Bias);
}
