using Mien.Faces;
using Mien.Imaging;

namespace Mien.Tests.Faces;

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
        Point right = Move(31.2f, 38.6f), left = Move(68.8f, 38.6f), mouth = Move(50f, 78.5f);
        (float a, float b, float x, float y) = FaceAligner.Transform(new FaceKeypoints(right, left, default, mouth, default, default));
        Assert.Equal(100 * scale, Math.Sqrt(a * a + b * b), 1e-2);
        Assert.Equal(right.X, a * 0.312 - b * 0.386 + x, 1e-2);
        Assert.Equal(right.Y, b * 0.312 + a * 0.386 + y, 1e-2);
        Assert.Equal(mouth.X, a * 0.5 - b * 0.785 + x, 1e-2);
        Assert.Equal(mouth.Y, b * 0.5 + a * 0.785 + y, 1e-2);

        Point Move(float u, float v)
        {
            double angle = degrees * Math.PI / 180;
            return new((float)(scale * (u * Math.Cos(angle) - v * Math.Sin(angle)) + 17), (float)(scale * (u * Math.Sin(angle) + v * Math.Cos(angle)) - 5));
        }
    }

    [Fact]
    public void A_crop_at_its_own_scale_copies_the_pixels()
    {
        byte[] grey = new byte[80 * 80];
        new Random(1).NextBytes(grey);
        byte[] crop = new byte[48 * 48];
        // The layout shifted by 10 pixels each way in a face of 48 pixels.
        FaceAligner.Align(Picture.FromGrey(grey, 80, 80), Layout(48, 10), 48, crop);
        for (int y = 0; y < 48; y++)
        {
            for (int x = 0; x < 48; x++)
                Assert.InRange(Math.Abs(crop[y * 48 + x] - grey[(y + 10) * 80 + x + 10]), 0, 1);
        }
    }

    [Fact]
    public void A_large_face_is_averaged_rather_than_skipped_through()
    {
        // A fine chequerboard becomes plain grey; skipping pixels would keep black and white.
        byte[] grey = new byte[600 * 600];
        for (int i = 0; i < grey.Length; i++)
            grey[i] = (byte)((i % 600 + i / 600) % 2 * 255);
        byte[] crop = new byte[48 * 48];
        FaceAligner.Align(Picture.FromGrey(grey, 600, 600), Layout(480, 50), 48, crop);
        Assert.All(crop, level => Assert.InRange(level, 120, 135));
    }

    private static FaceKeypoints Layout(float side, float shift) => new(
        new(0.312f * side + shift, 0.386f * side + shift), new(0.688f * side + shift, 0.386f * side + shift), default,
        new(0.5f * side + shift, 0.785f * side + shift), default, default);
}
