using Mien.Training.Datasets;

namespace Mien.Training.Tests.Datasets;

public class FaceTableBuilderTests
{
    private const int Fer2013 = 35_887;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 1024)]
    [InlineData(0, 1025)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MaxValue, Fer2013)]
    [InlineData(long.MaxValue, Fer2013 + 1)]
    public void Faces_come_back_in_order_whatever_number_was_expected(long length, int count)
    {
        var builder = new FaceTableBuilder(size: 2, DatasetOptions.Default);
        builder.Expect(length);
        builder.Expect(length);
        for (int i = 0; i < count; i++)
        {
            // A bad row asks for room and is not added.
            builder.Next().Fill(255);
            BitConverter.TryWriteBytes(builder.Next(), i);
            builder.Add(FacialExpression.Sad, Split.PublicTest, 2, 2);
        }

        FaceTable table = builder.Build();
        Assert.Equal(count, table.Count);
        Assert.Equal(Enumerable.Range(0, count), Enumerable.Range(0, count).Select(i => BitConverter.ToInt32(table.Face(i))));
    }
}
