using Mien.Explanations;

namespace Mien.Tests.Explanations;

public class HeatmapTests
{
    [Fact]
    public void A_stretched_map_is_bilinear_between_the_centers_of_its_cells()
    {
        // Two cells of three pixels each: centers at pixels 1 and 4, a third of the way a pixel between them.
        Heatmap map = Heatmap.Stretch([0, 3, 0, 3], 2, 2, 6);
        float[] row = [0, 0, 1 / 3f, 2 / 3f, 1, 1];
        for (int y = 0; y < 6; y++)
            Assert.All(row.Zip(map.Values.Skip(y * 6)), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void What_speaks_against_an_answer_counts_as_nothing()
    {
        Assert.All(Heatmap.Stretch([-1, -2, -3, -4], 2, 2, 4).Values, value => Assert.Equal(0, value));
        Assert.Equal(1, Heatmap.Stretch([-5, 2, -5, -5], 2, 2, 4).Values.Max());
    }

    [Fact]
    public void The_strongest_share_is_marked()
    {
        bool[] marked = new Heatmap(2, [0.1f, 0.9f, 0.5f, 0.2f]).Strongest(0.5);
        Assert.Equal([false, true, true, false], marked);
    }
}
