using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Runs;
using TorchSharp;

namespace Mien.Training.Tests.Datasets;

public class PreprocessingPathTests
{
    private static readonly InputSpec Input = InputSpec.Fer2013;

    [Theory]
    [InlineData("president.jpg")]
    [InlineData("grey-16-bit.png")]
    [InlineData("alpha.png")]
    [InlineData("cmyk.jpg")]
    [InlineData("exif-6.jpg")]
    [InlineData("photo.webp")]
    public void A_picture_gives_the_same_tensor_in_training_and_in_inference(string name)
    {
        string photo = TestData.Photo(name);
        using TemporaryFolder folder = TestData.NewFolder();
        Directory.CreateDirectory(folder.File("train/happy"));
        File.Copy(photo, folder.File("train/happy/" + name));
        AssertSame(folder.Path, photo);
    }

    [Theory]
    [InlineData(48, 48)]
    [InlineData(31, 77)]
    [InlineData(200, 160)]
    [InlineData(1, 1)]
    public void A_made_up_picture_of_any_size_gives_the_same_tensor_on_both_ways(int width, int height)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        byte[] gray = new byte[width * height];
        new Random(width).NextBytes(gray);
        string path = folder.File("train/happy/a.png");
        DatasetShapeTests.SavePicture(path, gray, width, height);
        AssertSame(folder.Path, path);
    }

    [Fact]
    public void Training_normalizes_a_window_by_its_own_levels_as_inference_does()
    {
        byte[] gray = new byte[48 * 48];
        new Random(3).NextBytes(gray);
        var table = new FaceTable(48, gray, [0], [Split.Training], FacialExpressions.Fer2013Names);
        using torch.Tensor read = FaceBatches.Faces(table, [0], Input);
        using torch.Tensor window = FaceBatches.OwnLevels(read);
        float[] inference = new float[gray.Length];
        Preprocessing.Normalize(gray, Input with { Levels = InputLevels.Face }, inference);
        Assert.Equal(inference, window.data<float>().ToArray(), (a, b) => Math.Abs(a - b) <= 1e-5);
    }

    private static void AssertSame(string dataset, string file)
    {
        FaceTable table = DatasetReader.Load(dataset).Table;
        using torch.Tensor batch = FaceBatches.Faces(table, [0], Input);
        float[] training = batch.data<float>().ToArray();

        Picture picture = Picture.Load(file);
        byte[] crop = new byte[48 * 48];
        Preprocessing.Resize(picture.ToGray(), picture.Width, picture.Height, 48, crop);
        float[] inference = new float[crop.Length];
        Preprocessing.Normalize(crop, Input, inference);
        Assert.Equal(inference, training, (a, b) => Math.Abs(a - b) <= 1e-6);
    }
}
