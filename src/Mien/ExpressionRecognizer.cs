using Microsoft.ML.OnnxRuntime;
using Mien.Explanations;
using Mien.Faces;
using Mien.Imaging;

namespace Mien;

/// <summary>The front door: a picture in, its faces with their expressions out. Safe to call from many threads.</summary>
/// <example>
/// <code>
/// using var recognizer = ExpressionRecognizer.CreateDefault();
/// foreach (Face face in recognizer.Recognize("party.jpg"))
///     Console.WriteLine($"{face.Box} {face.Label} {face.Confidence:P0}");
/// </code>
/// </example>
public sealed class ExpressionRecognizer : IDisposable
{
    private readonly RecognizerOptions _options;
    private readonly ExpressionClassifier _classifier;
    private readonly Lazy<FaceDetector> _detector;

    private ExpressionRecognizer(ExpressionClassifier classifier, RecognizerOptions options)
    {
        _classifier = classifier;
        _options = options;
        _detector = new Lazy<FaceDetector>(() =>
        {
            using SessionOptions session = SessionOf(options);
            return new FaceDetector(session);
        });
    }

    /// <summary>What the model says of itself.</summary>
    public ModelCard Model => _classifier.Card;

    /// <summary>Opens the model that comes with Mien.</summary>
    /// <param name="options">How pictures are read; null for the defaults.</param>
    /// <exception cref="MienException">Mien was built without a model.</exception>
    public static ExpressionRecognizer CreateDefault(RecognizerOptions? options = null)
    {
        options ??= RecognizerOptions.Default;
        using SessionOptions session = SessionOf(options);
        return new ExpressionRecognizer(ExpressionClassifier.CreateDefault(session), options);
    }

    /// <summary>Opens a model file that `mien train` wrote.</summary>
    /// <param name="modelPath">The .onnx file.</param>
    /// <param name="options">How pictures are read; null for the defaults.</param>
    /// <exception cref="MienException">Not found, damaged, or not exported by Mien.</exception>
    public static ExpressionRecognizer Create(string modelPath, RecognizerOptions? options = null)
    {
        options ??= RecognizerOptions.Default;
        using SessionOptions session = SessionOf(options);
        return new ExpressionRecognizer(ExpressionClassifier.Create(modelPath, session), options);
    }

    /// <summary>Faces of a picture file, from the most certain down; empty where there is none.</summary>
    /// <exception cref="MienException">The picture can't be read: the message names it.</exception>
    public IReadOnlyList<Face> Recognize(string path) => Recognize(Picture.Load(path, _options.MaxPixels));

    /// <summary>Faces of an encoded picture, from the most certain down; empty where there is none.</summary>
    /// <exception cref="MienException">The picture can't be read.</exception>
    public IReadOnlyList<Face> Recognize(Stream stream) => Recognize(Picture.Load(stream, maxPixels: _options.MaxPixels));

    /// <summary>Faces of a decoded picture, from the most certain down; empty where there is none.</summary>
    public IReadOnlyList<Face> Recognize(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        int size = _classifier.Card.Input.Size;
        int area = size * size;
        if (_options.Faces == FaceMode.Cropped)
        {
            byte[] crop = new byte[area];
            Preprocessing.Resize(picture.ToGrey(), picture.Width, picture.Height, size, crop);
            return Read(crop, [new DetectedFace(new Box(0, 0, picture.Width, picture.Height), 1, default)], detected: false);
        }

        using var pyramid = new Pyramid(picture);
        IReadOnlyList<DetectedFace> found = _detector.Value.Detect(pyramid, _options.Detector);
        byte[] crops = new byte[found.Count * area];
        for (int i = 0; i < found.Count; i++)
            FaceAligner.Align(pyramid, found[i].Keypoints, size, crops.AsSpan(i * area, area));
        return Read(crops, found, detected: true);
    }

    /// <summary>Faces of a picture with what each answer rests on, from the most certain down.</summary>
    public IReadOnlyList<FaceExplanation> Explain(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var explainer = new Explainer(_classifier);
        return [.. Recognize(picture).Select(face => FaceExplanation.Of(picture, face, _classifier, explainer))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _classifier.Dispose();
        if (_detector.IsValueCreated)
            _detector.Value.Dispose();
    }

    private Face[] Read(byte[] crops, IReadOnlyList<DetectedFace> found, bool detected)
    {
        IReadOnlyList<string> labels = _classifier.Card.Labels;
        float[] probabilities = _classifier.Classify(crops, found.Count);
        if (_options.Prior == ClassPrior.Balanced)
            Priors.Balance(probabilities, _classifier.Card);
        int size = _classifier.Card.Input.Size;
        return [.. found.Select((face, i) => new Face
        {
            Box = face.Box,
            DetectorScore = face.Score,
            Keypoints = detected ? face.Keypoints : null,
            Quality = detected ? FaceQuality.Of(face.Keypoints, crops.AsSpan(i * size * size, size * size), size) : null,
            MinConfidence = _options.MinConfidence,
            Labels = labels,
            Probabilities = probabilities.AsSpan(i * labels.Count, labels.Count).ToArray(),
        })];
    }

    private static SessionOptions SessionOf(RecognizerOptions options)
    {
        options.Validate();
        var session = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        if (options.Threads > 0)
            session.IntraOpNumThreads = options.Threads;
        return session;
    }
}
