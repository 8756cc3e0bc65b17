using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Mien.Imaging;

namespace Mien.Batches;

/// <summary>Pictures in, results out in the same order.</summary>
/// <remarks>Nothing grows with the number of pictures: two bounded channels hold all that is under way.</remarks>
internal sealed class PicturePipeline<T>(ExpressionRecognizer recognizer, Func<T, Picture> load, Func<T, long>? pixels, Action<T, Picture,
    IReadOnlyList<Face>>? seen, BatchOptions options)
{
    // Whoever cancels wants to go on; a source that heeds its token needs far less.
    private static readonly TimeSpan SourceGrace = TimeSpan.FromMilliseconds(50);

    public async IAsyncEnumerable<PictureResult<T>> Run(IAsyncEnumerable<T> sources,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var inOrder = Channel.CreateBounded<(T Source,
            PictureJob Job)>(new BoundedChannelOptions(options.AheadCount) { SingleReader = true, SingleWriter = true });
        var work = Channel.CreateBounded<PictureJob>(new BoundedChannelOptions(options.WorkerCount) { SingleWriter = true });
        CancellationToken stopped = stop.Token;
        Task feeding = Task.Run(() => Feed(sources, inOrder.Writer, work.Writer, stopped), CancellationToken.None);
        Task working = new PictureWorkers(recognizer, options).Run(work.Reader, stopped);
        try
        {
            await foreach ((T source, PictureJob job) in inOrder.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                // The error that a picture met is in its result, whatever its type: only the token ends the batch.
                await ((Task)job.Result).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                // A result that lies ready is no reason to go on.
                cancellationToken.ThrowIfCancellationRequested();
                PictureResult<T> result = ResultOf(source, job.Result);
                MienTelemetry.Count(result.Faces?.Count);
                yield return result;
            }
        }
        finally
        {
            // What a source does on its token may throw: the workers are waited for all the same.
            await stop.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // A source that waits for a terminal or a socket may never notice: it is left behind.
            await Task.WhenAny(feeding, Task.Delay(SourceGrace, CancellationToken.None)).ConfigureAwait(false);
        }
    }

    private async Task Feed(IAsyncEnumerable<T> sources, ChannelWriter<(T Source, PictureJob Job)> inOrder, ChannelWriter<PictureJob> work,
        CancellationToken stopped)
    {
        Exception? error = null;
        try
        {
            await foreach (T source in sources.WithCancellation(stopped).ConfigureAwait(false))
            {
                var job = new PictureJob(
                    () => load(source),
                    pixels is null ? null : () => pixels(source),
                    seen is null ? null : (picture, faces) => seen(source, picture, faces));
                await inOrder.WriteAsync((source, job), stopped).ConfigureAwait(false);
                await work.WriteAsync(job, stopped).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // The reader gets it after the results of what came before.
            error = e;
        }

        work.Complete();
        inOrder.Complete(error);
    }

    /// <summary>One picture's failure, whatever it is, must not stop a hundred thousand others.</summary>
    private static PictureResult<T> ResultOf(T source, Task<PictureFaces> ended)
    {
        if (ended.Exception?.InnerException is not { } e)
            return new PictureResult<T>(source, ended.Result.Width, ended.Result.Height, ended.Result.Faces, null);
        string error = e is MienException ? e.Message : $"{source}: {e.Message}";
        return new PictureResult<T>(source, 0, 0, null, error) { Exception = e };
    }
}
