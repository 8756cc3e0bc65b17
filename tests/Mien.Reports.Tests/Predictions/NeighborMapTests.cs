using Mien.Reports.Predictions;

namespace Mien.Reports.Tests.Predictions;

public class NeighborMapTests
{
    private const int Group = 40;
    private const int Dimensions = 16;

    [Fact]
    public void Three_groups_stay_apart()
    {
        float[] points = NeighborMap.Of(Groups(), Dimensions);
        for (int i = 0; i < 3 * Group; i++)
        {
            int nearest = Enumerable.Range(0, 3 * Group).Where(j => j != i).MinBy(j => Distance(points, i, j));
            Assert.Equal(i / Group, nearest / Group);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_map_and_another_seed_another()
    {
        float[] vectors = Groups();
        Assert.Equal(NeighborMap.Of(vectors, Dimensions, seed: 5), NeighborMap.Of(vectors, Dimensions, seed: 5));
        Assert.NotEqual(NeighborMap.Of(vectors, Dimensions, seed: 5), NeighborMap.Of(vectors, Dimensions, seed: 6));
    }

    [Fact]
    public void Faces_that_are_all_the_same_give_a_map_of_numbers() =>
        Assert.All(NeighborMap.Of(new float[20 * 3], 3), value => Assert.True(float.IsFinite(value)));

    private static float[] Groups()
    {
        var chance = new Random(2);
        return [.. Enumerable.Range(0, 3 * Group * Dimensions)
            .Select(i => i / Dimensions / Group * 4f * (i % Dimensions % 3) + chance.NextSingle())];
    }

    private static double Distance(float[] points, int i, int j) =>
        Math.Pow(points[2 * i] - points[2 * j], 2) + Math.Pow(points[2 * i + 1] - points[2 * j + 1], 2);
}
