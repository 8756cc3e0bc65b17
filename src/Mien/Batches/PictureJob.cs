using Mien.Detection;
using Mien.Imaging;

namespace Mien.Batches;

/// <summary>A picture that workers are to read, and what becomes of it.</summary>
/// <param name="load">Opens it, on a worker's thread.</param>
/// <param name="pixels">How many pixels it will have; null where that is no limit.</param>
/// <param name="seen">Called with picture and faces while the pixels are at hand; null lets its faces share a batch.</param>
/// <param name="ended">Called once it is done with, whatever came of it.</param>
/// <param name="cancellationToken">Whoever wants the result may go away before its turn comes.</param>
internal sealed class PictureJob(Func<Picture> load, Func<long>? pixels, Action<Picture, IReadOnlyList<Face>>? seen, Action? ended = null,
    CancellationToken cancellationToken = default)
{
    private readonly TaskCompletionSource<PictureFaces> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Func<Picture> Load => load;

    public Func<long>? Pixels => pixels;

    public Action<Picture, IReadOnlyList<Face>>? Seen => seen;

    /// <summary>What counts as a face in it; null for what the recognizer was opened with.</summary>
    public DetectorOptions? Detector { get; init; }

    /// <summary>Its faces, or the error that reading it met.</summary>
    public Task<PictureFaces> Result => _result.Task;

    /// <summary>Ends it without work where nobody waits for it any more.</summary>
    /// <returns>Whether it did.</returns>
    public bool EndIfAbandoned()
    {
        if (!cancellationToken.IsCancellationRequested)
            return false;
        ended?.Invoke();
        _result.TrySetCanceled(cancellationToken);
        return true;
    }

    public void Succeed(FoundFaces found, Face[] faces)
    {
        ended?.Invoke();
        _result.TrySetResult(new PictureFaces(found.Width, found.Height, faces));
    }

    public void Fail(Exception error)
    {
        ended?.Invoke();
        _result.TrySetException(error);
    }
}
