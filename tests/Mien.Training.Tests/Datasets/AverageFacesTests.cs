using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Datasets;

namespace Mien.Training.Tests.Datasets;

public class AverageFacesTests
{
    [Fact]
    public void The_sample_in_the_repository_is_what_the_real_table_gives()
    {
        Picture drawn = AverageFaces.Draw(DatasetReader.Load(TestData.Fer2013Zip).Table);
        Picture kept = Picture.Load(Path.Combine(TestData.Root, "samples", "average-faces.png"));
        Assert.Equal((kept.Width, kept.Height), (drawn.Width, drawn.Height));
        // Sums of floats may round the other way on another processor.
        Assert.All(kept.ToGray().Zip(drawn.ToGray()), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1));
    }

    [Fact]
    public void A_class_without_Training_faces_is_named()
    {
        var table = new FaceTable(48, new byte[2304], [3], [Split.Training], FacialExpressions.Fer2013Names);
        Assert.Contains("angry", Assert.Throws<MienException>(() => AverageFaces.Draw(table)).Message, StringComparison.Ordinal);
    }
}
