using Mien.Training.Models;
using Mien.Training.Runs;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Mien.Training.Tests.Models;

public class ModelSummaryTests
{
    [Fact]
    public void Parameters_and_multiply_adds_of_the_plain_network_agree_with_counting_by_hand()
    {
        ModelSummary summary = ModelSummary.Of("plain", 7, 48);
        // Convolutions 9*1*32, 9*32*64, 9*64*128; norms 2*(32+64+128); dense 1152*128+128, 128*7+7.
        Assert.Equal(288 + 18432 + 73728 + 448 + 147584 + 903, summary.Parameters);
        // At 48x48, 24x24, 12x12; dense once.
        Assert.Equal(288L * 2304 + 18432L * 576 + 73728L * 144 + 147456 + 896, summary.MultiplyAdds);
    }

    [Fact]
    public void Parameters_and_multiply_adds_of_the_residual_network_agree_with_counting_by_hand()
    {
        ModelSummary summary = ModelSummary.Of("residual", 7, 48);
        // A block from a to b: 9ab + 9bb, norms 2b + 2b; the gate b*b/8 + b/8 and b/8*b + b; the shortcut ab and its norm 2b.
        static long Block(long a, long b) => 9 * a * b + 9 * b * b + 4 * b + b * b / 8 + b / 8 + b / 8 * b + b + a * b + 2 * b;
        // Stem 9*1*32 with its norm; the head sees 3x3 means of 256 channels.
        Assert.Equal(288 + 64 + Block(32, 64) + Block(64, 128) + Block(128, 256) + 256 * 9 * 7 + 7, summary.Parameters);
        // Stem at 48x48, blocks at 24x24, 12x12 and 6x6 (their shortcuts pool first); the gate's two once a face.
        static long Work(long a, long b, long area) => (9 * a * b + 9 * b * b + a * b) * area + b * b / 8 * 2;
        Assert.Equal(288 * 2304 + Work(32, 64, 576) + Work(64, 128, 144) + Work(128, 256, 36) + 256 * 9 * 7, summary.MultiplyAdds);
    }

    [Fact]
    public void The_summary_counts_every_parameter_that_torch_counts()
    {
        foreach (string architecture in Architectures.Names)
        {
            using var network = Architectures.Create(architecture, 7);
            Assert.Equal(network.parameters().Sum(parameter => parameter.numel()), ModelSummary.Of(architecture, 7, 48).Parameters);
        }
    }

    [Fact]
    public void The_default_network_is_within_the_size_that_is_promised()
    {
        ModelSummary summary = ModelSummary.Of(TrainingOptions.Default.Architecture, 7, 48);
        Assert.InRange(summary.Parameters, 1, 2_000_000);
        Assert.InRange(summary.MultiplyAdds, 1, 120_000_000);
    }

    [Fact]
    public void A_shape_in_the_name_gives_the_network_of_that_shape()
    {
        Assert.Equal(ModelSummary.Of("residual", 7, 48).Layers, ModelSummary.Of("residual-64.128.256-1.1.1", 7, 48).Layers,
            (a, b) => a.Name == b.Name && a.Output.SequenceEqual(b.Output) && a.Parameters == b.Parameters);
        Assert.Equal(2, ModelSummary.Of("residual-8.16-1.2", 7, 48)
            .Layers.Count(layer => layer.Name.StartsWith("stage2_", StringComparison.Ordinal)
            && layer.Name.EndsWith(".conv1", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_deep_stem_convolves_the_full_size_twice()
    {
        IReadOnlyList<LayerSummary> layers = ModelSummary.Of("residual-deepstem-48.96-1.1", 7, 48).Layers;
        Assert.Equal(2, layers.Count(layer => layer.Kind == "Conv2d" && layer.Output is [_, 48, 48]));
        Assert.Equal(1, ModelSummary.Of("residual-48.96-1.1", 7, 48)
            .Layers.Count(layer => layer.Kind == "Conv2d" && layer.Output is [_, 48, 48]));
    }

    [Fact]
    public void Branches_cost_what_the_one_convolution_does_that_they_become()
    {
        ModelSummary branched = ModelSummary.Of("residual-branched-48.96-1.2", 7, 48);
        ModelSummary full = ModelSummary.Of("residual-48.96-1.2", 7, 48);
        Assert.Equal(full.MultiplyAdds, branched.MultiplyAdds);
        Assert.Equal(full.Layers.Count(layer => layer.Kind == "Conv2d"), branched.Layers.Count(layer => layer.Kind == "Conv2d"));
    }

    [Theory]
    [InlineData("grouped")]
    [InlineData("depthwise")]
    public void Groups_of_channels_cost_less(string kind) =>
        Assert.True(ModelSummary.Of($"residual-{kind}-48.96-1.2", 7, 48).MultiplyAdds < 0.5 * ModelSummary.Of("residual-48.96-1.2", 7, 48)
            .MultiplyAdds);

    [Fact]
    public void Groups_are_found_for_any_width() =>
        Assert.Equal(7, ModelSummary.Of("residual-grouped-50.77-1.1", 7, 48).Layers[^1].Output[0]);

    [Theory]
    [InlineData("residual-other-64.128-1.1")]
    [InlineData("residual-64.128-1")]
    [InlineData("residual-0.8-1.1")]
    [InlineData("residual-64.128.256")]
    [InlineData("residual-64.9999-1.1")]
    public void A_shape_that_is_none_is_answered_with_an_example(string name)
    {
        var error = Assert.Throws<MienException>(() => Architectures.Create(name, 7));
        Assert.Contains("residual-64.128.256-1.1.1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Behind_the_first_convolution_maps_are_channels_last()
    {
        using var scope = NewDisposeScope();
        var network = (TorchSharp.Modules.Sequential)Architectures.Create("residual", 7);
        Tensor maps = rand(2, 1, 48, 48);
        foreach (Module<Tensor, Tensor> layer in network.children().Cast<Module<Tensor, Tensor>>().TakeWhile(layer => layer is not TorchSharp.Modules.Flatten))
            maps = layer.call(maps);
        Assert.Equal([2L, 256, 3, 3], maps.shape);
        Assert.Equal(1, maps.stride(1));
    }

    [Fact]
    public void Layers_carry_their_names_and_shapes()
    {
        LayerSummary layer = ModelSummary.Of("residual", 7, 48).Layers.Single(layer => layer.Name == "stage2_1.conv1");
        Assert.Equal("Conv2d", layer.Kind);
        Assert.Equal([128L, 12, 12], layer.Output);
    }

    [Fact]
    public void An_architecture_that_is_not_known_is_answered_with_those_that_are()
    {
        var error = Assert.Throws<MienException>(() => Architectures.Create("vgg", 7));
        Assert.Contains("plain, residual", error.Message, StringComparison.Ordinal);
    }
}
