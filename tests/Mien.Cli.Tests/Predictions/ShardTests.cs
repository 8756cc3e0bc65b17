using CsCheck;
using Mien.Cli.Predictions;

namespace Mien.Cli.Tests.Predictions;

public class ShardTests
{
    [Fact]
    public void Parts_are_disjoint_and_together_they_are_the_whole() =>
        Gen.Select(Gen.String, Gen.Int[1, 40]).Sample((name, count) =>
            Enumerable.Range(1, count).Count(number => new Shard(number, count).Contains(name)) == 1);

    [Theory]
    // Printed by `printf '%s' NAME | xxhsum -H64` (xxHash 0.8.1), modulo 4, plus 1.
    [InlineData("a.jpg", 4)]
    [InlineData("2024/07/IMG_0001.jpg", 2)]
    [InlineData("ä/ü.jpeg", 2)]
    public void A_picture_is_in_the_same_part_on_every_machine(string name, int part) =>
        Assert.Equal(part, Enumerable.Range(1, 4).Single(number => new Shard(number, 4).Contains(name)));

    [Fact]
    public void Parts_are_about_equally_large()
    {
        string[] names = [.. Enumerable.Range(0, 20_000).Select(i => $"{i / 100:000}/{i:00000}.jpg")];
        for (int number = 1; number <= 8; number++)
            Assert.InRange(names.Count(new Shard(number, 8).Contains), 2350, 2650);
    }

    [Theory]
    [InlineData("0/4")]
    [InlineData("5/4")]
    [InlineData("1")]
    [InlineData("1/0")]
    [InlineData("-1/4")]
    [InlineData("a/b")]
    [InlineData("1/4/4")]
    public void What_is_no_part_is_refused(string text) => Assert.Null(Shard.Parse(text));
}
