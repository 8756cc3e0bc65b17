using Mien.Detection;
using Mien.Imaging;

namespace Mien.Tests.Detection;

public class SearchRegionsTests
{
    private const int Side = 1200;

    [Fact]
    public void A_plain_picture_needs_no_search()
    {
        using var pyramid = new Pyramid(Picture.FromGray(Enumerable.Repeat((byte)90, Side * Side).ToArray(), Side, Side));
        Assert.Empty(Find(pyramid));
    }

    [Fact]
    public void Every_place_with_detail_lies_in_a_part_of_bounded_size()
    {
        byte[] gray = Enumerable.Repeat((byte)90, Side * Side).ToArray();
        var random = new Random(1);
        (int X, int Y)[] places = [(100, 100), (700, 130), (1100, 1100), (300, 900)];
        foreach ((int x, int y) in places)
            Roughen(gray, x, y, 48, random);
        // And a strip longer than the largest part.
        for (int x = 100; x < 1100; x += 48)
            Roughen(gray, x, 600, 48, random);

        using var pyramid = new Pyramid(Picture.FromGray(gray, Side, Side));
        List<Region> regions = Find(pyramid);
        foreach ((int x, int y) in places.Append((500, 600)))
            Assert.Contains(regions, region => region.X <= x && region.Y <= y && region.X + region.Width >= x && region.Y
                + region.Height >= y);
        Assert.All(regions, region =>
        {
            Assert.InRange(Math.Max(region.Width, region.Height), 1, 608);
            Assert.Equal((0, 0), (region.Width % BlazeFace.Multiple, region.Height % BlazeFace.Multiple));
        });
        Assert.InRange(regions.Sum(region => region.Width * region.Height), 1, Side * Side / 3);
    }

    /// <summary>Random squares of four pixels, the size of an eye in a face of 30, around a point, across the levels' own grid.</summary>
    private static void Roughen(byte[] gray, int centerX, int centerY, int size, Random random)
    {
        for (int y = centerY - size / 2 + 2; y < centerY + size / 2; y += 4)
        {
            for (int x = centerX - size / 2 + 2; x < centerX + size / 2; x += 4)
            {
                byte level = (byte)random.Next(256);
                for (int row = y; row < y + 4; row++)
                    gray.AsSpan(row * Side + x, 4).Fill(level);
            }
        }
    }

    private static List<Region> Find(Pyramid pyramid)
    {
        var regions = new List<Region>();
        SearchRegions.Find(pyramid, 0, regions);
        return regions;
    }
}
