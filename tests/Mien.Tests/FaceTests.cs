using System.Globalization;
using Mien.Detection;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.Tests;

public class FaceTests
{
    [Fact]
    public void An_answer_below_the_lowest_confidence_is_uncertain()
    {
        var face = new Face { Box = default, DetectorScore = 1, Labels = ["sad", "happy"], Probabilities = [0.45f, 0.55f] };
        Assert.Equal(("happy", FacialExpression.Happy), (face.Label, face.Expression));
        Face careful = face with { MinConfidence = 0.6f };
        Assert.True(careful.IsUncertain);
        Assert.Equal(("uncertain", null, 1, 0.55f), (careful.Label, careful.Expression, careful.MostProbable, careful.Confidence));
        Assert.False((face with { MinConfidence = 0.55f }).IsUncertain);
    }

    [Fact]
    public void A_box_prints_as_its_corner_and_size_in_whole_pixels_whatever_the_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        // As Sweden's: a minus sign that no program reads.
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = new NumberFormatInfo { NegativeSign = "\u2212" } };
        try
        {
            Assert.Equal("-3,57 132x98", $"{new Box(-2.6f, 57.4f, 131.7f, 98)}");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_frontal_face_looks_straight_ahead_and_a_turned_one_aside()
    {
        FacePose frontal = FacePose.Of(Points(nose: new(50, 60)));
        Assert.InRange(frontal.Yaw, -2, 2);
        Assert.InRange(frontal.Pitch, -4, 4);
        Assert.InRange(FacePose.Of(Points(nose: new(62, 60))).Yaw, 10, 60);
        Assert.InRange(FacePose.Of(Points(nose: new(38, 60))).Yaw, -60, -10);
        Assert.InRange(FacePose.Of(Points(nose: new(50, 70))).Pitch, 15, 60);
    }

    [Fact]
    public void A_tilted_photo_has_the_roll_that_its_name_says()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault();
        Assert.Equal(30, Math.Abs(recognizer.Recognize(TestData.Photo("tilted-30.jpg"))[0].Quality!.Roll), 8f);
        Assert.Equal(0, recognizer.Recognize(TestData.Photo("president.jpg"))[0].Quality!.Roll, 8f);
    }

    [Fact]
    public void A_blurred_face_is_less_sharp_and_of_lower_quality()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault();
        Picture sharp = Picture.Load(TestData.Photo("astronaut.png"));
        byte[] small = new byte[128 * 128];
        byte[] blurred = new byte[512 * 512];
        FaceQuality before = recognizer.Recognize(sharp)[0].Quality!;
        Preprocessing.Resize(sharp.ToGray(), sharp.Width, sharp.Height, 128, small);
        Preprocessing.Resize(small, 128, 128, 512, blurred);
        FaceQuality after = recognizer.Recognize(Picture.FromGray(blurred, 512, 512))[0].Quality!;
        Assert.True(after.Sharpness < before.Sharpness / 2, $"{before.Sharpness:F2} and {after.Sharpness:F2}");
        Assert.True(after.Score < before.Score, $"{before.Score:F2} and {after.Score:F2}");
    }

    [Fact]
    public void A_balanced_prior_lowers_what_was_frequent_in_training()
    {
        string faces = Path.Combine(TestData.Root, "samples", "average-faces.png");
        using var plain = ExpressionRecognizer.CreateDefault();
        using var balanced = ExpressionRecognizer.CreateDefault(RecognizerOptions.Default with { Prior = ClassPrior.Balanced });
        double[] shares = [.. plain.Model.ClassShares];
        (int rarest, int commonest) = (Array.IndexOf(shares, shares.Min()), Array.IndexOf(shares, shares.Max()));
        foreach ((Face before, Face after) in plain.Recognize(faces).Zip(balanced.Recognize(faces)))
        {
            Assert.Equal(1, after.Probabilities.Sum(), 1e-4);
            Assert.True(after.Probabilities[rarest] >= before.Probabilities[rarest]);
            Assert.True(after.Probabilities[commonest] <= before.Probabilities[commonest] + 1e-6);
        }
    }

    [Fact]
    public void Averaged_with_its_mirror_image_a_face_is_read_like_its_mirror_image()
    {
        const int size = 48;
        byte[] face = new byte[size * size];
        Picture sharp = Picture.Load(TestData.Photo("astronaut.png"));
        Preprocessing.Resize(sharp.ToGray(), sharp.Width, sharp.Height, size, face);
        byte[] mirrored = (byte[])face.Clone();
        for (int row = 0; row < mirrored.Length; row += size)
            mirrored.AsSpan(row, size).Reverse();
        Assert.True(Apart(flip: false) > 1e-3, "as it is");
        Assert.True(Apart(flip: true) < 1e-5, "averaged");

        float Apart(bool flip)
        {
            using var recognizer = ExpressionRecognizer.CreateDefault(RecognizerOptions.Default with
            {
                FaceMode = FaceMode.Cropped,
                Flip = flip
            });
            return Probabilities(recognizer, face).Zip(Probabilities(recognizer, mirrored), (a, b) => Math.Abs(a - b)).Max();
        }

        static IReadOnlyList<float> Probabilities(ExpressionRecognizer recognizer, byte[] pixels) =>
            recognizer.Recognize(Picture.FromGray(pixels, size, size))[0].Probabilities;
    }

    private static FaceKeypoints Points(PicturePoint nose) => new(
        new(31, 39), new(69, 39), nose, new(50, 78), new(10, 50), new(90, 50));
}
