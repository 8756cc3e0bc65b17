using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.Tests;

public class ModelCardTests
{
    private static readonly ModelCard Card = new()
    {
        Name = "a",
        Version = "1",
        Architecture = "plain",
        Labels = ["yes", "no"],
        Input = new InputSpec(48, 0.5f, 0.25f),
        Temperature = 1.5f,
        DataSha256 = "ff",
        ClassShares = [0.25, 0.75],
        Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Metrics = new Dictionary<string, double> { ["PublicTest.accuracy"] = 0.7123 },
        Notes = new Dictionary<string, string> { ["limits"] = "many, see below" },
    };

    [Fact]
    public void A_card_reads_back_from_its_metadata()
    {
        ModelCard read = ModelCard.FromMetadata(Card.ToMetadata(), "a.onnx");
        Assert.Equal(Card.ToMetadata(), read.ToMetadata());
        Assert.Equal(Card.Labels, read.Labels);
        Assert.Equal(Card.Input, read.Input);
        Assert.Equal(Card.ClassShares, read.ClassShares);
        Assert.Equal(0.7123, read.Metrics["PublicTest.accuracy"]);
    }

    [Fact]
    public void A_card_says_whether_faces_are_normalized_by_their_own_levels_and_one_that_does_not_say_means_the_data_sets()
    {
        ModelCard own = Card with { Input = Card.Input with { Levels = InputLevels.Face } };
        Assert.Equal(own.Input, ModelCard.FromMetadata(own.ToMetadata(), "a.onnx").Input);
        var silent = own.ToMetadata().ToDictionary();
        silent.Remove("mien.input.levels");
        Assert.Equal(InputLevels.DataSet, ModelCard.FromMetadata(silent, "a.onnx").Input.Levels);
    }

    [Theory]
    [MemberData(nameof(AnyNames.All), MemberType = typeof(AnyNames))]
    public void A_class_may_have_any_name(string name)
    {
        ModelCard named = Card with { Labels = ["yes", name] };
        ModelCard read = ModelCard.FromMetadata(named.ToMetadata(), "a.onnx");
        Assert.Equal(named.Labels, read.Labels);
        Assert.Equal(named.ToMetadata(), read.ToMetadata());
    }

    [Fact]
    public void A_file_from_before_lists_were_JSON_opens()
    {
        var old = Card.ToMetadata().ToDictionary();
        old["mien.format"] = "1";
        old["mien.labels"] = "yes,no";
        old["mien.classShares"] = "0.25,0.75";
        ModelCard read = ModelCard.FromMetadata(old, "a.onnx");
        Assert.Equal(Card.Labels, read.Labels);
        Assert.Equal(Card.ClassShares, read.ClassShares);
        old["mien.classShares"] = "";
        Assert.Empty(ModelCard.FromMetadata(old, "a.onnx").ClassShares);
    }

    [Theory]
    [InlineData("mien.labels", null, "no `mien.labels`")]
    [InlineData("mien.labels", "[\"one\"]", "fewer than two classes")]
    [InlineData("mien.labels", "one,two", "no JSON array of class names")]
    [InlineData("mien.labels", "[1,2]", "no JSON array of class names")]
    [InlineData("mien.labels", "[\"one\",\"one\"]", "names the class one more than once")]
    [InlineData("mien.metric.PublicTest.accuracy", "good", "\"good\", not a number")]
    [InlineData("mien.input.size", "big", "\"big\", not a number")]
    [InlineData("mien.input.size", "0", "impossible input")]
    [InlineData("mien.input.levels", "moon", "`mien.input.levels` is \"moon\"")]
    [InlineData("mien.classShares", "[0.5]", "a number above 0 for each of 2 classes")]
    [InlineData("mien.classShares", "[1,0]", "a number above 0 for each of 2 classes")]
    [InlineData("mien.classShares", "half", "a number above 0 for each of 2 classes")]
    [InlineData("mien.format", "99", "newer Mien")]
    public void Metadata_that_is_not_a_cards_is_named_with_the_file(string key, string? value, string expected)
    {
        var metadata = Card.ToMetadata().ToDictionary();
        if (value is null)
            metadata.Remove(key);
        else
            metadata[key] = value;
        var error = Assert.Throws<MienException>(() => ModelCard.FromMetadata(metadata, "a.onnx"));
        Assert.StartsWith("a.onnx: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
