using Mien.Training.Datasets;
using Mien.Training.Evaluation;

namespace Mien.Training.Tests.Evaluation;

public class VoteSharesTests
{
    // 6 happy, 2 neutral, one unknown, one not a face; then ten for contempt.
    private static readonly FaceTable Faces = new(
        1, new byte[2], [3, 7], new Split[2], FerPlus.Labels, [0, 0, 0, 6, 0, 0, 2, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0]);

    private static readonly float[] Answers =
    [
        0.25f, 0, 0, 0.5f, 0, 0, 0.25f, 0,
        0, 0, 0, 0, 0, 0, 0.5f, 0.5f,
    ];

    [Fact]
    public void Votes_for_no_expression_are_left_out_and_the_others_sum_to_one() =>
        Assert.Equal([0, 0, 0, 0.75, 0, 0, 0.25, 0, 0, 0, 0, 0, 0, 0, 0, 1], VoteShares.Of(Faces));

    [Fact]
    public void Calibration_is_against_the_share_of_people_who_gave_the_same_answer()
    {
        double[] shares = VoteShares.Of(Faces);
        // Both answers have 0.5: three quarters of the people agree with the first, nobody with the second (neutral, the first of equals).
        Assert.Equal(Math.Abs(0.5 - 0.75 + 0.5) / 2, VoteShares.CalibrationError(Answers, shares, 8), 6);
        double[] classes = VoteShares.ClassCalibrationErrors(Answers, shares, 8);
        Assert.Equal(0.25 / 2, classes[0], 6);
        Assert.Equal(0.25 / 2, classes[3], 6);
        Assert.Equal(0.5 / 2, classes[6], 6);
        Assert.Equal(0.5 / 2, classes[7], 6);
        Assert.Equal(0, classes[1], 6);
    }

    [Fact]
    public void Likelihood_and_floor_agree_with_counting_by_hand()
    {
        double[] shares = VoteShares.Of(Faces);
        // First face: 3/4 ln 2 + 1/4 ln 4; second: ln 2.
        Assert.Equal((0.75 * Math.Log(2) + 0.25 * Math.Log(4) + Math.Log(2)) / 2, VoteShares.CrossEntropy(Answers, shares, 8), 12);
        // The entropy of (3/4, 1/4) is 2 ln 2 - 3/4 ln 3; the second face's taggers all agree.
        Assert.Equal((2 * Math.Log(2) - 0.75 * Math.Log(3)) / 2, VoteShares.Entropy(shares, 8), 12);
    }

    [Fact]
    public void Answers_that_are_the_shares_themselves_reach_the_floor()
    {
        double[] shares = VoteShares.Of(Faces);
        Assert.Equal(VoteShares.Entropy(shares, 8), VoteShares.CrossEntropy([.. shares.Select(share => (float)share)], shares, 8), 6);
    }

    [Fact]
    public void A_face_whose_votes_are_all_for_classes_that_do_not_judge_is_passed_over()
    {
        double[] shares = VoteShares.Of(Faces, ["contempt"]);
        Assert.Equal(new double[8], shares[8..]);
        Assert.Equal(0.75 * Math.Log(2) + 0.25 * Math.Log(4), VoteShares.CrossEntropy(Answers, shares, 8), 12);
    }

    [Fact]
    public void Classes_that_nobody_could_vote_for_have_no_share()
    {
        var own = new FaceTable(1, [0], [0], [Split.Training], ["bored", "neutral", "happy"], [0, 0, 0, 6, 0, 0, 2, 0, 1, 1]);
        Assert.Equal([0, 0.25, 0.75], VoteShares.Of(own));
    }

    [Fact]
    public void Lengths_that_do_not_match_are_refused()
    {
        Assert.Throws<ArgumentException>(() => VoteShares.CrossEntropy(new float[2], new double[4], 2));
        Assert.Throws<ArgumentException>(() => VoteShares.Entropy(new double[3], 2));
        Assert.Throws<ArgumentException>(() => VoteShares.Of(new FaceTable(1, [0], [0], [Split.Training], FerPlus.Labels)));
    }
}
