using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mien.Batches;
using Mien.Imaging;
using Mien.Server.Safety;

namespace Mien.Server.Endpoints;

/// <summary>POST /v1/expressions</summary>
internal static class ExpressionsEndpoint
{
    // What a browser or a program reads as JSON; no page puts it between tags.
    internal static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<IResult> Handle(HttpContext http, FaceReader reader, BytesInFlight bytes)
    {
        CancellationToken cancellationToken = http.RequestAborted;
        bool annotate = Flag(http.Request, "annotate");
        bool wantsPicture = annotate && http.Request.Headers.Accept.ToString().StartsWith("image/", StringComparison.OrdinalIgnoreCase);
        using IDisposable reserved = bytes.Reserve(http.Request);
        IReadOnlyList<NamedPicture> pictures = await PictureBodies.Read(http.Request, reader.Options, cancellationToken);
        if (wantsPicture && pictures.Count > 1)
            throw new RefusedException(StatusCodes.Status406NotAcceptable, "One picture can't hold several", "Send one picture, or accept "
                + "application/json.");

        bool png = wantsPicture && http.Request.Headers.Accept.ToString().StartsWith("image/png", StringComparison.OrdinalIgnoreCase);
        byte[][] annotated = new byte[pictures.Count][];
        Task<PictureFaces>[] read = await reader.ReadAsync(
            pictures, annotate ? (place, picture, faces) => annotated[place] = Annotator.Encode(picture, faces, jpeg: !png) : null,
                cancellationToken);
        // What fails for a reason that is not the picture's is the server's failure; one picture alone fails as a whole.
        if (read.FirstOrDefault(picture => picture.IsFaulted
            && (read.Length == 1 || picture.Exception!.InnerException is not MienException)) is { } failed)
            await failed;
        return wantsPicture
            ? Results.Bytes(annotated[0], png ? "image/png" : "image/jpeg")
            : Json(reader.Recognizer.Model.Name, pictures, read, annotate ? annotated : null);
    }

    /// <summary>A yes or no of the address: `?name`, `?name=true`, `?name=false`.</summary>
    private static bool Flag(HttpRequest request, string name) => !request.Query.TryGetValue(name, out var values) ? false
        : values.ToString().ToLowerInvariant() switch
        {
            "" or "true" or "1" => true,
            "false" or "0" => false,
            _ => throw new RefusedException(StatusCodes.Status400BadRequest, $"{name} is neither true nor false", $"Write ?{name}=true or "
                + "leave it out."),
        };

    private static IResult Json(string model, IReadOnlyList<NamedPicture> pictures, Task<PictureFaces>[] read, byte[][]? annotated)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Writing))
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            json.WriteStartArray("pictures");
            for (int i = 0; i < read.Length; i++)
            {
                PictureFaces? result = read[i].IsCompletedSuccessfully ? read[i].Result : null;
                json.WriteStartObject();
                FaceJson.WritePicture(json, pictures[i].Name, result?.Width ?? 0, result?.Height ?? 0, result?.Faces,
                    read[i].Exception?.InnerException?.Message);
                if (result is not null && annotated is not null)
                    json.WriteString("annotated", DataAddress.Of(annotated[i], "image/jpeg"));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Results.Bytes(buffer.WrittenMemory, "application/json");
    }
}

/// <summary>A file within an address.</summary>
internal static class DataAddress
{
    public static string Of(byte[] bytes, string type) => $"data:{type};base64,{Convert.ToBase64String(bytes)}";

    public static string Of(Picture picture) => Of(picture.ToPng(), "image/png");
}
