using Microsoft.ML.OnnxRuntime;
using Mien.Batches;
using Mien.Detection;
using Mien.Explanations;
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
public sealed class ExpressionRecognizer : IExpressionRecognizer, IDisposable
{
    // Side of the smallest face where a picture is decoded at a part of its size: crops have no more pixels, and would be
    // sampled from a level of the pyramid as coarse.
    private const float EnoughPixels = 48;

    private const int MostReduction = 8;

    private readonly RecognizerOptions _options;
    private readonly ExpressionClassifier _classifier;
    private readonly Lazy<FaceDetector> _detector;
    private readonly Lazy<FaceQualityMeter> _quality;
    private readonly CallGate _gate = new();

    private ExpressionRecognizer(ExpressionClassifier classifier, RecognizerOptions options)
    {
        _classifier = classifier;
        _options = options;
        _detector = new Lazy<FaceDetector>(() =>
        {
            using SessionOptions session = SessionOf(options);
            return new FaceDetector(session);
        });
        _quality = new Lazy<FaceQualityMeter>(() =>
        {
            using SessionOptions session = SessionOf(options);
            return new FaceQualityMeter(session);
        });
    }

    /// <summary>What the model says of itself.</summary>
    public ModelCard Model => _classifier.Card;

    /// <summary>How pictures are read.</summary>
    public RecognizerOptions Options => _options;

    /// <inheritdoc cref="ExpressionClassifier.ReadModels"/>
    public IReadOnlyList<ModelFile> ReadModels() => _classifier.ReadModels();

    /// <summary>Opens the default model: each probability is the share of people who would name that expression.</summary>
    /// <param name="options">How pictures are read; null for the defaults.</param>
    /// <exception cref="MienException">Mien was built without a model, or ONNX Runtime refuses the session's options.</exception>
    public static ExpressionRecognizer CreateDefault(RecognizerOptions? options = null) => Create(Models.Default, options);

    /// <summary>Opens a model file that `mien train` wrote.</summary>
    /// <param name="modelPath">The .onnx file.</param>
    /// <param name="options">How pictures are read; null for the defaults.</param>
    /// <exception cref="MienException">Not found, damaged, not exported by Mien, or ONNX Runtime refuses the session's options.</exception>
    public static ExpressionRecognizer Create(string modelPath, RecognizerOptions? options = null) =>
        Create(ModelSource.FromFile(modelPath), options);

    /// <summary>Opens a model.</summary>
    /// <param name="model">A file, bytes, or one of <see cref="Models"/>.</param>
    /// <param name="options">How pictures are read; null for the defaults.</param>
    /// <exception cref="MienException">Not found, damaged, not exported by Mien, or ONNX Runtime refuses the session's options.</exception>
    public static ExpressionRecognizer Create(ModelSource model, RecognizerOptions? options = null) => Create([model], options);

    /// <summary>Opens several models, whose probabilities are averaged.</summary>
    /// <param name="models">Models with the same labels and input size.</param>
    /// <param name="options">How pictures are read; null for the defaults.</param>
    /// <exception cref="MienException">As for one model, or they differ in labels or size.</exception>
    public static ExpressionRecognizer Create(IReadOnlyList<ModelSource> models, RecognizerOptions? options = null)
    {
        options ??= RecognizerOptions.Default;
        using SessionOptions session = SessionOf(options);
        return new ExpressionRecognizer(ExpressionClassifier.Create(models, session), options);
    }

    /// <summary>Faces of a picture file, from the most certain down; empty where there is none.</summary>
    /// <exception cref="MienException">The picture can't be read: the message names it.</exception>
    public IReadOnlyList<Face> Recognize(string path) => Recognize(Load(path));

    /// <summary>Faces of an encoded picture, from the most certain down; empty where there is none.</summary>
    /// <exception cref="MienException">The picture can't be read.</exception>
    public IReadOnlyList<Face> Recognize(Stream stream) => Recognize(Load(stream));

    /// <summary>Faces of an encoded picture in memory, from the most certain down; empty where there is none.</summary>
    /// <param name="encoded">The bytes of a JPEG, PNG, WebP or other picture file.</param>
    /// <exception cref="MienException">The picture can't be read.</exception>
    public IReadOnlyList<Face> Recognize(ReadOnlyMemory<byte> encoded) => Recognize(Load(encoded));

    /// <summary>Faces in pixels that a camera or another library holds, from the most certain down; empty where there is none.</summary>
    /// <inheritdoc cref="Picture.FromPixels" path="/param"/>
    /// <inheritdoc cref="Picture.FromPixels" path="/exception"/>
    public IReadOnlyList<Face> Recognize(ReadOnlySpan<byte> pixels, int width, int height, PixelLayout format, int stride = 0) =>
        Recognize(Picture.FromPixels(pixels, width, height, format, stride));

    /// <summary>
    /// Decodes a picture file at the smallest size that serves these options: where only large faces are asked for, a JPEG
    /// at a half, a quarter or an eighth of its width, in a fraction of the time. Faces are given in the whole picture's pixels.
    /// </summary>
    /// <remarks>To draw on the picture or explain answers, decode it whole: <see cref="Picture.Load(string, long)"/>.</remarks>
    /// <exception cref="MienException">The picture can't be read: the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The recognizer is disposed.</exception>
    public Picture Load(string path)
    {
        _gate.ThrowIfClosed(this);
        return Picture.Load(path, _options.MaxPixels, Reduction);
    }

    /// <inheritdoc cref="Load(string)"/>
    /// <param name="stream">The encoded picture, read to its end.</param>
    /// <param name="name">What to call it in messages.</param>
    public Picture Load(Stream stream, string name = "picture")
    {
        _gate.ThrowIfClosed(this);
        return Picture.Load(stream, name, _options.MaxPixels, Reduction);
    }

    /// <inheritdoc cref="Load(string)"/>
    /// <param name="encoded">The bytes of a JPEG, PNG, WebP or other picture file.</param>
    /// <param name="name">What to call it in messages.</param>
    public Picture Load(ReadOnlyMemory<byte> encoded, string name = "picture")
    {
        using MemoryStream stream = Picture.StreamOf(encoded);
        return Load(stream, name);
    }

    /// <summary>Faces of a decoded picture, from the most certain down; empty where there is none.</summary>
    /// <exception cref="MienException"><see cref="RecognizerOptions.FaceDetector"/> gave a face that can't be used.</exception>
    /// <exception cref="ObjectDisposedException">The recognizer is disposed.</exception>
    public IReadOnlyList<Face> Recognize(Picture picture) => RecognizeUntil(picture, CancellationToken.None);

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The recognizer is disposed.</exception>
    public IReadOnlyList<Face> Recognize(Picture picture, IReadOnlyList<DetectedFace> faces)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(faces);
        picture.RequireWhole("read faces that were found elsewhere");
        GivenFaces.Require(faces, picture, nameof(faces));
        return MienTelemetry.Read(() =>
        {
            using CallGate.Call call = _gate.Enter(this);
            using var pyramid = new Pyramid(picture);
            return ReadFaces([Cut(pyramid, picture, faces)])[0];
        });
    }

    /// <summary>Faces of a picture file, read on the thread pool.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Looked at between decoding, finding and reading.</param>
    /// <exception cref="MienException">The picture can't be read: the message names it.</exception>
    public Task<IReadOnlyList<Face>> RecognizeAsync(string path, CancellationToken cancellationToken = default) =>
        Task.Run(() => RecognizeUntil(Load(path), cancellationToken), cancellationToken);

    /// <summary>Faces of an encoded picture; no thread waits while the stream does.</summary>
    /// <param name="stream">Read to its end.</param>
    /// <param name="cancellationToken">Ends the reading; looked at between decoding, finding and reading.</param>
    /// <exception cref="MienException">The picture can't be read.</exception>
    public async Task<IReadOnlyList<Face>> RecognizeAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _gate.ThrowIfClosed(this);
        using var encoded = new MemoryStream();
        await stream.CopyToAsync(encoded, cancellationToken).ConfigureAwait(false);
        encoded.Position = 0;
        return await Task.Run(() => RecognizeUntil(Load(encoded), cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Faces of a decoded picture, found and read on the thread pool.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="cancellationToken">Looked at between finding and reading.</param>
    public Task<IReadOnlyList<Face>> RecognizeAsync(Picture picture, CancellationToken cancellationToken = default) =>
        Task.Run(() => RecognizeUntil(picture, cancellationToken), cancellationToken);

    /// <summary>
    /// Reads any number of picture files: decoded and searched side by side, faces of several pictures in one batch,
    /// results in the order of the files, in the same memory however many there are.
    /// </summary>
    /// <param name="files">Paths; taken as there is room for them.</param>
    /// <param name="options">How much is done at once; null for the defaults.</param>
    /// <param name="cancellationToken">
    /// Ends the enumeration with an <see cref="OperationCanceledException"/> as soon as the stages under way are done: decoding or
    /// searching a picture, a batch through the network, a callback.
    /// </param>
    /// <returns>A result a file: a file that fails carries its error and stops nothing.</returns>
    public IAsyncEnumerable<PictureResult<string>> RecognizeManyAsync(IEnumerable<string> files, BatchOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        return RecognizeManyAsync(files.ToAsyncEnumerable(), options, cancellationToken);
    }

    /// <inheritdoc cref="RecognizeManyAsync(IEnumerable{string}, BatchOptions?, CancellationToken)"/>
    public IAsyncEnumerable<PictureResult<string>> RecognizeManyAsync(IAsyncEnumerable<string> files, BatchOptions? options = null,
        CancellationToken cancellationToken = default) =>
        RecognizeManyAsync(files, Load, PixelsOf, seen: null, options, cancellationToken);

    /// <summary>Reads any number of pictures from wherever they are: an archive, a database, a camera.</summary>
    /// <param name="sources">What pictures are read from; taken as there is room for them.</param>
    /// <param name="load">Opens one, on a worker's thread, several at once; what it throws becomes that picture's error.</param>
    /// <param name="pixels">How many pixels a source will have once decoded, for <see cref="BatchOptions.PixelsInFlight"/>; null where the
    /// workers alone are the limit.</param>
    /// <param name="seen">Called with each picture and its faces while the pixels are still at hand, on a worker's thread; what it throws
    /// becomes that picture's error. Each picture is then classified by itself.</param>
    /// <param name="options">How much is done at once; null for the defaults.</param>
    /// <param name="cancellationToken">
    /// Ends the enumeration with an <see cref="OperationCanceledException"/> as soon as the stages under way are done: decoding or
    /// searching a picture, a batch through the network, a callback.
    /// </param>
    /// <returns>A result a source, in their order: one that fails carries its error and stops nothing.</returns>
    public IAsyncEnumerable<PictureResult<T>> RecognizeManyAsync<T>(
        IAsyncEnumerable<T> sources, Func<T, Picture> load, Func<T, long>? pixels = null,
        Action<T, Picture, IReadOnlyList<Face>>? seen = null, BatchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(load);
        options ??= BatchOptions.Default;
        options.Check();
        _gate.ThrowIfClosed(this);
        return new PicturePipeline<T>(this, load, pixels, seen, options).Run(sources, cancellationToken);
    }

    /// <summary>Faces of a picture with what each answer rests on, from the most certain down.</summary>
    public IReadOnlyList<FaceExplanation> Explain(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        picture.RequireWhole("explain its faces");
        using CallGate.Call call = _gate.Enter(this);
        var explainer = new Explainer(_classifier);
        return [.. ReadFaces([FindFaces(picture)])[0].Select(face => FaceExplanation.Of(picture, face, _classifier, explainer))];
    }

    /// <summary>What the answer for one face rests on.</summary>
    /// <param name="picture">The picture that it was found in.</param>
    /// <param name="face">One of its faces.</param>
    public FaceExplanation Explain(Picture picture, Face face)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(face);
        picture.RequireWhole("explain its faces");
        using CallGate.Call call = _gate.Enter(this);
        return FaceExplanation.Of(picture, face, _classifier, new Explainer(_classifier));
    }

    /// <summary>Waits for the calls under way and frees the networks; later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        if (!_gate.Close())
            return;
        _classifier.Dispose();
        if (_detector.IsValueCreated)
            _detector.Value.Dispose();
        if (_quality.IsValueCreated)
            _quality.Value.Dispose();
    }

    /// <summary>Finds the faces and cuts them out.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="detector">What counts as a face in this picture; null for what the recognizer was opened with.</param>
    /// <param name="cancellationToken">Handed to a detector of the caller's.</param>
    internal FoundFaces Find(Picture picture, DetectorOptions? detector = null, CancellationToken cancellationToken = default)
    {
        using CallGate.Call call = _gate.Enter(this);
        return FindFaces(picture, detector, cancellationToken);
    }

    /// <summary>Reads the faces of several pictures in one batch; an array a picture.</summary>
    internal Face[][] Read(IReadOnlyList<FoundFaces> pictures)
    {
        using CallGate.Call call = _gate.Enter(this);
        return ReadFaces(pictures);
    }

    private FoundFaces FindFaces(Picture picture, DetectorOptions? detector = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(picture);
        int size = _classifier.Card.Input.Size;
        if (_options.FaceMode == FaceMode.Cropped)
        {
            byte[] gray = picture.ToGray();
            byte[] crop = Resized(size);
            return new FoundFaces(picture.Width, picture.Height,
                [new DetectedFace(new Box(0, 0, picture.Width, picture.Height), 1, default)],
                crop, size == FaceQuality.CropSize ? crop : Resized(FaceQuality.CropSize), Detected: false);

            byte[] Resized(int side)
            {
                byte[] resized = new byte[side * side];
                Preprocessing.Resize(gray, picture.Width, picture.Height, side, resized);
                return resized;
            }
        }

        using var pyramid = new Pyramid(picture);
        if (_options.FaceDetector is { } own)
        {
            IReadOnlyList<DetectedFace> given = own.Detect(picture, cancellationToken);
            GivenFaces.Require(given, picture, own.GetType().Name);
            return Cut(pyramid, picture, given);
        }

        detector ??= _options.Detector;
        return Cut(pyramid, picture, _detector.Value.Detect(pyramid, detector with
        {
            MinFacePixels = (detector.MinFacePixels + picture.Reduction - 1) / picture.Reduction,
        }));
    }

    /// <summary>Cuts out faces that are given in the picture's own pixels.</summary>
    private FoundFaces Cut(Pyramid pyramid, Picture picture, IReadOnlyList<DetectedFace> faces)
    {
        int size = _classifier.Card.Input.Size;
        byte[] crops = Aligned(pyramid, faces, size);
        byte[] qualityCrops = size == FaceQuality.CropSize ? crops : Aligned(pyramid, faces, FaceQuality.CropSize);
        if (picture.IsReduced)
            faces = [.. faces.Select(face => face.InWhole(picture))];
        return new FoundFaces(picture.WholeWidth, picture.WholeHeight, faces, crops, qualityCrops, Detected: true);
    }

    private static byte[] Aligned(Pyramid pyramid, IReadOnlyList<DetectedFace> faces, int size)
    {
        int area = size * size;
        byte[] crops = new byte[faces.Count * area];
        for (int i = 0; i < faces.Count; i++)
            FaceAligner.Align(pyramid, faces[i].Keypoints, size, crops.AsSpan(i * area, area));
        return crops;
    }

    /// <summary>How many times smaller a picture of some width and height may be decoded.</summary>
    private int Reduction(int width, int height)
    {
        // Crops are the whole picture, sampled as in the training.
        if (_options.FaceMode == FaceMode.Cropped)
            return 1;
        float smallest = _options.Detector.SmallestFace(width, height);
        int reduction = 1;
        while (reduction < MostReduction && smallest / (2 * reduction) >= EnoughPixels)
            reduction *= 2;
        return reduction;
    }

    private Face[][] ReadFaces(IReadOnlyList<FoundFaces> pictures)
    {
        IReadOnlyList<string> labels = _classifier.Card.Labels;
        byte[] crops = pictures.Count == 1 ? pictures[0].Crops : [.. pictures.SelectMany(picture => picture.Crops)];
        int count = pictures.Sum(picture => picture.Faces.Count);
        float[] probabilities = _classifier.Classify(crops, count, _options.Flip);
        byte[] qualityCrops = pictures.Count == 1 ? pictures[0].QualityCrops
            : _classifier.Card.Input.Size == FaceQuality.CropSize ? crops : [.. pictures.SelectMany(picture => picture.QualityCrops)];
        FaceQuality[] qualities = count == 0 ? [] : _quality.Value.Measure(qualityCrops, [.. pictures.SelectMany(PosesOf)]);
        if (_options.Prior == ClassPrior.Balanced)
            Priors.Balance(probabilities, _classifier.Card);
        int place = 0;
        return [.. pictures.Select(picture => picture.Faces.Select(face => new Face
        {
            Box = face.Box,
            DetectorScore = face.Score,
            Keypoints = picture.Detected ? face.Keypoints : null,
            Quality = qualities[place],
            MinConfidence = _options.MinConfidence,
            Labels = labels,
            Probabilities = probabilities.AsSpan(place++ * labels.Count, labels.Count).ToArray(),
        }).ToArray())];
    }

    private static IEnumerable<FacePose> PosesOf(FoundFaces picture) => picture.Detected
        ? picture.Faces.Select(face => FacePose.Of(face.Keypoints))
        : [new FacePose(Math.Min(picture.Width, picture.Height), 0, 0, 0)];

    private IReadOnlyList<Face> RecognizeUntil(Picture picture, CancellationToken cancellationToken) => MienTelemetry.Read(() =>
    {
        cancellationToken.ThrowIfCancellationRequested();
        using CallGate.Call call = _gate.Enter(this);
        FoundFaces found = FindFaces(picture, cancellationToken: cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return ReadFaces([found])[0];
    });

    private long PixelsOf(string file) =>
        // A picture over the limit is refused before it is decoded.
        Picture.ReadSize(file) is (int width, int height) && (long)width * height is var pixels && pixels <= _options.MaxPixels ? pixels
            : 0;

    private static SessionOptions SessionOf(RecognizerOptions options)
    {
        options.Validate();
        var session = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        if (options.Threads > 0)
            session.IntraOpNumThreads = options.Threads;
        try
        {
            options.Session?.Invoke(session);
        }
        catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
        {
            session.Dispose();
            throw new MienException($"ONNX Runtime refuses the session's options ({e.Message.Split('\n')[0]}). An execution provider comes "
                + "with its own package: Microsoft.ML.OnnxRuntime.Gpu for CUDA, Microsoft.ML.OnnxRuntime.DirectML for DirectML.", e);
        }

        return session;
    }
}
