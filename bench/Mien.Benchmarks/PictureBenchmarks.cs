using BenchmarkDotNet.Attributes;
using Mien.Detection;
using Mien.Imaging;

namespace Mien.Benchmarks;

/// <summary>Each step from a photo of one megapixel with one face to its expression, on one thread.</summary>
[MemoryDiagnoser]
public class PictureBenchmarks
{
    private const int Batch = 32;

    private readonly byte[] _crop = new byte[48 * 48];
    private readonly byte[] _crops = new byte[Batch * 48 * 48];
    private byte[] _file = [];
    private Picture _picture = null!;
    private FaceDetector _detector = null!;
    private FaceKeypoints _keypoints;
    private ExpressionClassifier _classifier = null!;
    private ExpressionRecognizer _recognizer = null!;

    /// <summary>The picture; MIEN_PHOTO names another.</summary>
    private static string Photo => Environment.GetEnvironmentVariable("MIEN_PHOTO") ?? Repository.Find("samples/average-faces.png");

    [GlobalSetup]
    public void Open()
    {
        using var session = new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = 1 };
        _file = File.ReadAllBytes(Photo);
        _picture = Picture.Load(Photo);
        _detector = new FaceDetector(session);
        _keypoints = _detector.Detect(_picture)[0].Keypoints;
        _classifier = ExpressionClassifier.CreateDefault(session);
        _recognizer = ExpressionRecognizer.CreateDefault(RecognizerOptions.Default with { Threads = 1 });
        for (int i = 0; i < Batch; i++)
            FaceAligner.Align(_picture, _keypoints, 48, _crops.AsSpan(i * _crop.Length, _crop.Length));
    }

    [Benchmark]
    public Picture Decode() => Picture.Load(new MemoryStream(_file));

    [Benchmark]
    public int Detect() => _detector.Detect(_picture).Count;

    [Benchmark]
    public void Align() => FaceAligner.Align(_picture, _keypoints, 48, _crop);

    [Benchmark(OperationsPerInvoke = Batch)]
    public float[] Classify() => _classifier.Classify(_crops, Batch);

    [Benchmark]
    public int Whole() => _recognizer.Recognize(new MemoryStream(_file)).Count;

    [GlobalCleanup]
    public void Close()
    {
        _detector.Dispose();
        _classifier.Dispose();
        _recognizer.Dispose();
    }
}
