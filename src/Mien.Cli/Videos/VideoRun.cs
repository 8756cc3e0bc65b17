using System.Diagnostics;
using Mien.Batches;
using Mien.Cli.Commands;
using Mien.Cli.Predictions;
using Mien.Video;
using Spectre.Console;

namespace Mien.Cli.Videos;

/// <summary>Videos from the command line to standard output or a file, with timeline and annotated copy.</summary>
internal sealed class VideoRun(ExpressionRecognizer recognizer, Terminal terminal)
{
    private readonly IReadOnlyList<string> _labels = recognizer.Model.Labels;

    public required IReadOnlyList<string> Files { get; init; }

    public required PredictionFormat Format { get; init; }

    public required BatchOptions Batch { get; init; }

    public required TrackerOptions Tracker { get; init; }

    public string? Out { get; init; }

    public string? Annotate { get; init; }

    public string? Timeline { get; init; }

    public bool Overwrite { get; init; }

    /// <summary>Reads them one after the other; one that fails stops none of the rest.</summary>
    public async Task<int> Run(CancellationToken cancellationToken)
    {
        Drawings[] drawings = DrawingsOf();
        using TrackFile? rows = Out is null ? null : TrackFile.Open(Out, Format, _labels, Overwrite, OutputFiles.Sources(Files));
        bool failed = false;
        using (TrackWriter? table = rows is null ? TrackWriter.Create(Format, _labels, terminal) : null)
        {
            foreach ((string file, Drawings drawn) in Files.Zip(drawings))
            {
                try
                {
                    await Read(file, drawn, rows?.Writer ?? table!, cancellationToken);
                }
                catch (MienException e)
                {
                    terminal.Error.MarkupLineInterpolated($"[red]error:[/] {e.Message}");
                    failed = true;
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    failed = true;
                    break;
                }
            }
        }

        if (rows is not null)
            await rows.End();
        return failed ? ExitCode.Failure : ExitCode.Ok;
    }

    private async Task Read(string file, Drawings drawn, TrackWriter writer, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        VideoReader reader = await VideoReader.OpenAsync(file, cancellationToken);
        // As many frames at once as pixels may be decoded; a few more than workers keep all of these busy.
        long fit = Batch.PixelsInFlight / ((long)reader.Info.Width * reader.Info.Height);
        int workers = Batch.Workers > 0 ? Batch.Workers : Environment.ProcessorCount;
        int buffers = (int)Math.Clamp(fit, 2, 4 * workers);
        var tracker = new FaceTracker(Tracker);
        var timeline = new FrameTimeline(_labels, TimeSpan.FromSeconds(1 / reader.Info.FrameRate));
        await using VideoWriter? copy = drawn.Copy is null ? null : VideoWriter.Create(drawn.Copy, reader);
        long frames = 0;
        int faces = 0;
        MienException? damage = null;
        try
        {
            BatchOptions options = Batch with { Ahead = buffers, Faces = 8 };
            await using IAsyncEnumerator<PictureResult<VideoFrame>> results = recognizer.RecognizeManyAsync(
                reader.ReadAsync(buffers, cancellationToken), frame => frame.Picture, options: options,
                    cancellationToken: cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                try
                {
                    if (!await results.MoveNextAsync())
                        break;
                }
                catch (MienException e)
                {
                    if (await IsInterrupted(cancellationToken))
                        throw new OperationCanceledException(cancellationToken);
                    // What was read before is whole: its rows, timeline and copy are kept.
                    damage = e;
                    break;
                }

                using VideoFrame frame = results.Current.Source;
                writer.FramesRead = true;
                if (results.Current.Error is { } error)
                    throw new MienException($"{file}, frame {frame.Number}: {error}", results.Current.Exception!);
                IReadOnlyList<TrackedFace> tracked = tracker.Update(results.Current.Faces!, frame.Time);
                foreach (TrackedFace face in tracked)
                {
                    writer.Write(file, frame.Number, face);
                    faces = Math.Max(faces, face.Track);
                }

                timeline.Add(frame.Time, tracked);
                if (copy is not null)
                    await copy.WriteAsync(frame, tracked, cancellationToken);
                frames++;
            }

            if (copy is not null)
                await copy.EndAsync(cancellationToken);
        }
        catch (Exception e) when (e is MienException or OperationCanceledException)
        {
            SaveTimeline(quietly: true);
            if (e is MienException && await IsInterrupted(cancellationToken))
                throw new OperationCanceledException(cancellationToken);
            throw;
        }

        SaveTimeline(quietly: false);
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        if (frames > 0)
        {
            terminal.Error.MarkupLineInterpolated(
                $"{file}: {Count(frames, "frame")}, {Count(faces, "face")} in {seconds:F1} s ({frames / seconds:F1} a second)");
        }

        if (damage is not null)
            throw damage;

        // Of what was read, also where something fails; that is then the error to be told.
        void SaveTimeline(bool quietly)
        {
            if (drawn.Timeline is not { } picture || frames == 0)
                return;
            try
            {
                timeline.Save(picture);
            }
            catch (MienException) when (quietly)
            {
                // The disk may be full for both.
            }
        }
    }

    /// <summary>Whether Ctrl+C is the cause of an error: it reaches ffmpeg too, whose end may be noticed before the signal.</summary>
    private static async Task<bool> IsInterrupted(CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return cancellationToken.IsCancellationRequested;
    }

    /// <summary>What is drawn of each video, all checked before the first is read.</summary>
    private Drawings[] DrawingsOf()
    {
        AnnotatedCopies? copies = Annotate is null ? null : new AnnotatedCopies(Annotate);
        AnnotatedCopies? timelines = Timeline is null ? null : new AnnotatedCopies(Path.GetDirectoryName(Timeline)!);
        IReadOnlySet<string> sources = OutputFiles.Sources(Files);
        Drawings[] drawings =
        [
            .. Files.Select(file => new Drawings(
                copies?.Name(Path.GetFileName(file)),
                timelines?.Name(TimelineOf(file, Timeline!)) ?? copies?.Name(Path.GetFileNameWithoutExtension(file) + "-timeline.png"))),
        ];
        foreach (string path in drawings.SelectMany(drawn => new[] { drawn.Copy, drawn.Timeline }).OfType<string>())
            OutputFiles.Require(path, Overwrite, sources);
        if (Timeline is not null)
            OutputFiles.MakeFolderOf(Timeline);
        if (Annotate is not null)
            OutputFiles.MakeFolder(Annotate);
        return drawings;
    }

    private static string Count(long number, string thing) => $"{number} {thing}{(number == 1 ? "" : "s")}";

    /// <summary>The file that was named for one video; one a video beside it for several.</summary>
    private string TimelineOf(string file, string named) => Files.Count == 1
        ? Path.GetFileName(named)
        : $"{Path.GetFileNameWithoutExtension(named)}-{Path.GetFileNameWithoutExtension(file)}.png";

    /// <param name="Copy">The annotated copy; null where none is asked for.</param>
    /// <param name="Timeline">The picture of expressions over time; null where none is asked for.</param>
    private sealed record Drawings(string? Copy, string? Timeline);
}
