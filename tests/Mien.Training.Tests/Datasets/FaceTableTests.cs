using Mien.Training.Datasets;

namespace Mien.Training.Tests.Datasets;

public class FaceTableTests
{
    [Fact]
    public void A_stratified_part_keeps_each_splits_and_each_classes_share()
    {
        // 800 Training and 200 PublicTest rows, three quarters of each with label 0.
        byte[] labels = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i % 4 == 0 ? 1 : 0))];
        Split[] splits = [.. Enumerable.Range(0, 1000).Select(i => i < 800 ? Split.Training : Split.PublicTest)];
        FaceTable part = new FaceTable(1, new byte[1000], labels, splits, ["a", "b"]).TakeStratified(100, seed: 3);
        Assert.Equal(100, part.Count);
        Assert.Equal(80, part.Select(Split.Training).Count);
        Assert.Equal([60, 20], part.Select(Split.Training).ClassCounts());
        Assert.Equal([15, 5], part.Select(Split.PublicTest).ClassCounts());
    }

    [Fact]
    public void A_validation_part_is_held_out_of_each_class()
    {
        byte[] labels = [.. Enumerable.Range(0, 100).Select(i => (byte)(i % 2))];
        FaceTable table = new FaceTable(1, new byte[100], labels, new Split[100], ["a", "b"]).WithValidation(0.1, seed: 1);
        Assert.Equal([5, 5], table.Select(Split.PublicTest).ClassCounts());
        Assert.Equal(90, table.Select(Split.Training).Count);
    }

    [Fact]
    public void The_hash_tells_tables_apart_by_pixel_label_and_split()
    {
        FaceTable table = new(1, [1, 2], [0, 1], [Split.Training, Split.PublicTest], ["a", "b"]);
        string[] hashes =
        [
            table.Sha256(),
            new FaceTable(1, [1, 3], [0, 1], [Split.Training, Split.PublicTest], ["a", "b"]).Sha256(),
            new FaceTable(1, [1, 2], [1, 1], [Split.Training, Split.PublicTest], ["a", "b"]).Sha256(),
            new FaceTable(1, [1, 2], [0, 1], [Split.Training, Split.PrivateTest], ["a", "b"]).Sha256(),
        ];
        Assert.Equal(4, hashes.Distinct().Count());
        Assert.Equal(hashes[0], new FaceTable(1, [1, 2], [0, 1], [Split.Training, Split.PublicTest], ["a", "b"]).Sha256());
    }
}
