using System.Diagnostics;
using System.Threading.Channels;
using Mien.Imaging;

namespace Mien.Batches;

/// <summary>
/// What reads pictures side by side: each worker decodes and searches until it has a batch of faces or there is nothing
/// more to take, then classifies them together.
/// </summary>
internal sealed class PictureWorkers(ExpressionRecognizer recognizer, BatchOptions options)
{
    // Where searching takes long, larger batches gain nothing and only hold results back.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);

    private readonly PixelGate _gate = new(options.PixelsInFlight);

    /// <summary>Works until the channel is done or the work is stopped; what is under way then ends at its next stage.</summary>
    public Task Run(ChannelReader<PictureJob> work, CancellationToken stopped) =>
        Task.WhenAll(Enumerable.Range(0, options.WorkerCount).Select(_ => Task.Run(() => Work(work, stopped), CancellationToken.None)));

    private async Task Work(ChannelReader<PictureJob> work, CancellationToken stopped)
    {
        var batch = new List<(PictureJob Job, FoundFaces Found)>();
        while (await work.WaitToReadAsync(stopped).ConfigureAwait(false))
        {
            int faces = 0;
            long begun = Stopwatch.GetTimestamp();
            while (faces < options.Faces && batch.Count < options.Faces && Stopwatch.GetElapsedTime(begun) < LongestWait
                && work.TryRead(out PictureJob? job))
            {
                stopped.ThrowIfCancellationRequested();
                if (await Find(job, stopped).ConfigureAwait(false) is not { } found)
                    continue;
                batch.Add((job, found));
                faces += found.Faces.Count;
            }

            stopped.ThrowIfCancellationRequested();
            Classify(batch, faces);
            batch.Clear();
        }
    }

    /// <summary>Decodes and searches one picture; null where it is done with, by an error or because its result was wanted at
    /// once.</summary>
    private async Task<FoundFaces?> Find(PictureJob job, CancellationToken stopped)
    {
        if (job.EndIfAbandoned())
            return null;
        long weight;
        try
        {
            weight = job.Pixels?.Invoke() ?? 0;
        }
        catch (Exception e)
        {
            job.Fail(e);
            return null;
        }

        await _gate.EnterAsync(weight, stopped).ConfigureAwait(false);
        try
        {
            Picture picture = job.Load();
            stopped.ThrowIfCancellationRequested();
            FoundFaces found = recognizer.Find(picture, job.Detector, stopped);
            if (job.Seen is null)
                return found;
            stopped.ThrowIfCancellationRequested();
            Face[] faces = recognizer.Read([found])[0];
            stopped.ThrowIfCancellationRequested();
            job.Seen(picture, faces);
            job.Succeed(found, faces);
            return null;
        }
        catch (Exception e) when (!Stops(e, stopped))
        {
            job.Fail(e);
            return null;
        }
        finally
        {
            _gate.Leave(weight);
        }
    }

    /// <summary>Whether it is the work's own end.</summary>
    /// <remarks>Else a callback threw it, and a worker that it ended would leave pictures without a result.</remarks>
    private static bool Stops(Exception e, CancellationToken stopped) =>
        e is OperationCanceledException && stopped.IsCancellationRequested;

    private void Classify(List<(PictureJob Job, FoundFaces Found)> batch, int count)
    {
        if (batch.Count == 0)
            return;
        try
        {
            Face[][] faces = recognizer.Read([.. batch.Select(each => each.Found)]);
            options.Classified?.Invoke(batch.Count, count);
            for (int i = 0; i < batch.Count; i++)
                batch[i].Job.Succeed(batch[i].Found, faces[i]);
        }
        catch (Exception e)
        {
            foreach ((PictureJob job, _) in batch)
                job.Fail(e);
        }
    }
}
