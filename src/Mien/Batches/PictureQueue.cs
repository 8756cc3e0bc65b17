using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Mien.Detection;
using Mien.Imaging;

namespace Mien.Batches;

/// <summary>
/// Reads pictures that come one by one from many callers, as a server's requests do: whatever waits at the same time
/// shares the network's batches. Safe to call from many threads.
/// </summary>
/// <remarks>It holds a fixed number of pictures and refuses more at once, so that nobody waits for long and memory stays bounded.</remarks>
[SuppressMessage("Naming", "CA1711", Justification = "It is a queue.")]
public sealed class PictureQueue : IAsyncDisposable
{
    private readonly Channel<PictureJob> _work = Channel.CreateUnbounded<PictureJob>();
    private readonly Task _working;
    private int _held;

    /// <summary>Begins to work.</summary>
    /// <param name="recognizer">What reads the pictures; not disposed. <see cref="RecognizerOptions.Threads"/> 1 is fastest.</param>
    /// <param name="capacity">Pictures accepted and not yet read, at most.</param>
    /// <param name="options">How much is done at once; null for the defaults. <see cref="BatchOptions.Ahead"/> has no meaning here.</param>
    public PictureQueue(ExpressionRecognizer recognizer, int capacity, BatchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        options ??= BatchOptions.Default;
        options.Check();
        Capacity = capacity;
        _working = new PictureWorkers(recognizer, options).Run(_work.Reader, CancellationToken.None);
    }

    /// <summary>Pictures accepted and not yet read, at most.</summary>
    public int Capacity { get; }

    /// <summary>Pictures accepted and not yet read.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Accepts pictures, all or none.</summary>
    /// <param name="pictures">What to read.</param>
    /// <param name="cancellationToken">Pictures whose turn has not come by then are not read.</param>
    /// <returns>A task a picture, which fails with what reading it met; null where there is no room for all of them, or the queue is
    /// disposed.</returns>
    public IReadOnlyList<Task<PictureFaces>>? TryAdd(IReadOnlyList<QueuedPicture> pictures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        if (Interlocked.Add(ref _held, pictures.Count) > Capacity)
        {
            Interlocked.Add(ref _held, -pictures.Count);
            return null;
        }

        var results = new Task<PictureFaces>[pictures.Count];
        for (int i = 0; i < results.Length; i++)
        {
            QueuedPicture picture = pictures[i];
            var job = new PictureJob(picture.Load, () => picture.Pixels, picture.Seen, () => Interlocked.Decrement(ref _held),
                cancellationToken)
            { Detector = picture.Detector };
            results[i] = job.Result;
            if (!_work.Writer.TryWrite(job))
                job.Fail(new ObjectDisposedException(nameof(PictureQueue)));
        }

        return results;
    }

    /// <summary>Accepts no more, and waits until all that was accepted is read.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.Writer.TryComplete();
        await _working.ConfigureAwait(false);
    }
}

/// <summary>A picture for a <see cref="PictureQueue"/>.</summary>
/// <param name="Load">Opens it, on a worker's thread; what it throws becomes its task's error.</param>
public sealed record QueuedPicture(Func<Picture> Load)
{
    /// <summary>How many pixels it will have once decoded, for <see cref="BatchOptions.PixelsInFlight"/>; 0 where unknown.</summary>
    public long Pixels { get; init; }

    /// <summary>What counts as a face in this picture; null for what the recognizer was opened with.</summary>
    public DetectorOptions? Detector { get; init; }

    /// <summary>Called with the picture and its faces while the pixels are at hand, on a worker's thread. Such a picture is classified by
    /// itself.</summary>
    public Action<Picture, IReadOnlyList<Face>>? Seen { get; init; }
}
