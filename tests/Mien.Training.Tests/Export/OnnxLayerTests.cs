using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Mien.Imaging;
using Mien.Training.Export;
using Mien.Training.Export.Onnx;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Mien.Training.Tests.Export;

/// <summary>Each layer that the exporter knows, alone and with the settings that it must carry over, against torch.</summary>
public class OnnxLayerTests
{
    private const int Size = 12;

    private static readonly Dictionary<string, Func<Module<Tensor, Tensor>>> Layers = new()
    {
        ["convolution with stride and padding"] = () => Conv2d(4, 6, 3, stride: 2, padding: 1),
        ["convolution with a long kernel"] = () => Conv2d(4, 6, (1, 5), stride: (2, 1), padding: (0, 2)),
        ["convolution with dilation"] = () => Conv2d(4, 6, 3, dilation: 2),
        ["convolution in groups, without bias"] = () => Conv2d(4, 8, 3, groups: 2, bias: false),
        ["depthwise convolution and its norm"] = () => Sequential(Conv2d(4, 4, 3, groups: 4), Norm(4)),
        ["convolution without bias and its norm"] = () => Sequential(Conv2d(4, 6, 3, bias: false), Norm(6)),
        ["norm that follows no convolution"] = () => Norm(4),
        ["norm behind an activation"] = () => Sequential(Conv2d(4, 6, 3), ReLU(), Norm(6)),
        ["two norms in a row"] = () => Sequential(Conv2d(4, 6, 3), Norm(6), Norm(6)),
        ["norm without weights of its own"] = () => Sequential(Conv2d(4, 6, 3), Norm(6, affine: false)),
        ["maximum pooling"] = () => MaxPool2d(2),
        ["overlapping maximum pooling"] = () => MaxPool2d(3, stride: 2),
        ["average pooling"] = () => AvgPool2d(3, stride: 2),
        ["average pooling in strips"] = () => AvgPool2d((2, 3), stride: (1, 2)),
        ["global average pooling"] = () => AdaptiveAvgPool2d(1),
        ["adaptive pooling to a grid"] = () => AdaptiveAvgPool2d([3, 4]),
        ["ReLU"] = () => ReLU(),
        ["SiLU"] = () => SiLU(),
        ["Sigmoid"] = () => Sigmoid(),
        ["Tanh"] = () => Tanh(),
        ["Hardswish"] = () => Hardswish(),
        ["dropout, which does nothing when judging"] = () => Sequential(Dropout(0.5), ReLU(), Dropout2d(0.5)),
        ["identity"] = () => Sequential(Identity(), ReLU()),
        ["dense without bias"] = () => Sequential(Flatten(), Linear(4 * Size * Size, 5, hasBias: false)),
        ["one activation used twice"] = () => Twice(),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_layer_gives_in_ONNX_Runtime_what_it_gives_in_torch(string name)
    {
        random.manual_seed(3);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Module<Tensor, Tensor> layer = Layers[name]();
        layer.eval();
        Tensor input = randn(5, 4, Size, Size);
        // A copy, as some layers work in place.
        Tensor expected = layer.call(input.clone());
        (float[] values, long[] shape) = RunOnnx(layer, input);
        Assert.Equal(expected.shape, shape);
        Assert.Equal(expected.contiguous().data<float>().ToArray(), values, (a, b) => Math.Abs(a - b) <= 1e-5);
    }

    public static TheoryData<string> RefusedNames => [.. Refused.Keys];

    private static readonly Dictionary<string, Func<Module<Tensor, Tensor>>> Refused = new()
    {
        ["padding that is not zeros"] = () => Conv2d(4, 6, 3, padding: 1, padding_mode: PaddingModes.Reflect),
        ["pooling with padding"] = () => MaxPool2d(3, padding: 1),
        ["pooling with dilation"] = () => MaxPool2d(2, dilation: 2),
        ["pooling rounded up"] = () => MaxPool2d(5, ceil_mode: true),
        ["pooling by another divisor"] = () => AvgPool2d((2, 2), divisor_override: 3),
        ["pooling to a grid that does not divide the side"] = () => AdaptiveAvgPool2d(5),
        ["flattening of some dimensions only"] = () => Flatten(1, 2),
        ["norm without running statistics"] = () => BatchNorm2d(4, track_running_stats: false),
        ["a Sequential with a forward of its own"] = () => new Doubled(),
    };

    [Theory]
    [MemberData(nameof(RefusedNames))]
    public void A_setting_that_can_not_be_carried_over_is_refused_rather_than_dropped(string name)
    {
        using Module<Tensor, Tensor> layer = Refused[name]();
        Assert.Throws<MienException>(() => new OnnxGraph(new GraphProto(), "in", [4, Size, Size]).Add(layer, "in"));
    }

    [Fact]
    public void A_value_that_folding_took_away_can_not_be_read_again()
    {
        using Module<Tensor, Tensor> convolution = Conv2d(4, 4, 3);
        using Module<Tensor, Tensor> norm = Norm(4);
        var graph = new OnnxGraph(new GraphProto(), "in", [4, Size, Size]);
        string raw = graph.Add(convolution, "in");
        string normalized = graph.Add(norm, raw);
        Assert.Contains(raw, Assert.Throws<InvalidOperationException>(() => graph.Node("Add", normalized, raw)).Message,
            StringComparison.Ordinal);
        Assert.Contains(raw, Assert.Throws<InvalidOperationException>(() => graph.Node("Relu", raw)).Message, StringComparison.Ordinal);
    }

    private static Module<Tensor, Tensor> Norm(int channels, bool affine = true)
    {
        var norm = BatchNorm2d(channels, affine: affine);
        // Fresh statistics and weights are zeros and ones, with which most mistakes cancel.
        init.normal_(norm.running_mean!);
        init.uniform_(norm.running_var!, 0.5, 2);
        if (affine)
        {
            init.uniform_(norm.weight!, -1.5, 1.5);
            init.normal_(norm.bias!);
        }

        return norm;
    }

    private static Module<Tensor, Tensor> Twice()
    {
        var relu = ReLU();
        return Sequential(("a", relu), ("b", Conv2d(4, 6, 3)), ("c", relu));
    }

    private static (float[] Values, long[] Shape) RunOnnx(Module<Tensor, Tensor> layer, Tensor input)
    {
        var proto = new GraphProto { Name = "layer" };
        var graph = new OnnxGraph(proto, "in", [4, Size, Size]);
        string output = graph.Add(layer, "in");
        proto.Input.Add(OnnxExporter.Value("in", 4, Size, Size));
        proto.Output.Add(OnnxExporter.Value(output, [.. graph.ShapeOf(output)]));
        using var session = new InferenceSession(OnnxExporter.Model(proto, "1").ToByteArray());
        using var run = new RunOptions();
        using OrtValue tensor = OrtValue.CreateTensorValueFromMemory(input.data<float>().ToArray(), input.shape);
        using var outputs = session.Run(run, ["in"], [tensor], [output]);
        return (outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape);
    }

    private sealed class Doubled() : TorchSharp.Modules.Sequential(ReLU())
    {
        public override Tensor forward(Tensor tensor) => base.forward(tensor) * 2;
    }
}
