using System.CommandLine;
using System.Diagnostics;
using Mien.Cli.Predictions;
using Mien.Cli.Videos;
using Mien.Video;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>mien watch</summary>
internal static class WatchCommand
{
    // In a live picture speed counts: faces smaller than this share of its height are left out unless asked for.
    private const int SmallestShare = 10;

    public static Command Create(Terminal terminal)
    {
        var source = new Argument<string>("SOURCE")
        {
            Description = "A camera (/dev/video0; avfoundation:0 on macOS; dshow:video=NAME on "
            + "Windows), an address (rtsp://...) or a video file, which is played as a camera."
        };
        var format = new Option<PredictionFormat?>("--format")
        {
            Description = "table: a live table; jsonl or csv: a line a face and "
            + "frame. A table on a terminal, jsonl in a pipe where left out."
        };
        var smoothing = new Option<double>("--smoothing")
        {
            Description = "Time constant in seconds by which probabilities follow; 0 for "
            + "none.",
            DefaultValueFactory = _ => TrackerOptions.Default.Smoothing.TotalSeconds
        };
        Ranges.Require(smoothing, value => value >= 0, "0 or more");
        var command = new Command("watch", "Reads faces live from a camera: always the newest frame. Ctrl+C ends "
            + "it.") { source, format, smoothing };
        format.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && result.GetValueOrDefault<PredictionFormat?>() is PredictionFormat.Json or PredictionFormat.Parquet)
                result.AddError("--format: expected table, jsonl or csv: what is live has no end.");
        });
        RecognizerArguments recognizerArguments = RecognizerArguments.AddTo(command);
        command.SetAction(parsed => Interruption.Run(cancellationToken =>
        {
            bool lines = (parsed.GetValue(format) ?? (terminal.Console.Profile.Capabilities.Interactive && !Console.IsOutputRedirected
                ? PredictionFormat.Table : PredictionFormat.Jsonl)) != PredictionFormat.Table;
            VideoReader reader = VideoReader.OpenAsync(parsed.GetValue(source)!, cancellationToken).GetAwaiter().GetResult();
            RecognizerOptions options = recognizerArguments.Read(parsed, threads: 0);
            if (!recognizerArguments.NamesMinFace(parsed))
                options = options with
                {
                    Detector = options.Detector with
                    {
                        MinFacePixels = Math.Max(options.Detector.MinFacePixels,
                    reader.Info.Height / SmallestShare)
                    }
                };
            using ExpressionRecognizer recognizer = recognizerArguments.Open(parsed, options);
            var tracker = new FaceTracker(TrackerOptions.Default with { Smoothing = TimeSpan.FromSeconds(parsed.GetValue(smoothing)) });
            Task watching = lines
                ? Lines(reader, recognizer, tracker, parsed.GetValue(format) ?? PredictionFormat.Jsonl, terminal, cancellationToken)
                : LiveTable(reader, recognizer, tracker, terminal, cancellationToken);
            try
            {
                watching.GetAwaiter().GetResult();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Ctrl+C is how one stops watching.
            }

            return ExitCode.Ok;
        }));
        return command;
    }

    private static async Task Lines(VideoReader reader, ExpressionRecognizer recognizer, FaceTracker tracker, PredictionFormat format,
        Terminal terminal, CancellationToken cancellationToken)
    {
        using TrackWriter writer = TrackWriter.Create(format, recognizer.Model.Labels, terminal.Output);
        long frames = 0;
        await Watch(reader, recognizer, tracker, (frame, faces, _) =>
        {
            frames++;
            foreach (TrackedFace face in faces)
                writer.Write(reader.Source, frame, face);
        }, cancellationToken);
        terminal.Error.MarkupLineInterpolated($"{reader.Source}: {frames} frames read, {reader.Dropped} passed over");
    }

    private static Task LiveTable(VideoReader reader, ExpressionRecognizer recognizer, FaceTracker tracker, Terminal terminal,
        CancellationToken cancellationToken) =>
        terminal.Console.Live(new Text("waiting for the first frame")).AutoClear(false).StartAsync(context =>
            Watch(reader, recognizer, tracker, (_, faces, rate) =>
            {
                context.UpdateTarget(LiveView.Draw(reader, faces, recognizer.Model.Labels, rate));
                context.Refresh();
            }, cancellationToken));

    /// <summary>Reads the newest frame, again and again.</summary>
    private static async Task Watch(VideoReader reader, ExpressionRecognizer recognizer, FaceTracker tracker, Action<long,
        IReadOnlyList<TrackedFace>, double> show, CancellationToken cancellationToken)
    {
        double rate = 0;
        long last = Stopwatch.GetTimestamp();
        await foreach (VideoFrame frame in reader.ReadNewestAsync(cancellationToken))
        {
            using (frame)
            {
                IReadOnlyList<Face> faces = recognizer.Recognize(frame.Picture);
                double seconds = Stopwatch.GetElapsedTime(last).TotalSeconds;
                last = Stopwatch.GetTimestamp();
                rate = rate == 0 ? 1 / seconds : rate + 0.1 * (1 / seconds - rate);
                show(frame.Number, tracker.Update(faces, frame.Time), rate);
            }
        }
    }
}
