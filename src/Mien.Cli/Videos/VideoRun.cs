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
    public async Task<int> Run(CancellationToken cancellation)
    {
        bool parquet = Format == PredictionFormat.Parquet;
        string? written = parquet ? ParquetFile.JournalOf(Out!) : Out;
        bool failed = false;
        (string? Copy, string? Timeline)[] outputs = Outputs();
        using (StreamWriter? text = written is null ? null : OutputFiles.Create(written))
        using (TrackWriter writer = text is null ? TrackWriter.Create(Format, _labels, terminal) : TrackWriter.Create(parquet ? PredictionFormat.Jsonl : Format, _labels, text))
        {
            for (int i = 0; i < Files.Count; i++)
            {
                try
                {
                    await Read(Files[i], outputs[i], writer, cancellation);
                }
                catch (MienException e)
                {
                    terminal.Error.MarkupLineInterpolated($"[red]error:[/] {e.Message}");
                    failed = true;
                }
                catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
                {
                    failed = true;
                    break;
                }
            }
        }

        if (parquet)
        {
            await ParquetFile.ConvertAsync(written!, Out!, _labels, video: true);
            File.Delete(written!);
        }

        return failed ? ExitCode.Failure : ExitCode.Ok;
    }

    private async Task Read(string file, (string? Copy, string? Timeline) output, TrackWriter writer, CancellationToken cancellation)
    {
        long begun = Stopwatch.GetTimestamp();
        VideoReader reader = await VideoReader.OpenAsync(file, cancellation);
        TimeSpan shown = TimeSpan.FromSeconds(1 / reader.Info.FrameRate);
        // As many frames at once as pixels may be decoded; a few more than workers keep all of these busy.
        long fit = Batch.PixelsInFlight / ((long)reader.Info.Width * reader.Info.Height);
        int workers = Batch.Workers > 0 ? Batch.Workers : Environment.ProcessorCount;
        int buffers = (int)Math.Clamp(fit, 2, 4 * workers);
        var tracker = new FaceTracker(Tracker);
        var timeline = new Timeline(_labels);
        await using VideoWriter? copy = output.Copy is null ? null : VideoWriter.Create(output.Copy, reader);
        long frames = 0;
        int faces = 0;
        try
        {
            await foreach (PictureResult<VideoFrame> result in recognizer.RecognizeManyAsync(
                reader.ReadAsync(buffers, cancellation), frame => frame.Picture, options: Batch with { Ahead = buffers, Faces = 8 }, cancellation: cancellation))
            {
                using VideoFrame frame = result.Source;
                if (result.Error is { } error)
                    throw new MienException($"{file}, frame {frame.Number}: {error}");
                IReadOnlyList<TrackedFace> tracked = tracker.Update(result.Faces!, frame.Time);
                foreach (TrackedFace face in tracked)
                {
                    writer.Write(file, frame.Number, face);
                    timeline.Add(face, shown);
                    faces = Math.Max(faces, face.Track);
                }

                if (copy is not null)
                    await copy.WriteAsync(frame, tracked, cancellation);
                frames++;
            }
        }
        finally
        {
            if (output.Timeline is { } picture)
                timeline.Save(picture);
        }

        if (copy is not null)
            await copy.EndAsync(cancellation);
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        terminal.Error.MarkupLineInterpolated($"{file}: {frames} frames, {faces} faces in {seconds:F1} s ({frames / seconds:F1} a second)");
    }

    /// <summary>Each video's annotated copy and timeline, all checked before the first video is read.</summary>
    private (string? Copy, string? Timeline)[] Outputs()
    {
        AnnotatedCopies? copies = Annotate is null ? null : new AnnotatedCopies(Annotate, Overwrite, Files);
        return [.. Files.Select(file =>
        {
            string? copy = copies?.Take(Path.GetFileName(file));
            string? timeline = TimelineOf(file);
            if (timeline is not null && Timeline is null)
                timeline = copies!.Take(Path.GetFileName(timeline));
            else if (timeline is not null)
                OutputFiles.Require(timeline, Overwrite, Files);
            return (copy, timeline);
        })];
    }

    /// <summary>The file that was named for one video; beside the annotated copies for several.</summary>
    private string? TimelineOf(string file) =>
        Timeline is not null && Files.Count == 1 ? Timeline
        : Timeline is not null ? Path.Combine(Path.GetDirectoryName(Timeline)!, $"{Path.GetFileNameWithoutExtension(Timeline)}-{Path.GetFileNameWithoutExtension(file)}.png")
        : Annotate is not null ? Path.Combine(Annotate, Path.GetFileNameWithoutExtension(file) + "-timeline.png")
        : null;
}
