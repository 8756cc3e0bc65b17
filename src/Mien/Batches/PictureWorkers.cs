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

    /// <summary>Works until the channel is done or the work is stopped.</summary>
    public Task Run(ChannelReader<PictureJob> work, CancellationToken stopped) =>
        Task.WhenAll(Enumerable.Range(0, options.WorkerCount).Select(_ => Task.Run(() => Work(work, stopped), CancellationToken.None)));

    private async Task Work(ChannelReader<PictureJob> work, CancellationToken stopped)
    {
        var batch = new List<(PictureJob Job, FoundFaces Found)>();
        while (await work.WaitToReadAsync(stopped).ConfigureAwait(false))
        {
            int faces = 0;
            long begun = Stopwatch.GetTimestamp();
            while (faces < options.Faces && batch.Count < options.Faces && Stopwatch.GetElapsedTime(begun) < LongestWait && work.TryRead(out PictureJob? job))
            {
                stopped.ThrowIfCancellationRequested();
                if (await Find(job, stopped).ConfigureAwait(false) is not { } found)
                    continue;
                batch.Add((job, found));
                faces += found.Faces.Count;
            }

            Classify(batch, faces);
            batch.Clear();
        }
    }

    /// <summary>Decodes and searches one picture; null where it is done with, by an error or because its result was wanted at once.</summary>
    private async Task<FoundFaces?> Find(PictureJob job, CancellationToken stopped)
    {
        if (job.EndIfAbandoned())
            return null;
        long weight = 0;
        try
        {
            weight = job.Pixels?.Invoke() ?? 0;
            await _gate.EnterAsync(weight, stopped).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            job.Fail(e);
            return null;
        }

        try
        {
            Picture picture = job.Load();
            FoundFaces found = recognizer.Find(picture, job.Detector);
            if (job.Seen is null)
                return found;
            Face[] faces = recognizer.Read([found])[0];
            job.Seen(picture, faces);
            job.Succeed(found, faces);
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            job.Fail(e);
            return null;
        }
        finally
        {
            _gate.Leave(weight);
        }
    }

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
        catch (Exception e) when (e is not OperationCanceledException)
        {
            foreach ((PictureJob job, _) in batch)
                job.Fail(e);
        }
    }
}
