using System.Text.Json;

namespace Mien;

/// <summary>The documented JSON of faces: the same from the command line and from the server.</summary>
public static class FaceJson
{
    /// <summary>Writes a picture's properties into an object that is open: file, then width, height and faces, or its error.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="file">The picture's name as it was given.</param>
    /// <param name="width">Of the upright picture in pixels.</param>
    /// <param name="height">Likewise.</param>
    /// <param name="faces">Null where the picture could not be read.</param>
    /// <param name="error">What went wrong; null where nothing did.</param>
    public static void WritePicture(Utf8JsonWriter json, string file, int width, int height, IReadOnlyList<Face>? faces, string? error)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteString("file", file);
        if (faces is null)
        {
            json.WriteString("error", error);
            return;
        }

        json.WriteNumber("width", width);
        json.WriteNumber("height", height);
        json.WriteStartArray("faces");
        foreach (Face face in faces)
        {
            json.WriteStartObject();
            WriteFace(json, face);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes a face's properties into an object that is open; probabilities by label.</summary>
    public static void WriteFace(Utf8JsonWriter json, Face face)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(face);
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
            json.WriteNumber("exposure", quality.Exposure);
            json.WriteNumber("contrast", quality.Contrast);
            json.WriteNumber("noise", quality.Noise);
            json.WriteNumber("sharpness", quality.Sharpness);
            json.WriteNumber("pixels", quality.Pixels);
            json.WriteNumber("roll", quality.Roll);
            json.WriteNumber("yaw", quality.Yaw);
            json.WriteNumber("pitch", quality.Pitch);
            json.WriteNumber("cover", quality.Cover);
            json.WriteNumber("upright", quality.Upright);
            json.WriteEndObject();
        }

        json.WriteStartObject("probabilities");
        for (int i = 0; i < face.Labels.Count; i++)
            json.WriteNumber(face.Labels[i], face.Probabilities[i]);
        json.WriteEndObject();
    }
}
