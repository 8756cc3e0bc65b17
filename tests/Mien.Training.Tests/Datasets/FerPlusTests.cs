using Mien.TestSupport;
using Mien.Training.Datasets;

namespace Mien.Training.Tests.Datasets;

public class FerPlusTests
{
    private const string Header = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n";

    [Fact]
    public void Votes_stand_in_the_order_of_the_labels()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.Write("fer2013new.csv", Header + "Training,a.png,4,0,0,1,3,2,0,0,0,0\nPublicTest,,0,9,0,0,0,0,0,0,1,0\n");

        FaceTable table = FerPlus.Attach(file, Table(Split.Training, Split.PublicTest));

        Assert.Equal([3, 2, 0, 0, 1, 0, 4, 0, 0, 0], table.VotesOf(0).ToArray());
        Assert.Equal([0, 0, 0, 9, 0, 0, 0, 0, 1, 0], table.VotesOf(1).ToArray());
    }

    [Fact]
    public void Votes_follow_their_faces_into_a_part()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.Write("fer2013new.csv", Header + "Training,a.png,4,0,0,1,3,2,0,0,0,0\nPublicTest,,0,9,0,0,0,0,0,0,1,0\n");

        FaceTable part = FerPlus.Attach(file, Table(Split.Training, Split.PublicTest)).Select(Split.PublicTest);

        Assert.Equal([0, 0, 0, 9, 0, 0, 0, 0, 1, 0], part.VotesOf(0).ToArray());
    }

    [Theory]
    [InlineData("", "empty file")]
    [InlineData("Usage,neutral\nTraining,1\n", "no column anger")]
    [InlineData(Header + "Training,a.png,4,0,0,1,3,2,0,0,0,0\n", "votes for 1 rows, the data has 2")]
    [InlineData(Header + "Training,a.png,4,0,0,1,3,2,0,0,0,0\nTraining,b.png,4,0,0,1,3,2,0,0,0,0\n",
        "line 3: Training, where the data's row is PublicTest")]
    [InlineData(Header + "Training,a.png,4,0,0,1,3,x,0,0,0,0\n", "line 2: disgust \"x\"")]
    [InlineData(Header + "Training,a.png,4,0\n", "no valid table")]
    public void A_file_that_does_not_fit_is_named_with_what_is_wrong(string text, string wrong)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.Write("fer2013new.csv", text);

        var error = Assert.Throws<MienException>(() => FerPlus.Attach(file, Table(Split.Training, Split.PublicTest)));

        Assert.Contains("fer2013new.csv", error.Message);
        Assert.Contains(wrong, error.Message);
    }

    // Worked through by hand on the rule of the paper's own reader: single votes dropped, more than half of the rest.
    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 6, 0, 0, 4, 0, 0, 0 }, 3)]
    [InlineData(new byte[] { 1, 1, 1, 4, 0, 0, 3, 0, 0, 0 }, 3)]
    [InlineData(new byte[] { 0, 0, 0, 5, 0, 0, 5, 0, 0, 0 }, -1)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 2, 8, 0, 0 }, 7)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 3, 0, 7, 0 }, -1)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 3, 0, 0, 7 }, -1)]
    [InlineData(new byte[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, -1)]
    public void Faces_keep_the_label_that_most_taggers_gave_or_are_dropped(byte[] votes, int label)
    {
        FaceTable relabeled = FerPlus.Relabel(Table(Split.Training).WithVotes(votes));

        Assert.Equal(8, relabeled.LabelNames.Count);
        Assert.Equal(label < 0 ? [] : [(byte)label], relabeled.Labels);
    }

    [Theory]
    [InlineData(new byte[] { 5, 0, 0, 0, 4, 0, 1, 0, 0, 0 }, 0)]
    [InlineData(new byte[] { 4, 0, 0, 0, 4, 0, 2, 0, 0, 0 }, 0)]
    [InlineData(new byte[] { 0, 0, 0, 0, 3, 0, 3, 0, 4, 0 }, 4)]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 0, 3, 0, 5, 0 }, -1)]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 0, 1, 0, 8, 0 }, -1)]
    public void Divided_faces_are_kept_for_training_alone_where_expressions_have_most_votes(byte[] votes, int label)
    {
        byte[] own = [2, 2];
        var table = new FaceTable(1, new byte[2], own, [Split.Training, Split.PublicTest], FacialExpressions.Fer2013Names,
            [.. votes, .. votes]);

        FaceTable kept = FerPlus.Relabel(table, keepDivided: true);

        bool agreed = FerPlus.Majority(votes) is >= 0 and < FerPlus.Unknown;
        Assert.Equal(label < 0 ? [] : agreed ? [Split.Training, Split.PublicTest] : [Split.Training], kept.Splits);
        Assert.All(kept.Labels, given => Assert.Equal(label, given));
        Assert.All(kept.OwnLabels!, given => Assert.Equal(2, given));
    }

    // Counted with awk over the file; the numbers that papers on FER+ report, too.
    [Theory]
    [InlineData(Split.Training, 25_060)]
    [InlineData(Split.PublicTest, 3_199)]
    [InlineData(Split.PrivateTest, 3_153)]
    public void The_real_votes_agree_on_as_many_faces_as_papers_report(Split split, int count)
    {
        FaceTable table = FerPlus.Attach(TestData.FerPlusVotes, DatasetReader.Load(TestData.Fer2013Zip).Table);

        Assert.Equal(count, FerPlus.Relabel(table).Select(split).Count);
    }

    private static FaceTable Table(params Split[] splits) =>
        new(1, new byte[splits.Length], new byte[splits.Length], splits, FacialExpressions.Fer2013Names);
}
