using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;

namespace Mien.Training.Tests.Evaluation;

public class QualityTenthsTests
{
    [Fact]
    public void Tenths_share_out_every_face_twice_by_rising_quality_and_the_best_is_read_better_than_the_worst()
    {
        FaceTable votes = FerPlus.Relabel(FerPlus.Attach(TestData.FerPlusVotes, DatasetReader.Load(TestData.Fer2013Zip).Table));
        FaceTable table = votes.Select(Split.PublicTest).TakeStratified(400, 1);
        using ExpressionClassifier classifier = ExpressionClassifier.CreateDefault();
        IReadOnlyList<QualityTenth> tenths = QualityTenths.Measure(classifier, Evaluator.Fit(classifier, table));
        Assert.Equal(10, tenths.Count);
        Assert.Equal(2 * table.Count, tenths.Sum(tenth => tenth.Faces));
        Assert.InRange(tenths.Max(tenth => tenth.Faces) - tenths.Min(tenth => tenth.Faces), 0, 1);
        foreach ((QualityTenth lower, QualityTenth higher) in tenths.Zip(tenths.Skip(1)))
            Assert.True(lower.From <= lower.To && lower.To <= higher.From, $"{lower} {higher}");
        Assert.True(tenths.Take(3).Average(tenth => tenth.Accuracy) < tenths.Skip(7).Average(tenth => tenth.Accuracy) - 0.1);
    }

    [Fact]
    public void Too_few_faces_for_tenths_are_refused()
    {
        using ExpressionClassifier classifier = ExpressionClassifier.CreateDefault();
        var few = new FaceTable(48, new byte[4 * 48 * 48], new byte[4], [.. Enumerable.Repeat(Split.PublicTest, 4)],
            FacialExpressions.Names);
        Assert.Throws<ArgumentException>(() => QualityTenths.Measure(classifier, Evaluator.Fit(classifier, few)));
    }
}
