using Mien.Training.Datasets;
using Mien.Training.Evaluation;

namespace Mien.Training.Tests.Evaluation;

public class LabelFitTests
{
    private static readonly string[] Model = ["calm", "cross", "glad"];

    [Fact]
    public void Labels_are_matched_by_name_wherever_they_stand()
    {
        var fit = LabelFit.Of(Model, Table(["Glad", "calm", "cross"], 0, 1, 2, 0));
        Assert.Equal([2, 0, 1, 2], fit.Faces.Labels);
        Assert.Equal(Model, fit.Faces.LabelNames);
        Assert.Equal([0, 1, 2, 3], fit.Rows);
        Assert.Empty(fit.LeftOut);
        Assert.Empty(fit.Missing);
        Assert.Empty(fit.Sentences());
    }

    [Fact]
    public void Faces_of_classes_that_the_model_lacks_are_left_out_named_and_counted()
    {
        var fit = LabelFit.Of(Model, Table(["bored", "calm", "cross", "glad", "shy"], 1, 0, 2, 4, 3, 0));
        Assert.Equal([0, 2, 4], fit.Rows);
        // A face's only pixel is its row.
        Assert.Equal([0, 2, 4], fit.Faces.Pixels);
        Assert.Equal([0, 1, 2], fit.Faces.Labels);
        Assert.Equal(new Dictionary<string, int> { ["bored"] = 2, ["shy"] = 1 }, fit.LeftOut);
        Assert.Equal("left out: 3 faces of classes that the model lacks: bored (2), shy (1)", Assert.Single(fit.Sentences()));
    }

    [Fact]
    public void A_class_that_the_data_lack_is_named_and_keeps_its_probability()
    {
        var fit = LabelFit.Of(Model, Table(["calm", "glad"], 0, 1));
        Assert.Equal(["cross"], fit.Missing);
        Assert.Empty(fit.SharedOut);
        float[] answers = [0.2f, 0.5f, 0.3f];
        Assert.Equal(answers, fit.Probabilities(answers));
        Assert.Equal("missing in the data: cross; macro F1 is over the other 2 classes; the model may still answer cross, which counts as "
            + "wrong", Assert.Single(fit.Sentences()));
    }

    [Fact]
    public void On_demand_its_probability_is_shared_out_in_proportion()
    {
        var fit = LabelFit.Of(Model, Table(["calm", "glad"], 0, 1), onlyPresent: true);
        Assert.Equal(["cross"], fit.SharedOut);
        // 0.2 and 0.3 of 0.5; a model that is wholly sure of the missing class says nothing of the others.
        float[] shared = fit.Probabilities([0.2f, 0.5f, 0.3f, 0, 1, 0]);
        Assert.All(((float[])[0.4f, 0, 0.6f, 0.5f, 0, 0.5f]).Zip(shared), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        Assert.Equal("missing in PublicTest: cross; macro F1 is over the other 2 classes; the probability of cross is shared out among the "
            + "other classes", Assert.Single(fit.Sentences(Split.PublicTest)));
    }

    [Fact]
    public void A_class_that_another_split_has_is_missing_and_not_shared_out()
    {
        var table = new FaceTable(1, new byte[3], [0, 1, 2], [Split.PublicTest, Split.PublicTest, Split.Training], Model);
        var fit = LabelFit.Of(Model, table, Split.PublicTest, onlyPresent: true);
        Assert.Equal(["glad"], fit.Missing);
        Assert.Empty(fit.SharedOut);
    }

    [Fact]
    public void Data_without_a_class_of_the_models_are_refused_with_both_lists()
    {
        var error = Assert.Throws<MienException>(() => LabelFit.Of(Model, Table(["bored", "shy"], 0, 1)));
        Assert.All((string[])["calm, cross, glad", "bored, shy", "--map"],
            part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void One_class_alone_can_be_judged_among_the_models_own_only()
    {
        FaceTable table = Table(["glad"], 0, 0);
        Assert.Equal(["calm", "cross"], LabelFit.Of(Model, table).Missing);
        var error = Assert.Throws<MienException>(() => LabelFit.Of(Model, table, onlyPresent: true));
        Assert.Contains("the data have glad alone", error.Message, StringComparison.Ordinal);
        Assert.Contains("Leave --only-present out", error.Message, StringComparison.Ordinal);
    }

    private static FaceTable Table(string[] names, params byte[] labels) =>
        new(1, [.. Enumerable.Range(0, labels.Length).Select(row => (byte)row)], labels, new Split[labels.Length], names);
}
