using System.IO.Compression;
using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Models;

namespace Mien.Training.Tests.Datasets;

public class CoverDatasetTests
{
    private const int Size = 48;

    [Fact]
    public void Made_pictures_are_a_data_set_of_five_classes_in_the_splits_of_their_faces()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.File("covers.zip");
        Assert.Equal(2 * 60 + 20, CoverDataset.Write(Faces(training: 60, publicTest: 20, privateTest: 5), file));
        FaceTable table = DatasetReader.Load(file).Table;
        Assert.Equal(["clear", "eyes", "mouth", "side", "turned"], table.LabelNames);
        Assert.Equal((120, 20, 0), (table.Select(Split.Training).Count, table.Select(Split.PublicTest).Count,
            table.Select(Split.PrivateTest).Count));
        Assert.All(table.ClassCounts(), count => Assert.True(count > 0));
    }

    [Fact]
    public void The_same_seed_makes_the_same_pictures_and_another_one_others()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        FaceTable faces = Faces(training: 10, publicTest: 2, privateTest: 0);
        Assert.Equal(Made("one", 1), Made("again", 1));
        Assert.NotEqual(Made("one more", 1), Made("other", 2));

        string Made(string name, int seed)
        {
            CoverDataset.Write(faces, folder.File(name + ".zip"), copies: 1, seed);
            return DatasetReader.Load(folder.File(name + ".zip")).Table.Sha256();
        }
    }

    [Fact]
    public void A_file_that_is_there_is_not_written_over()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.Write("covers.zip", "mine");
        string message = Assert.Throws<MienException>(() => CoverDataset.Write(Faces(1, 1, 0), file)).Message;
        Assert.Contains(file, message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(file));
    }

    [Fact]
    public void The_network_that_tells_covers_is_a_twentieth_of_the_bundled_one()
    {
        byte[] network = FaceQualityMeter.ReadNetwork();
        Assert.InRange(network.Length, 1, 150_000);
        long tiny = ModelSummary.Of("tiny", 5, Size).MultiplyAdds;
        Assert.True(tiny * 20 <= ModelSummary.Of("residual", 7, Size).MultiplyAdds, $"{tiny}");
    }

    private static FaceTable Faces(int training, int publicTest, int privateTest)
    {
        int count = training + publicTest + privateTest;
        var random = new Random(1);
        byte[] pixels = new byte[count * Size * Size];
        random.NextBytes(pixels);
        Split[] splits = [.. Enumerable.Range(0, count)
            .Select(i => i < training ? Split.Training : i < training + publicTest ? Split.PublicTest : Split.PrivateTest)];
        return new FaceTable(Size, pixels, new byte[count], splits, ["face", "other"]);
    }
}
