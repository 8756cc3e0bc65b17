using Mien.Batches;
using Mien.Detection;
using Mien.Imaging;
using Mien.Server.Safety;

namespace Mien.Server;

/// <summary>The recognizer with its queue: what all endpoints read pictures with.</summary>
internal sealed class FaceReader : IAsyncDisposable
{
    private readonly ServerMetrics _metrics;
    private readonly PictureQueue _queue;

    public FaceReader(ExpressionRecognizer recognizer, ServerOptions options, ServerMetrics metrics)
    {
        (Recognizer, Options, _metrics) = (recognizer, options, metrics);
        _queue = new PictureQueue(recognizer, options.QueueLimit,
            options.Batch with { Classified = options.Batch.Classified + metrics.Batch });
        LiveDetector = options.Recognizer.Detector with
        {
            MinFaceShare = Math.Max(options.Recognizer.Detector.MinFaceShare,
            options.SmallestLiveFace)
        };
        metrics.Watch(_queue);
    }

    public ExpressionRecognizer Recognizer { get; }

    public ServerOptions Options { get; }

    /// <summary>What counts as a face in a camera's frames.</summary>
    public DetectorOptions LiveDetector { get; }

    /// <summary>Pictures accepted and not yet read.</summary>
    public int Held => _queue.Held;

    /// <summary>Reads pictures beside everybody else's.</summary>
    /// <param name="pictures">Encoded.</param>
    /// <param name="seen">Called with place, picture and faces while the pixels are at hand; null lets faces share batches.</param>
    /// <param name="cancellationToken">Ends the waiting; what has not begun is not read.</param>
    /// <returns>A finished task a picture: its faces, or the error.</returns>
    /// <exception cref="RefusedException">The queue is full.</exception>
    public async Task<Task<PictureFaces>[]> ReadAsync(IReadOnlyList<NamedPicture> pictures, Action<int, Picture, IReadOnlyList<Face>>? seen,
        CancellationToken cancellationToken)
    {
        long begun = TimeProvider.System.GetTimestamp();
        IReadOnlyList<Task<PictureFaces>>? reading = _queue.TryAdd([.. pictures.Select((picture, place) =>
            Queued(picture, null, seen is null ? null : (decoded, faces) => seen(place, decoded, faces)))], cancellationToken);
        if (reading is null)
        {
            _metrics.Refused(pictures.Count);
            throw RefusedException.Busy();
        }

        Task<PictureFaces>[] tasks = [.. reading];
        await ((Task)Task.WhenAll(tasks)).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        _metrics.Read(tasks, TimeProvider.System.GetElapsedTime(begun));
        return tasks;
    }

    /// <summary>Reads a camera's frame; null where the queue is full.</summary>
    public Task<PictureFaces>? TryReadFrame(byte[] frame, CancellationToken cancellationToken) =>
        _queue.TryAdd([Queued(new NamedPicture("frame", frame), LiveDetector, null)], cancellationToken)?[0];

    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    private QueuedPicture Queued(NamedPicture picture, DetectorOptions? detector, Action<Picture, IReadOnlyList<Face>>? seen)
    {
        long most = Options.Recognizer.MaxPixels;
        var encoded = new MemoryStream(picture.Bytes, writable: false);
        // Who draws on it or explains it needs all of its pixels; to be read it may be decoded smaller.
        return new QueuedPicture(() => seen is null ? Recognizer.Load(encoded, picture.Name) : Picture.Load(encoded, picture.Name, most))
        {
            // A picture over the limit is refused before it is decoded.
            Pixels = Picture.ReadSize(new MemoryStream(picture.Bytes, writable: false)) is (int width, int height)
                && (long)width * height is var pixels && pixels <= most ? pixels : 0,
            Detector = detector,
            Seen = seen,
        };
    }
}

/// <summary>A picture as it was sent.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Bytes">The encoded file.</param>
internal sealed record NamedPicture(string Name, byte[] Bytes);
