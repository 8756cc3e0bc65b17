using System.Diagnostics;
using System.Diagnostics.Metrics;
using Mien.Detection;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.Tests;

/// <summary>What applications replace or hand in: detector, faces, models, the recognizer itself.</summary>
public class SeamTests
{
    private static readonly string AverageFaces = Path.Combine(TestData.Root, "samples", "average-faces.png");

    [Fact]
    public void Faces_found_elsewhere_are_read_as_those_of_the_own_detector_are()
    {
        using var detector = new FaceDetector();
        using var recognizer = ExpressionRecognizer.CreateDefault();
        Picture picture = Picture.Load(AverageFaces);
        IReadOnlyList<DetectedFace> found = detector.Detect(picture);

        IReadOnlyList<Face> own = recognizer.Recognize(picture);
        IReadOnlyList<Face> given = recognizer.Recognize(picture, found);
        Assert.Equal(7, own.Count);
        Assert.Equal(own.Select(face => face.Box), given.Select(face => face.Box));
        Assert.Equal(own.SelectMany(face => face.Probabilities), given.SelectMany(face => face.Probabilities));
        Assert.Empty(recognizer.Recognize(picture, []));
    }

    [Fact]
    public async Task Another_detector_takes_the_place_of_the_own_one_everywhere()
    {
        DetectedFace face = Upright(100, 60, 160);
        using var recognizer = ExpressionRecognizer.CreateDefault(new RecognizerOptions { FaceDetector = new FixedFaces(face) });
        Picture picture = Picture.Load(AverageFaces);

        Assert.Equal(face.Box, Assert.Single(recognizer.Recognize(picture)).Box);
        Assert.Equal(face.Box, Assert.Single(await recognizer.RecognizeAsync(picture, TestContext.Current.CancellationToken)).Box);
        var many = await recognizer.RecognizeManyAsync([AverageFaces], cancellationToken: TestContext.Current.CancellationToken)
            .FirstAsync(TestContext.Current.CancellationToken);
        Assert.Equal(face.Box, Assert.Single(many.Faces!).Box);
    }

    public static TheoryData<string, DetectedFace> Unusable => new()
    {
        { "no area", Upright(10, 10, 40) with { Box = new Box(10, 10, 0, 5) } },
        { "no area", Upright(10, 10, 40) with { Box = new Box(float.NaN, 10, 5, 5) } },
        { "outside the picture of 1000x520", Upright(2000, 10, 40) },
        { "outside the picture", Upright(-200, 10, 40) },
        { "keypoint that is not a number", Upright(10, 10,
            40) with { Keypoints = Upright(10, 10, 40).Keypoints with { Nose = new PicturePoint(float.NaN, 1) } } },
        { "both eyes at one place", Upright(10, 10, 40) with { Keypoints = default } },
        { "score that is not a number", Upright(10, 10, 40) with { Score = float.NaN } },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public void A_face_that_can_not_be_used_is_named(string why, DetectedFace face)
    {
        using var recognizer = ExpressionRecognizer.CreateDefault(new RecognizerOptions
        {
            FaceDetector = new FixedFaces(Upright(100, 60,
            160), face)
        });
        Picture picture = Picture.Load(AverageFaces);
        string message = Assert.Throws<MienException>(() => recognizer.Recognize(picture)).Message;
        Assert.Contains("FixedFaces: face 2 of 2", message, StringComparison.Ordinal);
        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.Contains(why, Assert.Throws<MienException>(() => recognizer.Recognize(picture, [face])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_from_bytes_or_a_stream_answers_as_the_named_one_does()
    {
        byte[] onnx = Models.Default.Read();
        Picture picture = Picture.Load(AverageFaces);
        using var named = ExpressionRecognizer.Create(Models.Default);
        using var bytes = ExpressionRecognizer.Create(ModelSource.FromBytes(onnx));
        using var stream = ExpressionRecognizer.Create(ModelSource.FromStream(new MemoryStream(onnx)));
        float[] expected = [.. named.Recognize(picture).SelectMany(face => face.Probabilities)];
        Assert.Equal(expected, bytes.Recognize(picture).SelectMany(face => face.Probabilities));
        Assert.Equal(expected, stream.Recognize(picture).SelectMany(face => face.Probabilities));
        Assert.Null(Models.ByName("Default"));
        Assert.Same(Models.Accurate, Models.ByName("accurate"));
    }

    [Fact]
    public void What_is_no_model_of_Miens_is_named_when_it_is_opened()
    {
        Assert.Contains("weights of mine", Assert.Throws<MienException>(
            () => ExpressionRecognizer.Create(ModelSource.FromBytes(new byte[100], "weights of mine"))).Message, StringComparison.Ordinal);
        (byte[] front, _) = FaceDetector.ReadNetworks();
        Assert.Contains("BlazeFace", Assert.Throws<MienException>(
            () => ExpressionRecognizer.Create(ModelSource.FromBytes(front, "BlazeFace"))).Message, StringComparison.Ordinal);
        // A word is a file like any other.
        Assert.Contains("default: not found", Assert.Throws<MienException>(() => ExpressionRecognizer.Create("default")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Encoded_bytes_are_read_as_the_file_is()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault();
        byte[] file = File.ReadAllBytes(AverageFaces);
        Assert.Equal(recognizer.Recognize(AverageFaces).Select(face => face.Box),
            recognizer.Recognize(file.AsMemory()).Select(face => face.Box));
    }

    [Fact]
    public void A_test_double_takes_files_streams_and_bytes()
    {
        var face = new Face { Labels = ["happy"], Probabilities = [1f], Box = new Box(1, 2, 3, 4), DetectorScore = 1 };
        IExpressionRecognizer fake = new Fake(face);
        Assert.Same(face, Assert.Single(fake.Recognize(AverageFaces)));
        Assert.Same(face, Assert.Single(fake.Recognize(File.ReadAllBytes(AverageFaces).AsMemory())));
        using FileStream stream = File.OpenRead(AverageFaces);
        Assert.Same(face, Assert.Single(fake.Recognize(stream)));
    }

    [Fact]
    public void Pictures_and_faces_are_counted_and_traced()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault();
        long faces = 0;
        var activities = new List<string>();
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MienTelemetry.Name)
                listener.EnableMeasurementEvents(instrument);
        };
        // Other tests run beside this one: only this thread counts.
        int thread = Environment.CurrentManagedThreadId;
        meters.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            if (instrument.Name == "mien.faces" && Environment.CurrentManagedThreadId == thread)
                faces += value;
        });
        meters.Start();
        using var traces = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MienTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (Environment.CurrentManagedThreadId == thread)
                    activities.Add($"{activity.OperationName} {activity.GetTagItem("mien.faces")}");
            },
        };
        ActivitySource.AddActivityListener(traces);

        recognizer.Recognize(AverageFaces);
        Assert.Equal(7, faces);
        Assert.Equal(["mien.recognize 7"], activities);
    }

    private static DetectedFace Upright(float x, float y, float side) => new(new Box(x, y, side, side), 0.9f, new FaceKeypoints(
        new PicturePoint(x + 0.3f * side, y + 0.35f * side), new PicturePoint(x + 0.7f * side, y + 0.35f * side),
            new PicturePoint(x + 0.5f * side, y + 0.55f * side),
        new PicturePoint(x + 0.5f * side, y + 0.75f * side), new PicturePoint(x + 0.05f * side, y + 0.45f * side),
            new PicturePoint(x + 0.95f * side, y + 0.45f * side)));

    private sealed class FixedFaces(params DetectedFace[] faces) : IFaceDetector
    {
        public IReadOnlyList<DetectedFace> Detect(Picture picture, CancellationToken cancellationToken = default) => faces;
    }

    private sealed class Fake(Face face) : IExpressionRecognizer
    {
        public ModelCard Model => throw new NotSupportedException();

        public IReadOnlyList<Face> Recognize(Picture picture) => [face];

        public IReadOnlyList<Face> Recognize(Picture picture, IReadOnlyList<DetectedFace> faces) => [face];

        public Task<IReadOnlyList<Face>> RecognizeAsync(Picture picture, CancellationToken cancellationToken = default) =>
            Task.FromResult<IReadOnlyList<Face>>([face]);
    }
}
