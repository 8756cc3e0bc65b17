using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;

namespace Mien.Training.Tests.Datasets;

/// <summary>Labels with typing errors are met with the name that was likely meant, and with --map.</summary>
public class LabelSpellingTests
{
    [Theory]
    [InlineData("hapy", "happy")]
    [InlineData("nuetral", "neutral")]
    [InlineData("suprise", "surprise")]
    [InlineData("Hapiness", "happiness")]
    [InlineData("sed", "sad")]
    [InlineData("bored", null)]
    [InlineData("happy", null)]
    public void The_nearest_name_is_found(string written, string? meant) =>
        Assert.Equal(meant, Spelling.Nearest(written, FacialExpressions.Aliases.Where(alias => meant is not null || alias != "happy")));

    [Theory]
    [InlineData("hapy", "--map hapy=happy")]
    [InlineData("hap=y", "--map '{\"hap=y\":\"happy\"}'")]
    [InlineData("happy,", "--map '{\"happy,\":\"happy\"}'")]
    public void The_cure_is_an_option_that_can_be_passed(string written, string cure) =>
        Assert.Equal(cure, Spelling.Cure(written, "happy"));

    [Fact]
    public void A_table_s_unknown_label_is_met_with_the_likely_one_and_a_map_cures_it()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (string sad, string hapy) = (string.Join(' ', CsvText.Pixels(1)), string.Join(' ', CsvText.Pixels(2)));
        string table = folder.Write("fer2013.csv", $"emotion,pixels,Usage\nsad,{sad},Training\nhapy,{hapy},Training\n");
        var error = Assert.Throws<MienException>(() => DatasetReader.Load(table));
        Assert.Contains("line 3: emotion \"hapy\", expected 0 to 6", error.Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean happy? Then pass --map hapy=happy.", error.Message, StringComparison.Ordinal);
        FaceTable faces = DatasetReader.Load(table, DatasetOptions.Default with { Map = Map("hapy", "happy") }).Table;
        Assert.Equal(["sad", "happy"], faces.Labels.Select(label => faces.LabelNames[label]));
    }

    [Fact]
    public void A_folder_s_label_that_is_nearly_a_known_one_is_named()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        MadeUpPictures.Save(1, folder.File("hapy/1.png"), folder.File("sad/2.png"), folder.File("mad/3.png"), folder.File("bored/4.png"));
        Assert.Equal("label \"hapy\" is no known expression and becomes a class of its own. Did you mean happy? Then pass --map "
            + "hapy=happy", Assert.Single(DatasetReader.Load(folder.Path).Notes));
        Assert.Empty(DatasetReader.Load(folder.Path, DatasetOptions.Default with { Map = Map("hapy", "happy") }).Notes);
    }

    [Fact]
    public void A_map_of_a_label_that_does_not_occur_is_met_with_the_likely_one()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        MadeUpPictures.Save(1, folder.File("cheerful/1.png"), folder.File("sad/2.png"));
        var error = Assert.Throws<MienException>(() =>
            DatasetReader.Load(folder.Path, DatasetOptions.Default with { Map = Map("cheerfull", "happy") }));
        Assert.EndsWith("nothing is labeled cheerfull. The labels are cheerful, sad. Did you mean "
            + "cheerful=happy?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_that_a_model_lacks_is_met_with_the_likely_one()
    {
        var table = new FaceTable(1, new byte[3], [0, 1, 2], new Split[3], ["happy", "joyfull", "sad"]);
        Assert.EndsWith("joyfull (1). Did you mean joyful? Then pass --map "
            + "joyfull=joyful", Assert.Single(LabelFit.Of(["happy", "joyful", "sad"], table).Sentences(),
            sentence => sentence.StartsWith("left out", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("Did you mean hapyy?", Assert.Throws<MienException>(() => LabelFit.Of(["hapyy", "calm"], table)).Message,
            StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Map(string from, string to) => new(StringComparer.OrdinalIgnoreCase) { [from] = to };
}
