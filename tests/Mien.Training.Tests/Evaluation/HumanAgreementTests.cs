using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;

namespace Mien.Training.Tests.Evaluation;

public class HumanAgreementTests
{
    // Counted by hand. Choices: angry disgust fear happy sad surprise neutral contempt unknown not-a-face.
    // 6 happy, 4 neutral: the nine are for happy whoever is taken out (5 of 9, 6 of 9); 6 agree, 4 don't.
    private static readonly byte[] Happy = [0, 0, 0, 6, 0, 0, 4, 0, 0, 0];

    // 5 sad, 3 fear, one unknown, one not a face, which as single votes don't count: sad against 4 of 7 at least; 5 agree.
    private static readonly byte[] Sad = [0, 0, 3, 0, 5, 0, 0, 0, 1, 1];

    // 5 surprise, 4 fear, a single neutral: without one of the five 4 stand against 4, which judges nobody; the other 5 disagree.
    private static readonly byte[] Surprise = [0, 0, 4, 0, 0, 5, 1, 0, 0, 0];

    private static readonly FaceTable Faces = FerPlus.Relabel(new FaceTable(
        1, new byte[3], new byte[3], new Split[3], FacialExpressions.Names, [.. Happy, .. Sad, .. Surprise]));

    [Fact]
    public void One_person_is_held_against_the_majority_of_the_other_nine()
    {
        var person = HumanAgreement.OfOnePerson(Faces);
        Assert.Equal((25, 5), (person.Count, person.WithoutMajority));
        Assert.Equal((6 + 5) / 25.0, person.Accuracy, 12);
        // Happy: 6 hits of 10 decided and 6 said; sad: 5 of 10 and 5; surprise: none of 5 and none.
        Assert.Equal((12.0 / 16 + 10.0 / 15 + 0) / 3, person.MacroF1, 12);
    }

    [Fact]
    public void A_model_is_held_against_the_same_nines_as_often()
    {
        var model = HumanAgreement.OfModel(Faces, ["happy", "fear", "surprise"]);
        Assert.Equal((25, 5), (model.Count, model.WithoutMajority));
        Assert.Equal((10 + 5) / 25.0, model.Accuracy, 12);
        Assert.Equal((1 + 0 + 1) / 3.0, model.MacroF1, 12);
    }

    [Fact]
    public void Nobody_is_judged_where_no_nine_agree()
    {
        var faces = new FaceTable(1, [0], [0], [Split.Training], FacialExpressions.Names, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        Assert.Equal(new HumanAgreement(0, 10, 0, 0), HumanAgreement.OfOnePerson(faces));
    }

    [Fact]
    public void Faces_without_votes_are_refused()
    {
        var faces = new FaceTable(1, [0], [0], [Split.Training], FacialExpressions.Names);
        Assert.Throws<ArgumentException>(() => HumanAgreement.OfOnePerson(faces));
        Assert.Throws<ArgumentException>(() => HumanAgreement.OfModel(faces, []));
    }

    // Counted by a Python script over the file alone: 23,550 of 30,315 votes.
    [Fact]
    public void One_of_the_real_taggers_agrees_with_the_other_nine_on_78_percent_of_PrivateTest()
    {
        FaceTable faces = FerPlus.Relabel(FerPlus.Attach(TestData.FerPlusVotes, DatasetReader.Load(TestData.Fer2013Zip).Table))
            .Select(Split.PrivateTest);
        var person = HumanAgreement.OfOnePerson(faces);
        Assert.Equal((3_153, 30_315, 1_215), (faces.Count, person.Count, person.WithoutMajority));
        Assert.Equal(23_550 / 30_315.0, person.Accuracy, 12);
    }
}
