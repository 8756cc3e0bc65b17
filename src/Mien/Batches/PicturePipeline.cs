using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Mien.Imaging;

namespace Mien.Batches;

/// <summary>
/// Pictures in, results out in the same order: each worker decodes and searches pictures until it has a batch of faces
/// or there is nothing more to take, then classifies them together.
/// </summary>
/// <remarks>Nothing grows with the number of pictures: two bounded channels hold all that is under way.</remarks>
internal sealed class PicturePipeline<T>(ExpressionRecognizer recognizer, Func<T, Picture> load, Func<T, long>? pixels, Action<T, Picture, IReadOnlyList<Face>>? seen, BatchOptions options)
{
    // Where searching takes long, larger batches gain nothing and only hold results back.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);

    private readonly PixelGate _gate = new(options.PixelsInFlight);

    public async IAsyncEnumerable<PictureResult<T>> Run(IAsyncEnumerable<T> sources, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var inOrder = Channel.CreateBounded<Slot>(new BoundedChannelOptions(options.AheadCount) { SingleReader = true, SingleWriter = true });
        var work = Channel.CreateBounded<Slot>(new BoundedChannelOptions(options.WorkerCount) { SingleWriter = true });
        CancellationToken stopped = stop.Token;
        Task feeding = Task.Run(() => Feed(sources, inOrder.Writer, work.Writer, stopped), CancellationToken.None);
        Task[] working = [.. Enumerable.Range(0, options.WorkerCount).Select(_ => Task.Run(() => Work(work.Reader, stopped), CancellationToken.None))];
        try
        {
            await foreach (Slot slot in inOrder.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                PictureResult<T> result = await slot.Result.Task.WaitAsync(cancellation).ConfigureAwait(false);
                // A result that lies ready is no reason to go on.
                cancellation.ThrowIfCancellationRequested();
                yield return result;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // A source that waits for a terminal or a socket may never notice: it is left behind.
            await Task.WhenAny(feeding, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None)).ConfigureAwait(false);
        }
    }

    private static async Task Feed(IAsyncEnumerable<T> sources, ChannelWriter<Slot> inOrder, ChannelWriter<Slot> work, CancellationToken stopped)
    {
        Exception? error = null;
        try
        {
            await foreach (T source in sources.WithCancellation(stopped).ConfigureAwait(false))
            {
                var slot = new Slot(source);
                await inOrder.WriteAsync(slot, stopped).ConfigureAwait(false);
                await work.WriteAsync(slot, stopped).ConfigureAwait(false);
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

    private async Task Work(ChannelReader<Slot> work, CancellationToken stopped)
    {
        var batch = new List<(Slot Slot, FoundFaces Found)>();
        int most = seen is null ? options.Faces : 1;
        while (await work.WaitToReadAsync(stopped).ConfigureAwait(false))
        {
            int faces = 0;
            long begun = Stopwatch.GetTimestamp();
            while (faces < most && batch.Count < most && Stopwatch.GetElapsedTime(begun) < LongestWait && work.TryRead(out Slot? slot))
            {
                stopped.ThrowIfCancellationRequested();
                if (await Find(slot, stopped).ConfigureAwait(false) is not { } found)
                    continue;
                batch.Add((slot, found));
                faces += found.Faces.Count;
            }

            Classify(batch);
            batch.Clear();
        }
    }

    /// <summary>Decodes and searches one picture; null where it is done with, by an error or because its result was wanted at once.</summary>
    private async Task<FoundFaces?> Find(Slot slot, CancellationToken stopped)
    {
        long weight = 0;
        try
        {
            weight = pixels?.Invoke(slot.Source) ?? 0;
            await _gate.EnterAsync(weight, stopped).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            slot.Fail(e);
            return null;
        }

        try
        {
            Picture picture = load(slot.Source);
            FoundFaces found = recognizer.Find(picture);
            if (seen is null)
                return found;
            Face[] faces = recognizer.Read([found])[0];
            seen(slot.Source, picture, faces);
            slot.Succeed(found, faces);
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            slot.Fail(e);
            return null;
        }
        finally
        {
            _gate.Leave(weight);
        }
    }

    private void Classify(List<(Slot Slot, FoundFaces Found)> batch)
    {
        try
        {
            Face[][] faces = recognizer.Read([.. batch.Select(each => each.Found)]);
            for (int i = 0; i < batch.Count; i++)
                batch[i].Slot.Succeed(batch[i].Found, faces[i]);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            foreach ((Slot slot, _) in batch)
                slot.Fail(e);
        }
    }

    /// <summary>A picture's place in the order, filled when it is done.</summary>
    private sealed class Slot(T source)
    {
        public T Source => source;

        public TaskCompletionSource<PictureResult<T>> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Succeed(FoundFaces found, Face[] faces) =>
            Result.TrySetResult(new PictureResult<T>(source, found.Width, found.Height, faces, null));

        /// <summary>One picture's failure, whatever it is, must not stop a hundred thousand others.</summary>
        public void Fail(Exception error) => Result.TrySetResult(new PictureResult<T>(
            source, 0, 0, null, error is MienException ? error.Message : $"{source}: {error.GetType().Name}: {error.Message}"));
    }
}
