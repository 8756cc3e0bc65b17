using Mien.Training.Evaluation;

namespace Mien.Training.Tests.Evaluation;

public class ConfidentLearningTests
{
    // Worked out by hand. Thresholds: (0.9 + 0.65 + 0.15) / 3, (0.8 + 0.2) / 2 and 0.5.
    private static readonly byte[] Labels = [0, 0, 0, 1, 1, 2];

    private static readonly float[] Probabilities =
    [
        0.9f, 0.1f, 0f,
        0.65f, 0.3f, 0.05f,
        0.15f, 0.55f, 0.3f,
        0.1f, 0.8f, 0.1f,
        0.7f, 0.2f, 0.1f,
        0.2f, 0.3f, 0.5f,
    ];

    [Fact]
    public void A_threshold_is_the_mean_self_confidence_of_a_class()
    {
        double[] thresholds = ConfidentLearning.Thresholds(Probabilities, Labels, 3);
        Assert.Equal([1.7 / 3, 0.5, 0.5], thresholds, (expected, actual) => Math.Abs(expected - actual) < 1e-6);
    }

    [Fact]
    public void The_confident_joint_counts_rows_by_label_and_confident_class() =>
        Assert.Equal([[2, 1, 0], [1, 1, 0], [0, 0, 1]], ConfidentLearning.ConfidentJoint(Probabilities, Labels, 3));

    [Fact]
    public void Rows_off_the_diagonal_are_likely_errors_by_margin()
    {
        IReadOnlyList<LabelError> errors = ConfidentLearning.Find(Probabilities, Labels, 3);
        Assert.Equal([(4, 1, 0), (2, 0, 1)], errors.Select(error => (error.Row, (int)error.Given, (int)error.Suggested)));
        Assert.Equal([-0.5f, -0.4f], errors.Select(error => error.Margin), (expected, actual) => Math.Abs(expected - actual) < 1e-6);
    }

    [Fact]
    public void By_confidence_the_least_probable_label_comes_first()
    {
        IReadOnlyList<LabelError> errors = ConfidentLearning.Find(Probabilities, Labels, 3, ErrorRanking.Confidence);
        Assert.Equal([(2, 0.15f), (4, 0.2f)], errors.Select(error => (error.Row, error.Confidence)));
    }

    [Theory]
    [InlineData(0, new[] { 0.4f, 0.35f, 0.25f }, new[] { 0.3, 0.3, 0.5 })]
    [InlineData(2, new[] { 0.2f, 0.5f, 0.3f }, new[] { 0.15, 0.6, 0.25 })]
    [InlineData(-1, new[] { 0.4f, 0.3f, 0.3f }, new[] { 0.5, 0.5, 0.5 })]
    public void Among_several_classes_that_reach_their_threshold_the_most_probable_counts(int expected, float[] row, double[] thresholds) =>
        Assert.Equal(expected, ConfidentLearning.ConfidentClass(row, thresholds));

    [Fact]
    public void The_papers_example_gives_the_papers_joint()
    {
        // Northcutt et al. 2021, figure 1: dog, fox, cow.
        double[][] joint = ConfidentLearning.EstimateJoint([[100, 40, 20], [56, 60, 0], [32, 12, 80]], [160, 116, 124]);
        double[][] published = [[0.25, 0.1, 0.05], [0.14, 0.15, 0], [0.08, 0.03, 0.2]];
        for (int i = 0; i < 3; i++)
            Assert.Equal(published[i], joint[i], (expected, actual) => Math.Abs(expected - actual) < 1e-9);
    }

    [Fact]
    public void The_joints_rows_have_the_labels_shares_and_a_class_without_confident_rows_counts_as_right()
    {
        double[][] joint = ConfidentLearning.EstimateJoint([[2, 1, 0], [1, 1, 0], [0, 0, 0]], [3, 2, 5]);
        double[][] byHand = [[0.2, 0.1, 0], [0.1, 0.1, 0], [0, 0, 0.5]];
        for (int i = 0; i < 3; i++)
            Assert.Equal(byHand[i], joint[i], (expected, actual) => Math.Abs(expected - actual) < 1e-9);
    }

    [Fact]
    public void A_class_without_rows_attracts_none()
    {
        float[] probabilities = [0.5f, 0.4f, 0.1f, 0.2f, 0.2f, 0.6f];
        Assert.Equal([[1, 0, 0], [0, 1, 0], [0, 0, 0]], ConfidentLearning.ConfidentJoint(probabilities, [0, 1], 3));
    }
}
