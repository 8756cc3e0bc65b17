using System.Globalization;
using Mien.Batches;
using Mien.Explanations;
using Mien.Imaging;
using Mien.Server.Answers;
using Mien.Server.Safety;

namespace Mien.Server.Endpoints;

/// <summary>POST /v1/explanations</summary>
internal static class ExplanationsEndpoint
{
    // Pixels on the screen for one that the network saw.
    private const int Scale = 4;

    public static async Task<IResult> Handle(HttpContext http, FaceReader reader, BytesInFlight bytes)
    {
        if (!int.TryParse(http.Request.Query["face"].ToString() is { Length: > 0 } text ? text : "0", NumberStyles.None,
            CultureInfo.InvariantCulture, out int place))
            throw new RefusedException(StatusCodes.Status400BadRequest, "face is no place", "Write ?face=0 for the first of the faces that "
                + "/v1/expressions gives, ?face=1 for the second.");
        using IDisposable reserved = bytes.Reserve(http.Request);
        IReadOnlyList<NamedPicture> pictures = await PictureBodies.Read(http.Request, reader.Options, http.RequestAborted);
        if (pictures.Count > 1)
            throw new RefusedException(StatusCodes.Status400BadRequest, "One picture at a time", "Send the picture whose face is to be "
                + "explained.");

        ExplanationAnswer? answer = null;
        Task<PictureFaces>[] read = await reader.ReadAsync(pictures, (_, picture, faces) =>
        {
            if (place < faces.Count)
                answer = Explain(reader.Recognizer, picture, faces[place]);
        }, http.RequestAborted);
        PictureFaces found = await read[0];
        return answer is null
            ? throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "No such face", found.Faces.Count == 0
                ? "No face was found in the picture." : $"The picture has {found.Faces.Count} faces: face is 0 to {found.Faces.Count - 1}.")
            : Results.Json(answer, ServerJson.Default.ExplanationAnswer);
    }

    private static ExplanationAnswer Explain(ExpressionRecognizer recognizer, Picture picture, Face face)
    {
        FaceExplanation explanation = recognizer.Explain(picture, face);
        string Overlay(Heatmap? map) => DataAddress.Of(ExplanationPicture.Overlay(explanation.Crop, map, explanation.Occlusion.Size,
            Scale));
        return new ExplanationAnswer(face.Label, face.Confidence, Overlay(null), explanation.GradCam is { } map ? Overlay(map) : null,
            Overlay(explanation.Occlusion));
    }
}
