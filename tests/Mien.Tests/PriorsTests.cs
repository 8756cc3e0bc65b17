using Mien.Imaging;

namespace Mien.Tests;

public class PriorsTests
{
    [Fact]
    public void Probabilities_are_moved_by_the_ratio_of_expected_and_trained_shares()
    {
        // By hand: 0.6 * 0.5/0.8 = 0.375 and 0.4 * 0.5/0.2 = 1, of 1.375 together.
        float[] probabilities = [0.6f, 0.4f];
        Priors.Correct(probabilities, [0.8, 0.2], [0.5, 0.5]);
        Assert.Equal(3 / 11f, probabilities[0], 1e-6f);
        Assert.Equal(8 / 11f, probabilities[1], 1e-6f);
    }

    [Fact]
    public void Expecting_what_was_trained_changes_nothing()
    {
        float[] probabilities = [0.1f, 0.2f, 0.7f, 0.3f, 0.3f, 0.4f];
        float[] before = [.. probabilities];
        Priors.Correct(probabilities, [0.2, 0.3, 0.5], [0.2, 0.3, 0.5]);
        Assert.All(probabilities.Zip(before), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
    }

    [Fact]
    public void A_model_without_shares_and_with_FER2013s_labels_is_balanced_by_FER2013s_shares()
    {
        // A face of which nothing is known but FER2013's shares is anything once balanced.
        float[] probabilities = [.. ((int[])[3995, 436, 4097, 7215, 4830, 3171, 4965]).Select(count => count / 28709f)];
        Priors.Balance(probabilities, Card(FacialExpressions.Fer2013Names));
        Assert.All(probabilities, probability => Assert.Equal(1 / 7f, probability, 1e-6f));
    }

    [Fact]
    public void A_model_of_other_labels_without_shares_is_named_with_the_cure()
    {
        var error = Assert.Throws<MienException>(() => Priors.Balance(new float[2], Card(["yes", "no"])));
        Assert.Contains("mien train", error.Message, StringComparison.Ordinal);
    }

    private static ModelCard Card(IReadOnlyList<string> labels) => new()
    {
        Name = "a",
        Version = "1",
        Architecture = "plain",
        Labels = labels,
        Input = new InputSpec(48, 0.5f, 0.25f),
        Temperature = 1,
    };
}
