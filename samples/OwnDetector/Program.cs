// Another face detector in place of Mien's own, and a test double in place of the recognizer.
using Microsoft.Extensions.DependencyInjection;
using Mien;
using Mien.Detection;
using Mien.Hosting;
using Mien.Imaging;

using ServiceProvider services = new ServiceCollection()
    .AddMien(options => options.Recognizer.FaceDetector = new FixedFaces())
    .AddSingleton<Greeter>()
    .BuildServiceProvider();
Console.WriteLine(services.GetRequiredService<Greeter>().Greet(args[0]));

// Code that takes IExpressionRecognizer is tested without a model and without a picture of anybody.
Console.WriteLine(new Greeter(new AlwaysHappy()).Greet(args[0]));

/// <summary>An application's own class.</summary>
internal sealed class Greeter(IExpressionRecognizer recognizer)
{
    public string Greet(string path) => recognizer.Recognize(path) is [var face, ..] ? $"You look {face.Label}." : "Nobody is there.";
}

/// <summary>A detector that knows where the faces are; a real one runs another network or asks a camera.</summary>
internal sealed class FixedFaces : IFaceDetector
{
    // A box of 163x223 pixels at 776,33, with the places of eyes, nose, mouth and ears.
    private static readonly DetectedFace Face = new(new Box(776, 33, 163, 223), 1, new FaceKeypoints(
        new PicturePoint(820, 116), new PicturePoint(894, 116), new PicturePoint(857, 162), new PicturePoint(857, 200),
            new PicturePoint(782, 130), new PicturePoint(930, 130)));

    public IReadOnlyList<DetectedFace> Detect(Picture picture, CancellationToken cancellationToken = default) => [Face];
}

/// <summary>A test double.</summary>
internal sealed class AlwaysHappy : IExpressionRecognizer
{
    private static readonly Face Answer = new()
    {
        Box = new Box(0, 0, 100, 100),
        DetectorScore = 1,
        Labels = ["happy"],
        Probabilities = [1],
    };

    public ModelCard Model => throw new NotSupportedException();

    public IReadOnlyList<Face> Recognize(Picture picture) => [Answer];

    public IReadOnlyList<Face> Recognize(Picture picture, IReadOnlyList<DetectedFace> faces) => [Answer];

    public Task<IReadOnlyList<Face>> RecognizeAsync(Picture picture, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<Face>>([Answer]);
}
