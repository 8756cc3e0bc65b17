using Mien.TestSupport;
using Mien.Training.Export;
using Mien.Training.Models;
using Mien.Training.Runs;
using Mien.Training.Tests.Runs;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Mien.Training.Tests.Models;

/// <summary>Networks that a user wrote.</summary>
public class OwnNetworkTests
{
    private static readonly TrainingOptions Quick = TrainingOptions.Default with
    {
        Architecture = "own",
        Epochs = 1,
        BatchSize = 64,
        Threads = 1
    };

    [Fact]
    public void A_network_of_ones_own_is_trained_stopped_resumed_and_exported_under_its_name()
    {
        Architectures.Register("own", classes => new Own(classes));
        using TemporaryFolder folder = TestData.NewFolder();
        var run = new RunFolder(folder.File("run"));
        using (Trainer trainer = Trainer.Begin(run, TrainerTests.Table(), "made up", Quick with { Epochs = 2 }))
        {
            using var stop = new CancellationTokenSource();
            trainer.Run(new AfterTheFirstEpoch(stop.Cancel), stop.Token);
        }

        using Trainer resumed = Trainer.Resume(run, TrainerTests.Table());
        TrainingResult result = resumed.Run(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2, resumed.History.Count);
        using var classifier = ExpressionClassifier.Create(result.ModelFile!);
        Assert.Equal("own", classifier.Card.Architecture);
        Assert.Equal(Own.Parameters, ModelSummary.Of("own", 7, 48).Parameters);
        Assert.Contains("own", Architectures.Names);
    }

    [Fact]
    public void A_name_of_Miens_can_not_be_taken() =>
        Assert.Throws<ArgumentException>(() => Architectures.Register("residual", classes => new Own(classes)));

    [Fact]
    public void A_run_whose_network_is_not_registered_is_told_how()
    {
        var error = Assert.Throws<MienException>(() => Architectures.Create("theirs", 7));
        Assert.Contains("Architectures.Register(\"theirs\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_the_exporter_does_not_know_is_named_with_its_place_before_training_begins()
    {
        bool known = false;
        Architectures.Register("later", classes => known ? new Own(classes)
            : Sequential(("features", Sequential(("conv", Conv2d(1, 4, 3)), ("act", GELU()))), ("pool", AdaptiveAvgPool2d(1)),
            ("flat", Flatten()), ("head", Linear(4, classes))));
        using TemporaryFolder folder = TestData.NewFolder();
        var error = Assert.Throws<MienException>(() =>
            Trainer.Begin(new RunFolder(folder.File("run")), TrainerTests.Table(), "made up", Quick with { Architecture = "later" }));
        known = true;
        Assert.Contains("features.act (GELU)", error.Message, StringComparison.Ordinal);
        Assert.Contains("IOnnxLayer", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("run")));
    }

    public static TheoryData<string> UnfitNames => [.. Unfit.Keys];

    /// <summary>Networks that can't be trained or exported, and what the message must say.</summary>
    private static readonly Dictionary<string, (Func<Module<Tensor, Tensor>> Network, string[] Said)> Unfit = new()
    {
        ["of a fixed size, beside the recipe's small faces"] = (() =>
            Sequential(Conv2d(1, 2, 3, padding: 1), Flatten(), Linear(2 * 48 * 48, 7)), ["40x40", "AdaptiveAvgPool2d", "SmallSize"]),
        ["of another size"] = (() => Sequential(Conv2d(1, 2, 3, padding: 1), Flatten(), Linear(2 * 64 * 64, 7)), ["48x48", "[N,1,48,48]"]),
        ["for color"] = (() => Sequential(Conv2d(3, 2, 3), AdaptiveAvgPool2d(1), Flatten(), Linear(2, 7)), ["one channel"]),
        ["for other labels"] = (() => Sequential(Conv2d(1, 2, 3), AdaptiveAvgPool2d(1), Flatten(), Linear(2, 10)), ["[3,10]", "[3,7]"]),
        ["without a Write"] = (() => new Unwritten(), ["Unwritten", "IOnnxLayer"]),
        ["that writes something else than it computes"] = (() => new Own(7, wrong: true), ["something else", "Write"]),
        ["that writes an operator which ONNX lacks"] = (() => new Own(7, operation: "Plus"), ["refuses", "Write"]),
        ["that registers nothing"] = (() => new Unregistered(), ["RegisterComponents"]),
    };

    [Theory]
    [MemberData(nameof(UnfitNames))]
    public void A_network_is_refused_with_the_cure(string name)
    {
        using Module<Tensor, Tensor> network = Unfit[name].Network();
        var error = Assert.Throws<MienException>(() => ExportCheck.Run(network, Quick, 7, 48));
        Assert.StartsWith(name == "without a Write" ? "The ONNX exporter" : "own: ", error.Message, StringComparison.Ordinal);
        Assert.All(Unfit[name].Said, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_layer_writes_nodes_with_attributes_weights_and_shapes_of_its_own()
    {
        using var scope = NewDisposeScope();
        Module<Tensor, Tensor> network = Sequential(new Mixed(), AdaptiveAvgPool2d(1), Flatten(), Linear(6, 7));
        // Compares torch and ONNX Runtime.
        ExportCheck.Run(network, Quick with { Precision = Precision.Float32 }, 7, 48);
    }

    [Fact]
    public void An_attribute_of_an_unknown_type_is_refused()
    {
        var graph = new OnnxGraph(new Mien.Training.Export.Onnx.GraphProto(), "in", [1, 4, 4]);
        Assert.Contains("Decimal", Assert.Throws<ArgumentException>(() => graph.Node("LeakyRelu", ["in"], [1, 4, 4], ("alpha", 0.1m)))
            .Message, StringComparison.Ordinal);
    }

    /// <summary>A convolution beside a shortcut, and a head.</summary>
    private sealed class Own : Module<Tensor, Tensor>, IOnnxLayer
    {
        public const long Parameters = 6 * 9 + 6 + 6 * 7 + 7;

        private readonly Conv2d conv = Conv2d(1, 6, 3, padding: 1);
        private readonly Sequential head;
        private readonly bool _wrong;
        private readonly string _operation;

        public Own(int classes, bool wrong = false, string operation = "Add") : base(nameof(Own))
        {
            head = Sequential(AdaptiveAvgPool2d(1), Flatten(), Linear(6, classes));
            (_wrong, _operation) = (wrong, operation);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return head.call(conv.call(input) + input).MoveToOuterDisposeScope();
        }

        public string Write(OnnxGraph graph, string input)
        {
            string x = graph.Add(conv, input);
            return graph.Add(head, _wrong ? x : graph.Node(_operation, x, input));
        }
    }

    /// <summary>[N,1,h,w] -> [N,6,h,w]: two leaky halves side by side, scaled a channel.</summary>
    private sealed class Mixed : Module<Tensor, Tensor>, IOnnxLayer
    {
        private readonly Conv2d left = Conv2d(1, 4, 3, padding: 1);
        private readonly Conv2d right = Conv2d(1, 2, 1);
        private readonly Parameter scale = Parameter(rand(1, 6, 1, 1));

        public Mixed() : base(nameof(Mixed)) => RegisterComponents();

        public override Tensor forward(Tensor input) =>
            functional.leaky_relu(cat([left.call(input), right.call(input)], 1), 0.3) * scale;

        public string Write(OnnxGraph graph, string input)
        {
            (string a, string b) = (graph.Add(left, input), graph.Add(right, input));
            IReadOnlyList<long> shape = [graph.ShapeOf(a)[0] + graph.ShapeOf(b)[0], .. graph.ShapeOf(a).Skip(1)];
            string both = graph.Node("Concat", [a, b], shape, ("axis", 1));
            return graph.Node("Mul", graph.Node("LeakyRelu", [both], shape, ("alpha", 0.3)), graph.Constant(scale));
        }
    }

    private sealed class Unwritten : Module<Tensor, Tensor>
    {
        private readonly Sequential all = Sequential(AdaptiveAvgPool2d(1), Flatten(), Linear(1, 7));

        public Unwritten() : base(nameof(Unwritten)) => RegisterComponents();

        public override Tensor forward(Tensor input) => all.call(input);
    }

    private sealed class Unregistered() : Module<Tensor, Tensor>(nameof(Unregistered))
    {
        private readonly Linear head = Linear(1, 7);

        public override Tensor forward(Tensor input) => head.call(input.mean([2, 3]));
    }

    private sealed class AfterTheFirstEpoch(Action act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Finished is not null)
                act();
        }
    }
}
