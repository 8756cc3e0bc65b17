using Mien.Imaging;

namespace Mien.Tests.Imaging;

public class PyramidTests
{
    [Theory]
    [InlineData(64, 64)]
    [InlineData(65, 63)]
    [InlineData(201, 119)]
    [InlineData(7, 200)]
    public void A_pixel_of_a_level_is_the_mean_of_the_pixels_that_it_spans(int width, int height)
    {
        byte[] gray = new byte[width * height];
        new Random(1).NextBytes(gray);
        using var pyramid = new Pyramid(Picture.FromGray(gray, width, height));
        for (int index = 1; index < 6; index++)
        {
            int side = 1 << index;
            Level level = pyramid[index];
            Assert.Equal(((width + side - 1) / side, (height + side - 1) / side), (level.Width, level.Height));
            for (int y = 0; y < height / side; y++)
            {
                for (int x = 0; x < width / side; x++)
                {
                    double mean = Enumerable.Range(0, side * side)
                        .Average(i => (double)gray[(y * side + i / side) * width + x * side + i % side]);
                    // Each level rounds to bytes.
                    Assert.InRange(level.Pixels[(y * level.Width + x) * 4] - mean, -0.5 * index, 0.5 * index);
                }
            }
        }
    }

    [Theory]
    [InlineData(255, 0)]
    [InlineData(0, 255)]
    public void The_last_column_of_an_odd_number_is_neither_lost_nor_mixed_with_what_lies_outside(byte inside, byte last)
    {
        const int Width = 33;
        byte[] gray = [.. Enumerable.Range(0, Width * Width).Select(i => i % Width == Width - 1 ? last : inside)];
        using var pyramid = new Pyramid(Picture.FromGray(gray, Width, Width));
        for (int index = 1; index <= 5; index++)
        {
            Level level = pyramid[index];
            for (int y = 0; y < level.Height; y++)
            {
                Assert.Equal(last, level.Pixels[(y * level.Width + level.Width - 1) * 4]);
                Assert.Equal(inside, level.Pixels[(y * level.Width + level.Width - 2) * 4]);
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 300)]
    [InlineData(300, 2)]
    public void The_thinnest_picture_is_sampled_where_it_is(int width, int height)
    {
        // A dark and a bright half along the longer side.
        int longer = Math.Max(width, height);
        byte[] gray = [.. Enumerable.Range(0, width * height).Select(i => (byte)(Math.Max(i % width, i / width) * 2 < longer ? 50 : 200))];
        using var pyramid = new Pyramid(Picture.FromGray(gray, width, height));
        foreach (float share in (float[])[0.01f, 0.03f, 0.1f, 0.2f])
        {
            float step = longer * share;
            Assert.Equal(50, pyramid.At(step).Sample(width / 10f, height / 10f)[0], 1f);
            Assert.Equal(50, pyramid.Means(step).Mean(width / 10f, height / 10f)[0], 1f);
            if (longer == 1)
                continue;
            Assert.Equal(200, pyramid.At(step).Sample(width * 0.9f, height * 0.9f)[0], 1f);
            Assert.Equal(200, pyramid.Means(step).Mean(width * 0.9f, height * 0.9f)[0], 1f);
        }
    }
}
