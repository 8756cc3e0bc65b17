using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Export;

namespace Mien.Training.Tests.Export;

public class ModelFiguresTests
{
    [Fact]
    public void Figures_written_into_a_model_s_file_stand_in_its_card_and_change_no_answer()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string model = folder.File("model.onnx");
        File.Copy(Path.Combine(TestData.Root, "models", "mien-fer2013.onnx"), model);
        // Two of three angry faces and the one happy face read right; nobody is sad.
        Mien.Training.Evaluation.Evaluation evaluation = Metrics.Evaluate(Rows(0, 0, 3, 3), [0, 0, 0, 3], FacialExpressions.Fer2013Names);
        ModelFigures.Write(model, Split.PrivateTest, Metrics.Evaluate(Rows(0), [4], FacialExpressions.Fer2013Names));
        ModelFigures.Write(model, Split.PrivateTest, evaluation);

        using var written = ExpressionClassifier.Create(model);
        using var before = ExpressionClassifier.Create(Path.Combine(TestData.Root, "models", "mien-fer2013.onnx"));
        Assert.Equal(0.75, written.Card.Metrics["PrivateTest.accuracy"]);
        Assert.Equal(2.0 / 3, written.Card.Metrics["PrivateTest.recall.angry"], 12);
        Assert.Equal(1, written.Card.Metrics["PrivateTest.recall.happy"]);
        Assert.DoesNotContain("PrivateTest.recall.sad", written.Card.Metrics.Keys);
        Assert.Equal(before.Card.Metrics["PublicTest.accuracy"], written.Card.Metrics["PublicTest.accuracy"]);
        byte[] face = [.. Enumerable.Range(0, 48 * 48).Select(i => (byte)(i * 37))];
        Assert.Equal(before.Classify(face, 1), written.Classify(face, 1));
    }

    /// <summary>Certain answers, a row each.</summary>
    private static float[] Rows(params int[] answers)
    {
        float[] rows = new float[answers.Length * 7];
        for (int i = 0; i < answers.Length; i++)
            rows[i * 7 + answers[i]] = 1;
        return rows;
    }
}
