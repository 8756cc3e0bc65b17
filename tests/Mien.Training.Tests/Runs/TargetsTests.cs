using Mien.Training.Datasets;
using Mien.Training.Runs;
using TorchSharp;

namespace Mien.Training.Tests.Runs;

public class TargetsTests
{
    private static readonly TrainingOptions Hard = TrainingOptions.Default with { LabelSmoothing = 0, FerPlus = "votes.csv" };

    [Fact]
    public void Without_votes_a_target_is_its_smoothed_label()
    {
        float[] row = Row(Hard with { LabelSmoothing = 0.07, FerPlus = null }, null);
        Assert.Equal(0.94f, row[1], 1e-6f);
        Assert.Equal(0.01f, row[0], 1e-6f);
        Assert.Equal(1, row.Sum(), 1e-6f);
    }

    [Fact]
    public void A_share_of_the_target_stands_where_the_taggers_voted()
    {
        // Label disgust; the taggers: 6 angry, 2 sad, 1 contempt, 1 unknown. Contempt and unknown are no class here.
        float[] row = Row(Hard with { FerPlusShare = 0.5 }, [6, 0, 0, 0, 2, 0, 0, 1, 1, 0]);
        Assert.Equal([0.375f, 0.5f, 0, 0, 0.125f, 0, 0], row);
    }

    [Fact]
    public void Votes_for_no_expression_leave_the_label() =>
        Assert.Equal([0, 1, 0, 0, 0, 0, 0], Row(Hard with { FerPlusShare = 1 }, [0, 0, 0, 0, 0, 0, 0, 0, 4, 6]));

    [Fact]
    public void Votes_as_a_second_task_stand_behind_the_label_as_shares()
    {
        float[] row = Row(Hard with { VotesHead = 0.3 }, [6, 0, 0, 0, 2, 0, 0, 1, 1, 0]);
        Assert.Equal([0, 1, 0, 0, 0, 0, 0, 0.6f, 0, 0, 0, 0.2f, 0, 0, 0.1f, 0.1f, 0], row);
        Assert.Equal(0, Row(Hard with { VotesHead = 0.3 }, new byte[10])[7..].Sum());
    }

    [Fact]
    public void The_data_sets_own_label_as_a_second_task_stands_behind_the_votes()
    {
        // FER+ says angry by 6 to 2; the data set says disgust.
        var table = new FaceTable(1, new byte[1], [0], new Split[1], FerPlus.Labels, [6, 0, 0, 0, 2, 0, 0, 0, 2, 0], [1]);
        using torch.Tensor row = Targets.Of(table, Hard with { Labels = LabelSource.FerPlus, FerPlusShare = 1, OwnHead = 0.5 }).For([0]);
        Assert.Equal([0.75f, 0, 0, 0, 0.25f, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0], row.data<float>().ToArray());
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(5, 0.25)]
    public void A_face_that_most_taggers_called_none_weighs_less(int votes, double weight) =>
        Assert.Equal((float)weight, Row(Hard with { NotAFaceWeight = 0.25 }, [(byte)(10 - votes), 0, 0, 0, 0, 0, 0, 0, 0, (byte)votes])
            .Sum(), 1e-6f);

    [Fact]
    public void Balanced_classes_weigh_one_on_average_over_the_faces()
    {
        var table = new FaceTable(1, new byte[5], [0, 0, 0, 0, 1], new Split[5], FacialExpressions.Fer2013Names);
        using torch.Tensor rows = Targets.Of(table, Hard with { ClassBalance = ClassBalance.Loss, FerPlus = null }).For([0, 1, 2, 3, 4]);
        float[] weights = rows.sum(1).data<float>().ToArray();
        Assert.Equal(5, weights.Sum(), 1e-5f);
        Assert.Equal(2, weights[4] / weights[0], 1e-5f);
    }

    private static float[] Row(TrainingOptions options, byte[]? votes)
    {
        var table = new FaceTable(1, new byte[1], [1], new Split[1], FacialExpressions.Fer2013Names, votes);
        using torch.Tensor row = Targets.Of(table, options).For([0]);
        return row.data<float>().ToArray();
    }
}
