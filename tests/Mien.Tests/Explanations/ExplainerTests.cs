using Mien.Explanations;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.Tests.Explanations;

public class ExplainerTests
{
    [Fact]
    public void The_default_model_gives_Grad_CAM_without_torch()
    {
        using ExpressionClassifier classifier = ExpressionClassifier.CreateDefault();
        var explainer = new Explainer(classifier);
        Assert.True(explainer.HasGradCam);
        byte[] face = AverageFace(classifier.Card.Input.Size, column: 3, row: 0);
        Heatmap map = explainer.GradCam(face, (int)FacialExpression.Happy);
        Assert.Equal(48 * 48, map.Values.Length);
        Assert.All(map.Values, value => Assert.InRange(value, 0, 1));
        Assert.True(map.Values.Max() > 0.9f && map.Values.Min() < 0.3f, "A map that is the same everywhere says nothing.");
    }

    [Fact]
    public void The_occlusion_map_is_highest_where_a_patch_costs_the_answer_most()
    {
        using ExpressionClassifier classifier = ExpressionClassifier.CreateDefault();
        int size = classifier.Card.Input.Size;
        byte[] face = AverageFace(size, column: 3, row: 0);
        Heatmap map = new Explainer(classifier).Occlusion(face, (int)FacialExpression.Happy);
        int highest = Array.IndexOf(map.Values, map.Values.Max());
        int lowest = Array.IndexOf(map.Values, map.Values.Min());
        Assert.True(Covered(classifier, face, highest % size, highest / size) < Covered(classifier, face, lowest % size, lowest / size));
    }

    [Fact]
    public void A_face_of_another_size_is_refused()
    {
        using ExpressionClassifier classifier = ExpressionClassifier.CreateDefault();
        Assert.Throws<ArgumentException>(() => new Explainer(classifier).GradCam(new byte[100], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Explainer(classifier).GradCam(new byte[48 * 48], FacialExpressions.Count));
    }

    [Fact]
    public void An_explanation_is_drawn_as_crop_Grad_CAM_and_occlusion_map_side_by_side()
    {
        using ExpressionRecognizer recognizer = ExpressionRecognizer.CreateDefault();
        IReadOnlyList<FaceExplanation> explanations = recognizer.Explain(Picture.Load(Path.Combine(TestData.Root, "samples",
            "average-faces.png")));
        Assert.Equal(7, explanations.Count);
        Picture drawn = explanations[0].Draw();
        // Three faces of 48 pixels, four times as large, with margins of 8.
        Assert.Equal(8 + 3 * (192 + 8), drawn.Width);
        byte[] rgba = drawn.ToRgba();
        Assert.True(Colored(rgba, drawn.Width, 8, 192) == 0, "The crop is gray.");
        Assert.True(Colored(rgba, drawn.Width, 208, 192) > 1000, "Grad-CAM has color.");
        Assert.True(Colored(rgba, drawn.Width, 408, 192) > 1000, "The occlusion map has color.");
    }

    /// <summary>Pixels of a panel that are plainly not gray.</summary>
    private static int Colored(byte[] rgba, int width, int left, int side) =>
        (from y in Enumerable.Range(8, side)
         from x in Enumerable.Range(left, side)
         let at = (y * width + x) * 4
         where Math.Abs(rgba[at] - rgba[at + 2]) > 20
         select 1).Sum();

    /// <summary>Probability of happy with a gray patch of a sixth of the side round a place.</summary>
    private static float Covered(ExpressionClassifier classifier, byte[] face, int x, int y)
    {
        int size = classifier.Card.Input.Size;
        byte[] covered = [.. face];
        for (int row = Math.Max(0, y - 4); row < Math.Min(size, y + 4); row++)
        {
            for (int column = Math.Max(0, x - 4); column < Math.Min(size, x + 4); column++)
                covered[row * size + column] = (byte)Math.Round(classifier.Card.Input.Mean * 255);
        }

        return classifier.Classify(covered, 1)[(int)FacialExpression.Happy];
    }

    /// <summary>One face of the committed picture: 200 pixels each, 240 apart, 40 from the edge.</summary>
    private static byte[] AverageFace(int size, int column, int row)
    {
        Picture picture = Picture.Load(Path.Combine(TestData.Root, "samples", "average-faces.png"));
        byte[] gray = picture.ToGray();
        byte[] crop = new byte[200 * 200];
        for (int y = 0; y < 200; y++)
            gray.AsSpan((40 + row * 240 + y) * picture.Width + 40 + column * 240, 200).CopyTo(crop.AsSpan(y * 200));
        byte[] face = new byte[size * size];
        Preprocessing.Resize(crop, 200, 200, size, face);
        return face;
    }
}
