using Mien.Detection;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.Tests;

/// <summary>Memory that reading faces leaves to the garbage collector, once everything is warm.</summary>
public class AllocationTests(ITestOutputHelper output)
{
    private const int Rounds = 8;

    [Fact]
    public void Classifying_a_face_allocates_little_more_than_its_probabilities()
    {
        using var classifier = ExpressionClassifier.CreateDefault();
        const int Faces = 64;
        byte[] crops = new byte[Faces * 48 * 48];
        new Random(1).NextBytes(crops);
        double bytes = Measure(() => classifier.Classify(crops, Faces)) / Faces;
        output.WriteLine($"{bytes:F0} bytes a face");
        // 28 of them are the answer.
        Assert.InRange(bytes, 28, 256);
    }

    [Fact]
    public void Finding_a_face_allocates_a_small_part_of_what_its_picture_takes()
    {
        using var detector = new FaceDetector();
        Picture picture = Picture.Load(Path.Combine(TestData.Root, "samples", "average-faces.png"));
        int faces = detector.Detect(picture).Count;
        double bytes = Measure(() => detector.Detect(picture)) / faces;
        output.WriteLine($"{bytes:F0} bytes a face, {picture.Width * picture.Height * 4 / faces} bytes of picture a face");
        // Most is ONNX Runtime's: five objects a run, four runs.
        Assert.InRange(bytes, 100, 5_000);
    }

    [Fact]
    public void Aligning_a_face_allocates_almost_nothing()
    {
        Picture picture = Picture.FromGray(new byte[300 * 300], 300, 300);
        var keypoints = new FaceKeypoints(new(100, 100), new(150, 100), new(125, 130), new(125, 155), new(90, 110), new(160, 110));
        byte[] crop = new byte[48 * 48];
        double bytes = Measure(() => FaceAligner.Align(picture, keypoints, 48, crop));
        output.WriteLine($"{bytes:F0} bytes a face");
        Assert.InRange(bytes, 0, 1024);
    }

    /// <summary>Bytes a call, the least of a few rounds: a pool that grows or a method that is compiled adds to one of them.</summary>
    private static double Measure(Action action)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Rounds; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
