using Mien.Imaging;
using Mien.Tests.Detection;
using Mien.TestSupport;

namespace Mien.Tests;

public class ExpressionRecognizerTests
{
    private static readonly string AverageFaces = Path.Combine(TestData.Root, "samples", "average-faces.png");

    [Fact]
    public void All_seven_average_faces_are_found_and_the_network_of_their_labels_reads_most_right()
    {
        using var recognizer = ExpressionRecognizer.Create(Path.Combine(TestData.Root, "models", "mien-fer2013.int8.onnx"));
        Face[] inOrder = InLabelOrder(recognizer);
        int right = inOrder.Where((face, i) => face.Expression == (FacialExpression)i).Count();
        Assert.True(right >= 6, string.Join(", ", inOrder.Select(face => $"{face.Label} {face.Confidence:P0}")));
    }

    [Theory]
    [InlineData("default")]
    [InlineData("accurate")]
    public void Of_the_average_faces_those_that_are_plain_to_people_are_read_right_and_none_as_contempt(string model)
    {
        using var recognizer = ExpressionRecognizer.Create(Path.Combine(TestData.Root, "models", $"mien-{model}.int8.onnx"));
        Face[] inOrder = InLabelOrder(recognizer);
        foreach (FacialExpression plain in (FacialExpression[])[FacialExpression.Happy, FacialExpression.Surprise,
            FacialExpression.Neutral])
            Assert.Equal(plain, inOrder[(int)plain].Expression);
        Assert.DoesNotContain(inOrder, face => face.Expression == FacialExpression.Contempt);
        Assert.Equal(FacialExpressions.Names, inOrder[0].Labels);
    }

    [Fact]
    public void The_default_model_is_the_file_in_8_bits_and_says_that_it_gives_shares_of_people()
    {
        using var classifier = ExpressionClassifier.CreateDefault();
        byte[] file = File.ReadAllBytes(Path.Combine(TestData.Root, "models", "mien-default.int8.onnx"));
        Assert.Equal(file, Assert.Single(classifier.ReadModels()).Onnx);
        Assert.True(classifier.Card.LearnedFromPeople);
        Assert.Contains("share of people", classifier.Card.Meaning, StringComparison.Ordinal);
        using var labels = ExpressionClassifier.Create(Path.Combine(TestData.Root, "models", "mien-fer2013.int8.onnx"));
        Assert.False(labels.Card.LearnedFromPeople);
        Assert.Contains("FER2013's seven labels", labels.Card.Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public void Probabilities_sum_to_one_and_the_label_is_the_highest()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault();
        foreach (Face face in recognizer.Recognize(AverageFaces))
        {
            Assert.Equal(1, face.Probabilities.Sum(), 1e-4);
            Assert.Equal(face.Probabilities.Max(), face.Confidence);
            Assert.Equal(face.Label, face.Expression!.Value.Name());
        }
    }

    [Fact]
    public void A_path_a_stream_and_pixels_give_the_same_faces()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault();
        using FileStream stream = File.OpenRead(AverageFaces);
        string expected = Describe(recognizer.Recognize(AverageFaces));
        Assert.Equal(expected, Describe(recognizer.Recognize(stream)));
        Assert.Equal(expected, Describe(recognizer.Recognize(Picture.Load(AverageFaces))));
    }

    [Theory]
    [InlineData("two-people.jpg", 1119, 655)]
    [InlineData("two-people.jpg", 1121, 651)]
    [InlineData("vice-president.jpg", 1199, 1191)]
    [InlineData("surprised.jpg", 1277, 849)]
    public void A_picture_cut_to_odd_sides_answers_as_the_whole(string name, int width, int height)
    {
        const float Close = 0.1f;
        using var recognizer = ExpressionRecognizer.CreateDefault();
        Picture picture = Picture.Load(TestData.Photo(name));
        IReadOnlyList<Face> whole = recognizer.Recognize(picture);
        IReadOnlyList<Face> cut = recognizer.Recognize(AreaMeans.Cut(picture, width, height));
        Assert.NotEmpty(whole);
        Assert.Equal(whole.Count, cut.Count);
        foreach (Face face in whole)
        {
            Face same = cut.MaxBy(other => other.Box.IntersectionOverUnion(face.Box))!;
            Assert.InRange(same.Box.IntersectionOverUnion(face.Box), 0.95f, 1);
            Assert.InRange(face.Probabilities.Zip(same.Probabilities, (a, b) => Math.Abs(a - b)).Max(), 0, Close);
            // Where two labels are as likely, either may be ahead.
            float[] sorted = [.. face.Probabilities.OrderDescending()];
            if (sorted[0] - sorted[1] > 2 * Close)
                Assert.Equal(face.Label, same.Label);
        }
    }

    [Fact]
    public void Many_threads_at_once_get_what_one_gets()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault();
        Picture picture = Picture.Load(AverageFaces);
        string expected = Describe(recognizer.Recognize(picture));
        string[] actual = new string[16];
        Parallel.For(0, actual.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 },
            i => actual[i] = Describe(recognizer.Recognize(picture)));
        Assert.All(actual, each => Assert.Equal(expected, each));
    }

    [Fact]
    public void Cropped_takes_the_whole_picture_as_one_face()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault(RecognizerOptions.Default with { FaceMode = FaceMode.Cropped });
        Face face = Assert.Single(recognizer.Recognize(Picture.FromGray(new byte[30 * 40], 30, 40)));
        Assert.Equal((30f, 40f), (face.Box.Width, face.Box.Height));
        Assert.Null(face.Keypoints);
    }

    [Fact]
    public void A_file_that_is_no_model_is_named_with_the_cure()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.Write("model.onnx", "nonsense");
        var error = Assert.Throws<MienException>(() => ExpressionRecognizer.Create(file));
        Assert.StartsWith(file, error.Message, StringComparison.Ordinal);
        Assert.Contains("mien train", error.Message, StringComparison.Ordinal);
        Assert.Contains("not found", Assert.Throws<MienException>(() => ExpressionRecognizer.Create(folder.File("none.onnx"))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("accurate", "Mien.Accurate")]
    [InlineData("fer2013", "Mien.Fer2013")]
    [InlineData("fer2013-accurate", "Mien.Fer2013")]
    public void Without_its_package_a_model_is_asked_for(string name, string package)
    {
        var error = Assert.Throws<MienException>(() => ExpressionRecognizer.Create(Models.ByName(name)!));
        Assert.Contains($"the {name} model is not here", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"dotnet add package {package}`", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The seven average faces, drawn in label order, four a row.</summary>
    private static Face[] InLabelOrder(ExpressionRecognizer recognizer)
    {
        IReadOnlyList<Face> faces = recognizer.Recognize(AverageFaces);
        Assert.Equal(7, faces.Count);
        return [.. faces.OrderBy(face => face.Box.Y + face.Box.Height / 2 > 260).ThenBy(face => face.Box.X)];
    }

    private static string Describe(IReadOnlyList<Face> faces) =>
        string.Join('\n', faces.Select(face => $"{(face.Box.X, face.Box.Y, face.Box.Width, face.Box.Height)} {face.Label} "
            + $"{face.Confidence:F4}"));
}
