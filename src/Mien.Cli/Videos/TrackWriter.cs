using System.Globalization;
using System.Text.Json;
using Mien.Cli.Predictions;
using Mien.Video;
using Spectre.Console;

namespace Mien.Cli.Videos;

/// <summary>Writes followed faces, one line a face and frame; as a table, one line a face.</summary>
internal abstract class TrackWriter : IDisposable
{
    /// <summary>A writer to standard output.</summary>
    public static TrackWriter Create(PredictionFormat format, IReadOnlyList<string> labels, Terminal terminal) =>
        format == PredictionFormat.Table ? new TableWriter(labels, terminal.Console) : Create(format, labels, terminal.Output);

    /// <summary>A writer of JSON, JSON lines or CSV to any text, which is not closed.</summary>
    public static TrackWriter Create(PredictionFormat format, IReadOnlyList<string> labels, TextWriter output) => format switch
    {
        PredictionFormat.Json => new JsonArrayWriter(output),
        PredictionFormat.Jsonl => new JsonLinesWriter(output),
        PredictionFormat.Csv => new CsvLinesWriter(labels, output),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>Whether a frame was read: only then is it known that there is no face.</summary>
    public bool FramesRead { get; set; }

    public abstract void Write(string file, long frame, TrackedFace face);

    public virtual void Dispose()
    {
    }

    private static string ToJson(string file, long frame, TrackedFace face, bool indented) => FaceText.Json(
        json =>
        {
            json.WriteString("file", file);
            json.WriteNumber("frame", frame);
            json.WriteNumber("time", Math.Round(face.Time.TotalSeconds, 3));
            json.WriteNumber("track", face.Track);
            FaceJson.WriteFace(json, face.Face);
        },
        indented);

    private sealed class JsonArrayWriter(TextWriter output) : TrackWriter
    {
        private bool _any;

        public override void Write(string file, long frame, TrackedFace face)
        {
            output.WriteLine(_any ? "," : "[");
            output.Write(ToJson(file, frame, face, indented: true));
            _any = true;
        }

        public override void Dispose()
        {
            output.WriteLine(_any ? "" : "[");
            output.WriteLine("]");
            base.Dispose();
        }
    }

    private sealed class JsonLinesWriter(TextWriter output) : TrackWriter
    {
        public override void Write(string file, long frame, TrackedFace face) =>
            output.WriteLine(ToJson(file, frame, face, indented: false));
    }

    private sealed class CsvLinesWriter : TrackWriter
    {
        private readonly TextWriter _output;

        public CsvLinesWriter(IReadOnlyList<string> labels, TextWriter output)
        {
            _output = output;
            output.WriteOneLine(FaceText.Csv(["file", "frame", "time", "track", .. FaceText.Columns, .. ClassColumns.Of(labels)]));
        }

        public override void Write(string file, long frame, TrackedFace face) => _output.WriteOneLine(FaceText.Csv(
            [file, $"{frame}", face.Time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture), $"{face.Track}",
                .. FaceText.Cells(face.Face)]));
    }

    /// <summary>A row a face at the video's end: how long it was seen, and its mean probabilities.</summary>
    private sealed class TableWriter(IReadOnlyList<string> labels, SafeConsole console) : TrackWriter
    {
        private readonly SortedDictionary<(string File, int Track),
            Summary> _faces = new(Comparer<(string File, int Track)>.Create((one, other) =>
            one.File == other.File ? one.Track.CompareTo(other.Track) : string.CompareOrdinal(one.File, other.File)));

        public override void Write(string file, long frame, TrackedFace face)
        {
            if (!_faces.TryGetValue((file, face.Track), out Summary? summary))
                _faces.Add((file, face.Track), summary = new Summary(face.Time, new double[labels.Count]));
            summary.Last = face.Time;
            summary.Frames++;
            for (int i = 0; i < labels.Count; i++)
                summary.Sums[i] += face.Face.Probabilities[i];
        }

        public override void Dispose()
        {
            foreach (IGrouping<string, KeyValuePair<(string File, int Track), Summary>> video in _faces.GroupBy(face => face.Key.File))
            {
                console.MarkupLineInterpolated($"[bold]{video.Key}[/]: {(video.Count() == 1 ? "1 face" : $"{video.Count()} faces")}");
                Table table = new Table().WithNumbers("face", "from", "to", "frames").WithColumns("mostly").WithNumbers(labels);
                foreach (((_, int track), Summary summary) in video)
                {
                    int top = Enumerable.Range(0, labels.Count).MaxBy(i => summary.Sums[i]);
                    table.AddRow([
                        new Text($"{track}"), new Text($"{summary.First.TotalSeconds:F2} s"), new Text($"{summary.Last.TotalSeconds:F2} "
                            + "s"), new Text($"{summary.Frames}"),
                        new Text(labels[top], new Style(Color.FromHex(Palette.Of(labels[top], top)))),
                        .. summary.Sums.Select(sum => new Text($"{sum / summary.Frames:F2}"))]);
                }

                console.Write(table);
            }

            if (_faces.Count == 0 && FramesRead)
                console.WriteLine("no face found");
            base.Dispose();
        }

        private sealed class Summary(TimeSpan first, double[] sums)
        {
            public TimeSpan First => first;

            public TimeSpan Last { get; set; }

            public long Frames { get; set; }

            public double[] Sums => sums;
        }
    }
}
