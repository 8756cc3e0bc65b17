using Mien.Detection;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.Tests.Detection;

public class FaceAlignerTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(30, 2)]
    [InlineData(-30, 4.5)]
    [InlineData(180, 1.5)]
    public void A_face_that_is_turned_scaled_and_shifted_maps_back_onto_the_layout(double degrees, double scale)
    {
        // The layout's own points in a crop of 100 pixels, moved by a known similarity transform.
        PicturePoint right = Move(31.2f, 38.6f), left = Move(68.8f, 38.6f), mouth = Move(50f, 78.5f);
        (float a, float b, float x, float y) = FaceAligner.Transform(new FaceKeypoints(right, left, default, mouth, default, default));
        Assert.Equal(100 * scale, Math.Sqrt(a * a + b * b), 1e-2);
        Assert.Equal(right.X, a * 0.312 - b * 0.386 + x, 1e-2);
        Assert.Equal(right.Y, b * 0.312 + a * 0.386 + y, 1e-2);
        Assert.Equal(mouth.X, a * 0.5 - b * 0.785 + x, 1e-2);
        Assert.Equal(mouth.Y, b * 0.5 + a * 0.785 + y, 1e-2);

        PicturePoint Move(float u, float v)
        {
            double angle = degrees * Math.PI / 180;
            return new((float)(scale * (u * Math.Cos(angle) - v * Math.Sin(angle)) + 17),
                (float)(scale * (u * Math.Sin(angle) + v * Math.Cos(angle)) - 5));
        }
    }

    [Fact]
    public void A_crop_at_its_own_scale_copies_the_pixels()
    {
        byte[] gray = new byte[80 * 80];
        new Random(1).NextBytes(gray);
        byte[] crop = new byte[48 * 48];
        // The layout shifted by 10 pixels each way in a face of 48 pixels.
        FaceAligner.Align(Picture.FromGray(gray, 80, 80), Layout(48, 10), 48, crop);
        for (int y = 0; y < 48; y++)
        {
            for (int x = 0; x < 48; x++)
                Assert.InRange(Math.Abs(crop[y * 48 + x] - gray[(y + 10) * 80 + x + 10]), 0, 1);
        }
    }

    [Fact]
    public void A_large_face_is_averaged_rather_than_skipped_through()
    {
        // A fine chequerboard becomes plain gray; skipping pixels would keep black and white.
        byte[] gray = new byte[600 * 600];
        for (int i = 0; i < gray.Length; i++)
            gray[i] = (byte)((i % 600 + i / 600) % 2 * 255);
        byte[] crop = new byte[48 * 48];
        FaceAligner.Align(Picture.FromGray(gray, 600, 600), Layout(480, 50), 48, crop);
        Assert.All(crop, level => Assert.InRange(level, 120, 135));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1.7)]
    [InlineData(1.99)]
    [InlineData(2.01)]
    [InlineData(3.3)]
    [InlineData(3.99)]
    [InlineData(4.01)]
    [InlineData(5.9)]
    [InlineData(7.99)]
    [InlineData(8.01)]
    [InlineData(13.1)]
    public void A_crop_has_the_means_over_its_pixels_squares_at_every_size_of_picture(double step)
    {
        double side = 48 * step;
        // From halves that stay even to sizes that are odd at every halving, with the face to the lower right, where a wrong scale shows
        // most.
        foreach (int odd in (int[])[0, 1, 3, 7, 15, 31])
        {
            Picture picture = Discs((int)(side * 1.6) / 64 * 64 + 64 + odd, (int)(side * 1.4) / 64 * 64 + 128 - odd);
            foreach (double degrees in (double[])[0, 12, -45])
            {
                FaceKeypoints face = Layout(side, degrees, picture.Width - side * 0.75, picture.Height - side * 0.75);
                byte[] crop = new byte[48 * 48];
                FaceAligner.Align(picture, face, 48, crop);
                double difference = Difference(crop, AreaMeans.Of(picture, face, 48));
                Assert.True(difference <= 4, $"{picture.Width}x{picture.Height}, {degrees} degrees: {difference:F2} gray levels RMS");
            }
        }
    }

    [Theory]
    [InlineData("two-people.jpg")]
    [InlineData("vice-president.jpg")]
    [InlineData("half-a-face.jpg")]
    [InlineData("crew-in-orbit.jpg")]
    public void Crops_of_photos_have_the_means_over_their_pixels_squares_at_odd_sizes(string name)
    {
        using var detector = new FaceDetector();
        Picture whole = Picture.Load(TestData.Photo(name));
        Picture odd = AreaMeans.Cut(whole, whole.Width - 7 + whole.Width % 2, whole.Height - 5 + whole.Height % 2);
        byte[] crop = new byte[48 * 48];
        foreach (DetectedFace face in detector.Detect(odd))
        {
            FaceAligner.Align(odd, face.Keypoints, 48, crop);
            double difference = Difference(crop, AreaMeans.Of(odd, face.Keypoints, 48));
            Assert.True(difference <= 2, $"{face.Box}: {difference:F2} gray levels RMS");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Sharpness_does_not_jump_where_the_scale_passes_a_power_of_two(double step)
    {
        Picture picture = Discs(901, 877);
        float below = Sharpness(step * 0.99), above = Sharpness(step * 1.01);
        Assert.InRange(above / below, 0.95f, 1.05f);

        // The mean of several places: where edges fall between pixels differs with each.
        float Sharpness(double by)
        {
            byte[] crop = new byte[48 * 48];
            return Enumerable.Range(0, 8).Average(place =>
            {
                FaceAligner.Align(picture, Layout(48 * by, 7, 440 + place * 3.3, 430 - place * 2.7), 48, crop);
                return CropMeasures.Of(crop, 48).Sharpness;
            });
        }
    }

    /// <summary>A picture of many discs of all sizes, with sharp edges.</summary>
    private static Picture Discs(int width, int height)
    {
        byte[] gray = Enumerable.Repeat((byte)110, width * height).ToArray();
        var random = new Random(2);
        for (int disc = 0; disc < 300; disc++)
        {
            double radius = width / 5.0 * Math.Pow(0.985, disc), x = random.NextDouble() * width, y = random.NextDouble() * height;
            byte level = (byte)random.Next(30, 220);
            for (int row = (int)Math.Max(0, y - radius); row < Math.Min(height, y + radius); row++)
            {
                double half = Math.Sqrt(Math.Max(0, radius * radius - (row - y) * (row - y)));
                int left = (int)Math.Max(0, x - half), right = (int)Math.Clamp(x + half, left, width);
                gray.AsSpan(row * width + left, right - left).Fill(level);
            }
        }

        return Picture.FromGray(gray, width, height);
    }

    private static double Difference(byte[] crop, double[] expected) =>
        Math.Sqrt(crop.Zip(expected, (a, b) => (a - b) * (a - b)).Average());

    /// <summary>The layout of a side, turned about a center.</summary>
    private static FaceKeypoints Layout(double side, double degrees, double centerX, double centerY)
    {
        double cosine = side * Math.Cos(degrees * Math.PI / 180), sine = side * Math.Sin(degrees * Math.PI / 180);
        return new(At(0.312, 0.386), At(0.688, 0.386), default, At(0.5, 0.785), default, default);

        PicturePoint At(double u, double v) => new((float)(cosine * (u - 0.5) - sine * (v - 0.5) + centerX),
            (float)(sine * (u - 0.5) + cosine * (v - 0.5) + centerY));
    }

    private static FaceKeypoints Layout(float side, float shift) => new(
        new(0.312f * side + shift, 0.386f * side + shift), new(0.688f * side + shift, 0.386f * side + shift), default,
        new(0.5f * side + shift, 0.785f * side + shift), default, default);
}
