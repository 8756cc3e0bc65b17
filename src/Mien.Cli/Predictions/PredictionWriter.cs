using Spectre.Console;

namespace Mien.Cli.Predictions;

/// <summary>Writes predictions as they come.</summary>
internal abstract class PredictionWriter : IDisposable
{
    /// <summary>A writer to standard output.</summary>
    public static PredictionWriter Create(PredictionFormat format, IReadOnlyList<string> labels, Terminal terminal) =>
        format == PredictionFormat.Table ? new TableWriter(labels, terminal.Console) : Create(format, labels, terminal.Output);

    /// <summary>A writer of JSON, JSON lines or CSV to any text.</summary>
    /// <param name="format">Not table or parquet.</param>
    /// <param name="labels">The model's class names.</param>
    /// <param name="output">Where to; not closed.</param>
    /// <param name="goesOn">Lines stand there already: no header.</param>
    public static PredictionWriter Create(PredictionFormat format, IReadOnlyList<string> labels, TextWriter output, bool goesOn = false) => format switch
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
        json => FaceJson.WritePicture(json, prediction.File, prediction.Width, prediction.Height, prediction.Faces, prediction.Error), indented);

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

    private sealed class TableWriter(IReadOnlyList<string> labels, SafeConsole console) : PredictionWriter
    {
        public override void Write(PicturePrediction prediction)
        {
            if (prediction.Faces is not { } faces)
                return;
            console.MarkupLineInterpolated($"[bold]{prediction.File}[/] {prediction.Width}x{prediction.Height}: {(faces.Count == 0 ? "no face found" : faces.Count == 1 ? "1 face" : $"{faces.Count} faces")}");
            if (faces.Count == 0)
                return;
            Table table = new Table().WithColumns("box").WithNumbers("score").WithColumns("label").WithNumbers(labels);
            foreach (Face face in faces)
            {
                table.AddRow([
                    new Text(face.Box.ToString()),
                    new Text($"{face.DetectorScore:F2}"),
                    new Text($"{face.Label} {face.Confidence * 100:F0}%", new Style(Color.FromHex(face.IsUncertain ? Palette.Uncertain : Palette.Of(face.Label, face.MostProbable)))),
                    .. face.Probabilities.Select(probability => new Text($"{probability:F2}"))]);
            }

            console.Write(table);
        }
    }
}
