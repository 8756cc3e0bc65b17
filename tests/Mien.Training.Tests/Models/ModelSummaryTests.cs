using Mien.Training.Models;

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
    public void The_residual_network_is_within_the_size_that_is_promised()
    {
        ModelSummary summary = ModelSummary.Of("residual", 7, 48);
        Assert.InRange(summary.Parameters, 1, 2_000_000);
        Assert.InRange(summary.MultiplyAdds, 1, 120_000_000);
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
