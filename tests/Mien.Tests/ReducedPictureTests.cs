using Mien.Detection;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.Tests;

/// <summary>Pictures that are decoded at a part of their size where only large faces are asked for.</summary>
public class ReducedPictureTests
{
    private static readonly RecognizerOptions LargeFaces = RecognizerOptions.Default with { Detector = DetectorOptions.Default with { MinFaceShare = 0.1f }, Threads = 1 };

    [Theory]
    [InlineData("president.jpg", 455, 569)]
    [InlineData("exif-6.jpg", 455, 569)]
    [InlineData("small-faces-12-megapixels.jpg", 500, 375)]
    public void A_JPEG_is_decoded_no_larger_than_its_smallest_face_needs(string name, int width, int height)
    {
        using var recognizer = ExpressionRecognizer.CreateDefault(LargeFaces);
        Picture whole = Picture.Load(TestData.Photo(name));
        Picture reduced = recognizer.Load(TestData.Photo(name));
        Assert.Equal((width, height), (reduced.Width, reduced.Height));
        Assert.Equal((whole.Width, whole.Height), (reduced.WholeWidth, reduced.WholeHeight));
        Assert.True(reduced.IsReduced);
        Assert.False(whole.IsReduced);
    }

    [Fact]
    public void Faces_of_24_pixels_and_whole_crops_need_every_pixel()
    {
        using var detecting = ExpressionRecognizer.CreateDefault();
        using var cropped = ExpressionRecognizer.CreateDefault(LargeFaces with { FaceMode = FaceMode.Cropped });
        Assert.False(detecting.Load(TestData.Photo("president.jpg")).IsReduced);
        Assert.False(cropped.Load(TestData.Photo("president.jpg")).IsReduced);
    }

    [Theory]
    [InlineData("president.jpg")]
    [InlineData("exif-8.jpg")]
    [InlineData("two-people.jpg")]
    [InlineData("speech.jpg")]
    [InlineData("tilted-minus-15.jpg")]
    public void Faces_of_a_reduced_picture_are_those_of_the_whole_one(string name)
    {
        using var recognizer = ExpressionRecognizer.CreateDefault(LargeFaces);
        IReadOnlyList<Face> whole = recognizer.Recognize(Picture.Load(TestData.Photo(name)));
        IReadOnlyList<Face> reduced = recognizer.Recognize(TestData.Photo(name));
        Assert.NotEmpty(whole);
        Assert.Equal(whole.Count, reduced.Count);
        foreach (Face face in whole)
        {
            Face same = reduced.MaxBy(other => other.Box.IntersectionOverUnion(face.Box))!;
            Assert.InRange(same.Box.IntersectionOverUnion(face.Box), 0.85, 1);
            // Points that lie half a pixel elsewhere move probabilities; another face would move them by 0.5 and more.
            float moved = face.Probabilities.Zip(same.Probabilities, (a, b) => Math.Abs(a - b)).Sum() / 2;
            Assert.InRange(moved, 0, 0.15f);
            Assert.InRange(Math.Abs(same.Quality!.Pixels / face.Quality!.Pixels - 1), 0, 0.1);
        }
    }

    [Fact]
    public void A_reduced_picture_is_not_drawn_on_or_explained()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault(LargeFaces);
        Picture reduced = recognizer.Load(TestData.Photo("president.jpg"));
        Assert.Contains("Picture.Load", Assert.Throws<ArgumentException>(() => Annotator.Annotate(reduced, recognizer.Recognize(reduced)))
            .Message, StringComparison.Ordinal);
        Assert.Contains("Picture.Load", Assert.Throws<ArgumentException>(() => recognizer.Explain(reduced)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("president.jpg")]
    [InlineData("exif-2.jpg")]
    [InlineData("exif-3.jpg")]
    [InlineData("exif-6.jpg")]
    [InlineData("exif-8.jpg")]
    public void Pixels_of_a_reduced_picture_lie_where_it_says(string name)
    {
        Picture whole = Picture.Load(TestData.Photo(name));
        foreach (int reduction in (int[])[2, 4, 8])
        {
            Picture reduced = Picture.Load(TestData.Photo(name), Picture.DefaultMaxPixels, (_, _) => reduction);
            Assert.Equal(reduction, reduced.Reduction);
            Assert.InRange(reduced.Corner.X, 1 - reduction, 0);
            Assert.InRange(reduced.Corner.Y, 1 - reduction, 0);
            double best = Difference(0, 0);
            foreach ((int x, int y) in ((int, int)[])[(-1, 0), (1, 0), (0, -1), (0, 1)])
                Assert.True(Difference(x, y) > best, $"{x},{y} would fit {reduction} better");

            // Of the reduced picture's pixels from the means of the whole one's that they stand for, were it moved by a few pixels.
            double Difference(int x, int y)
            {
                double sum = 0;
                for (int row = 1; row < reduced.Height - 1; row++)
                {
                    for (int column = 1; column < reduced.Width - 1; column++)
                    {
                        int mean = 0;
                        for (int i = 0; i < reduction * reduction; i++)
                        {
                            int from = (row * reduction + reduced.Corner.Y + y + i / reduction) * whole.Width + column * reduction
                                + reduced.Corner.X + x + i % reduction;
                            mean += whole.Pixels[Math.Clamp(from * 4 + 1, 0, whole.Pixels.Length - 1)];
                        }

                        double difference = reduced.Pixels[(row * reduced.Width + column) * 4 + 1] - (double)mean / (reduction * reduction);
                        sum += difference * difference;
                    }
                }

                return sum;
            }
        }
    }

    [Theory]
    [InlineData(0.99f)]
    [InlineData(0.6f)]
    [InlineData(0.3f)]
    public void A_shrunk_pyramid_keeps_a_ramp_in_its_place(float ratio)
    {
        const int Side = 120;
        byte[] ramp = [.. Enumerable.Range(0, Side * Side).Select(i => (byte)(i % Side + i / Side))];
        using var pyramid = new Pyramid(Picture.FromGray(ramp, Side, Side));
        using Pyramid shrunk = pyramid.Shrink(ratio);
        Assert.InRange(shrunk.Width - Side * ratio, -0.01f, 1);
        float step = 1 / ratio;
        for (int y = 2; y < shrunk.Height - 2; y++)
        {
            for (int x = 2; x < shrunk.Width - 2; x++)
            {
                // The middle of a pixel of the result, in the ramp's own levels.
                float expected = (x + 0.5f) * step - 0.5f + (y + 0.5f) * step - 0.5f;
                Assert.InRange(shrunk[0].Pixels[(y * shrunk.Width + x) * 4] - expected, -2, 1);
            }
        }
    }
}
