using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mien.Cli.Predictions;

/// <summary>Writes predictions as they come.</summary>
internal abstract class PredictionWriter : IDisposable
{
    /// <summary>A writer to standard output.</summary>
    /// <param name="format">Not parquet.</param>
    /// <param name="labels">The model's class names.</param>
    /// <param name="terminal">Where to.</param>
    /// <param name="wide">Prints the whole table in a narrow terminal too.</param>
    public static PredictionWriter Create(PredictionFormat format, IReadOnlyList<string> labels, Terminal terminal, bool wide = false) =>
        format == PredictionFormat.Table ? new TableWriter(labels, terminal, wide) : Create(format, labels, terminal.Output);

    /// <summary>A writer of JSON, JSON lines or CSV to any text.</summary>
    /// <param name="format">Not table or parquet.</param>
    /// <param name="labels">The model's class names.</param>
    /// <param name="output">Where to; not closed.</param>
    /// <param name="goesOn">Lines stand there already: no header.</param>
    public static PredictionWriter Create(PredictionFormat format, IReadOnlyList<string> labels, TextWriter output, bool goesOn = false) =>
        format switch
        {
            PredictionFormat.Json => new JsonArrayWriter(output),
            PredictionFormat.Jsonl => new JsonLinesWriter(output),
            PredictionFormat.Csv => new CsvLinesWriter(labels, output, goesOn),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };

    /// <summary>CSV's first line, without its end.</summary>
    public static string CsvHeader(IReadOnlyList<string> labels) => FaceText.Csv(CsvColumns(labels));

    public abstract void Write(PicturePrediction prediction);

    public virtual void Dispose()
    {
    }

    private static string[] CsvColumns(IReadOnlyList<string> labels) => ["file", "width", "height", "face", .. FaceText.Columns,
        .. ClassColumns.Of(labels), "error"];

    private static string ToJson(PicturePrediction prediction, bool indented) => FaceText.Json(
        json => FaceJson.WritePicture(json, prediction.File, prediction.Width, prediction.Height, prediction.Faces, prediction.Error),
            indented);

    private sealed class JsonArrayWriter(TextWriter output) : PredictionWriter
    {
        private bool _any;

        public override void Write(PicturePrediction prediction)
        {
            output.WriteLine(_any ? "," : "[");
            output.Write(ToJson(prediction, indented: true));
            _any = true;
        }

        public override void Dispose()
        {
            output.WriteLine(_any ? "" : "[");
            output.WriteLine("]");
            base.Dispose();
        }
    }

    private sealed class JsonLinesWriter(TextWriter output) : PredictionWriter
    {
        public override void Write(PicturePrediction prediction) => output.WriteLine(ToJson(prediction, indented: false));
    }

    private sealed class CsvLinesWriter : PredictionWriter
    {
        private readonly TextWriter _output;
        private readonly int _columns;

        public CsvLinesWriter(IReadOnlyList<string> labels, TextWriter output, bool goesOn)
        {
            _output = output;
            string[] columns = CsvColumns(labels);
            _columns = columns.Length;
            if (!goesOn)
                output.WriteOneLine(FaceText.Csv(columns));
        }

        public override void Write(PicturePrediction prediction)
        {
            string[] picture = [prediction.File, $"{prediction.Width}", $"{prediction.Height}"];
            // A picture without a face keeps a line, so that every picture is accounted for.
            if (prediction.Faces is not { Count: > 0 } faces)
            {
                _output.WriteOneLine(FaceText.Csv([.. picture, .. Enumerable.Repeat("", _columns - 4), prediction.Error ?? ""]));
                return;
            }

            for (int i = 0; i < faces.Count; i++)
                _output.WriteOneLine(FaceText.Csv([.. picture, $"{i + 1}", .. FaceText.Cells(faces[i]), ""]));
        }
    }

    private sealed class TableWriter(IReadOnlyList<string> labels, Terminal terminal, bool wide) : PredictionWriter
    {
        private readonly SafeConsole _console = terminal.Console;

        public override void Write(PicturePrediction prediction)
        {
            if (prediction.Faces is not { } faces)
                return;
            string found = faces.Count == 0 ? "no face found" : faces.Count == 1 ? "1 face" : $"{faces.Count} faces";
            _console.MarkupLineInterpolated($"[bold]{prediction.File}[/] {prediction.Width}x{prediction.Height}: {found}");
            if (faces.Count == 0)
                return;
            IReadOnlyList<Face> inOrder = ReadingOrder.Of(faces);
            Table whole = Whole(inOrder);
            var options = RenderOptions.Create(_console, _console.Profile.Capabilities);
            int width = _console.Profile.Width;
            int needed = ((IRenderable)whole).Measure(options, int.MaxValue).Max;
            if (wide)
                _console.Profile.Width = Math.Max(width, needed);
            _console.Write(wide || needed <= width ? whole : Short(inOrder));
            _console.Profile.Width = width;
        }

        private Table Whole(IEnumerable<Face> faces)
        {
            Table table = new Table().WithColumns("box").WithNumbers("score").WithColumns("label").WithNumbers(labels);
            foreach (Face face in faces)
            {
                table.AddRow([
                    new Text(face.Box.ToString()), new Text($"{face.DetectorScore:F2}"),
                        Label(face, $"{face.Label} {Percent(face.Confidence)}"),
                    .. face.Probabilities.Select(probability => new Text($"{probability:F2}"))]);
            }

            return table;
        }

        private Table Short(IEnumerable<Face> faces)
        {
            Table table = new Table().WithColumns("box", "label").WithNumbers("confidence").WithColumns("runner-up");
            foreach (Face face in faces)
            {
                int second = Enumerable.Range(0, labels.Count).Where(label => label != face.MostProbable)
                    .DefaultIfEmpty(face.MostProbable).MaxBy(label => face.Probabilities[label]);
                table.AddRow(
                    new Text(face.Box.ToString()), Label(face, face.Label), new Text(Percent(face.Confidence)),
                    new Text(second == face.MostProbable ? "" : $"{labels[second]} {Percent(face.Probabilities[second])}"));
            }

            return table;
        }

        private static Text Label(Face face, string text) =>
            new(text, new Style(Color.FromHex(face.IsUncertain ? Palette.Uncertain : Palette.Of(face.Label, face.MostProbable))));

        private static string Percent(float share) => $"{share * 100:F0}%";
    }
}
