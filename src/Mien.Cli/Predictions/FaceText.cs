using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mien.Cli.Predictions;

/// <summary>A face as JSON and as cells of a table: the same of a picture and of a video's frame.</summary>
internal static class FaceText
{
    /// <summary>CSV's columns of a face, before the labels'.</summary>
    public static readonly string[] Columns =
    [
        "x", "y", "boxWidth", "boxHeight", "detectorScore",
        "quality", "exposure", "contrast", "noise", "sharpness", "pixels", "roll", "yaw", "pitch", "cover", "upright", "label",
            "confidence",
    ];

    /// <summary>An object's text.</summary>
    public static string Json(Action<Utf8JsonWriter> write, bool indented)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Indented = indented,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
        }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>Cells under <see cref="Columns"/> and the labels.</summary>
    public static IEnumerable<string> Cells(Face face) =>
    [
        Number(face.Box.X), Number(face.Box.Y), Number(face.Box.Width), Number(face.Box.Height), Number(face.DetectorScore),
        .. QualityCells(face.Quality), face.Label, Number(face.Confidence), .. face.Probabilities.Select(Number),
    ];

    private static IEnumerable<string> QualityCells(FaceQuality? quality)
    {
        const int Count = 11;
        return quality is { } some
            ? ((float[])[
                some.Score, some.Exposure, some.Contrast, some.Noise, some.Sharpness, some.Pixels, some.Roll, some.Yaw, some.Pitch,
                    some.Cover, some.Upright,
            ]).Select(Number)
            : Enumerable.Repeat("", Count);
    }

    /// <summary>A line of CSV, without its end (RFC 4180).</summary>
    public static string Csv(IEnumerable<string> cells) => string.Join(',', cells.Select(cell =>
        cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));

    private static string Number(float value) => value.ToString(CultureInfo.InvariantCulture);
}
