using System.Globalization;
using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>Prints predictions as they come, in one of four formats.</summary>
internal abstract class PredictionWriter : IDisposable
{
    public static PredictionWriter Create(PredictionFormat format, IReadOnlyList<string> labels, Terminal terminal) => format switch
    {
        PredictionFormat.Json => new JsonArrayWriter(terminal.Output),
        PredictionFormat.Jsonl => new JsonLinesWriter(terminal.Output),
        PredictionFormat.Csv => new CsvLinesWriter(labels, terminal.Output),
        _ => new TableWriter(labels, terminal.Console),
    };

    public abstract void Write(PicturePrediction prediction);

    public virtual void Dispose()
    {
    }

    /// <summary>The documented keys; probabilities by label.</summary>
    private static string ToJson(PicturePrediction prediction, bool indented)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = indented, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("file", prediction.File);
            if (prediction.Faces is not { } faces)
            {
                json.WriteString("error", prediction.Error);
            }
            else
            {
                json.WriteNumber("width", prediction.Width);
                json.WriteNumber("height", prediction.Height);
                json.WriteStartArray("faces");
                foreach (Face face in faces)
                    WriteFace(json, face);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteFace(Utf8JsonWriter json, Face face)
    {
        json.WriteStartObject();
        json.WriteStartObject("box");
        json.WriteNumber("x", face.Box.X);
        json.WriteNumber("y", face.Box.Y);
        json.WriteNumber("width", face.Box.Width);
        json.WriteNumber("height", face.Box.Height);
        json.WriteEndObject();
        json.WriteNumber("detectorScore", face.DetectorScore);
        json.WriteString("label", face.Label);
        json.WriteNumber("confidence", face.Confidence);
        if (face.Quality is { } quality)
        {
            json.WriteStartObject("quality");
            json.WriteNumber("score", quality.Score);
            json.WriteNumber("pixels", quality.Pixels);
            json.WriteNumber("sharpness", quality.Sharpness);
            json.WriteNumber("roll", quality.Roll);
            json.WriteNumber("yaw", quality.Yaw);
            json.WriteNumber("pitch", quality.Pitch);
            json.WriteEndObject();
        }

        json.WriteStartObject("probabilities");
        for (int i = 0; i < face.Labels.Count; i++)
            json.WriteNumber(face.Labels[i], face.Probabilities[i]);
        json.WriteEndObject();
        json.WriteEndObject();
    }

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

        public CsvLinesWriter(IReadOnlyList<string> labels, TextWriter output)
        {
            _output = output;
            string[] names = ["file", "width", "height", "face", "x", "y", "boxWidth", "boxHeight", "detectorScore", "quality", "label", "confidence", .. labels, "error"];
            _columns = names.Length;
            WriteLine(names);
        }

        public override void Write(PicturePrediction prediction)
        {
            // A picture without a face keeps a line, so that every picture is accounted for.
            if (prediction.Faces is not { Count: > 0 } faces)
            {
                string[] cells = [prediction.File, $"{prediction.Width}", $"{prediction.Height}", .. Enumerable.Repeat("", _columns - 4), prediction.Error ?? ""];
                WriteLine(cells);
                return;
            }

            for (int i = 0; i < faces.Count; i++)
            {
                Face face = faces[i];
                WriteLine([prediction.File, $"{prediction.Width}", $"{prediction.Height}", $"{i + 1}",
                    Number(face.Box.X), Number(face.Box.Y), Number(face.Box.Width), Number(face.Box.Height), Number(face.DetectorScore),
                    face.Quality is { } quality ? Number(quality.Score) : "", face.Label, Number(face.Confidence), .. face.Probabilities.Select(Number), ""]);
            }
        }

        private void WriteLine(IEnumerable<string> cells) => _output.WriteLine(string.Join(',', cells.Select(Quote)));

        private static string Number(float value) => value.ToString(CultureInfo.InvariantCulture);

        /// <summary>RFC 4180.</summary>
        private static string Quote(string cell) =>
            cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private sealed class TableWriter(IReadOnlyList<string> labels, IAnsiConsole console) : PredictionWriter
    {
        public override void Write(PicturePrediction prediction)
        {
            if (prediction.Faces is not { } faces)
                return;
            console.MarkupLineInterpolated($"[bold]{prediction.File}[/] {prediction.Width}x{prediction.Height}: {(faces.Count == 0 ? "no face found" : faces.Count == 1 ? "1 face" : $"{faces.Count} faces")}");
            if (faces.Count == 0)
                return;
            var table = new Table().AddColumn("box").AddColumn(new TableColumn("score").RightAligned()).AddColumn("label");
            foreach (string label in labels)
                table.AddColumn(new TableColumn(label).RightAligned());
            foreach (Face face in faces)
            {
                table.AddRow([
                    new Text($"{face.Box.X:F0},{face.Box.Y:F0} {face.Box.Width:F0}x{face.Box.Height:F0}"),
                    new Text($"{face.DetectorScore:F2}"),
                    new Text($"{face.Label} {face.Confidence * 100:F0}%", new Style(Color.FromHex(face.IsUncertain ? Palette.Uncertain : Palette.Of(face.Label, face.MostProbable)))),
                    .. face.Probabilities.Select(probability => new Text($"{probability:F2}"))]);
            }

            console.Write(table);
        }
    }
}
