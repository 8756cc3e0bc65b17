using Mien.TestSupport;
using Mien.Training.Augmentation;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;

namespace Mien.Training.Tests.Evaluation;

public class RobustnessTests
{
    [Fact]
    public void Each_row_is_the_evaluation_of_the_faces_spoiled_in_that_way()
    {
        FaceTable faces = DatasetReader.Load(TestData.Fer2013Zip).Table.Select(Split.PublicTest).TakeStratified(60, 1);
        using ExpressionClassifier classifier = ExpressionClassifier.CreateDefault();
        faces = Evaluator.Fit(classifier, faces, Split.PublicTest).Faces;

        IReadOnlyList<RobustnessRow> rows = Robustness.Measure(classifier, faces);

        Assert.Equal(1 + Corruptions.All.Count * 3, rows.Count);
        var clean = Evaluator.Evaluate(classifier, faces, Split.PublicTest);
        Assert.Equal((clean.Accuracy, clean.Ece, 1.0), (rows[0].Accuracy, rows[0].Ece, rows[0].Kept));
        RobustnessRow dark = rows.Single(row => row is { Corruption: Corruption.Darkness, Strength: 2 });
        byte[] pixels = [.. faces.Pixels.Select(level => (byte)Math.Round(level * 0.12))];
        var expected = Evaluator.Evaluate(classifier, new FaceTable(faces.Size, pixels, faces.Labels, faces.Splits, faces.LabelNames),
            Split.PublicTest);
        Assert.Equal("levels x 0.12", dark.Setting);
        Assert.Equal(expected.Accuracy, dark.Accuracy, 1e-9);
        Assert.Equal(expected.Ece, dark.Ece, 1e-6);
        Assert.Equal(expected.Accuracy / clean.Accuracy, dark.Kept, 1e-9);
        Assert.Equal(rows.Skip(1).Average(row => row.Accuracy), Robustness.Mean(rows).Accuracy, 1e-9);
    }
}
