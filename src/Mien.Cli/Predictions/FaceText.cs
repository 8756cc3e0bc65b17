using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mien.Cli.Predictions;

/// <summary>A face as JSON and as cells of a table: the same of a picture and of a video's frame.</summary>
internal static class FaceText
{
    /// <summary>CSV's columns of a face, before the labels'.</summary>
    public static readonly string[] Columns = ["x", "y", "boxWidth", "boxHeight", "detectorScore", "quality", "label", "confidence"];

    /// <summary>An object's text.</summary>
    public static string Json(Action<Utf8JsonWriter> write, bool indented)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>The documented keys of a face; probabilities by label.</summary>
    public static void WriteFace(Utf8JsonWriter json, Face face)
    {
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
    }

    /// <summary>Cells under <see cref="Columns"/> and the labels.</summary>
    public static IEnumerable<string> Cells(Face face) =>
    [
        Number(face.Box.X), Number(face.Box.Y), Number(face.Box.Width), Number(face.Box.Height), Number(face.DetectorScore),
        face.Quality is { } quality ? Number(quality.Score) : "", face.Label, Number(face.Confidence), .. face.Probabilities.Select(Number),
    ];

    /// <summary>A line of CSV, without its end (RFC 4180).</summary>
    public static string Csv(IEnumerable<string> cells) => string.Join(',', cells.Select(cell =>
        cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));

    private static string Number(float value) => value.ToString(CultureInfo.InvariantCulture);
}
