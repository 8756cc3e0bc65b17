using System.Net.Mime;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Mien.Server.Answers;
using Mien.Server.Safety;

namespace Mien.Server.Endpoints;

/// <summary>Pictures out of a request's body: a form, JSON, or the file itself. They stay in memory.</summary>
/// <remarks>ASP.NET's own form reader would put larger files on the disk: a promise would be broken.</remarks>
internal static class PictureBodies
{
    private const int MaxNameLength = 255;

    // A form's parts besides pictures are only names: a boundary and a few headers.
    private const int MaxBoundaryLength = 128;

    /// <exception cref="RefusedException">The body is of another kind, too large, or holds no picture or too many.</exception>
    public static async Task<IReadOnlyList<NamedPicture>> Read(HttpRequest request, ServerOptions options,
        CancellationToken cancellationToken)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = options.MaxRequestBytes;
        if (request.Headers.ContentEncoding.Count > 0 && request.Headers.ContentEncoding != "identity")
            throw new RefusedException(StatusCodes.Status415UnsupportedMediaType, "The body is compressed", "Pictures are compressed by "
                + "themselves: send them without Content-Encoding.");

        _ = MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type);
        string kind = type?.MediaType.Value?.ToLowerInvariant() ?? MediaTypeNames.Application.Octet;
        List<NamedPicture> pictures = kind switch
        {
            MediaTypeNames.Multipart.FormData => await ReadForm(request, type!, options, cancellationToken),
            MediaTypeNames.Application.Json => await ReadJson(request, options, cancellationToken),
            MediaTypeNames.Application.Octet => [new NamedPicture("picture",
                await ReadAll(request.Body, options.MaxRequestBytes, cancellationToken))],
            _ when kind.StartsWith("image/", StringComparison.Ordinal) =>
                [new NamedPicture("picture", await ReadAll(request.Body, options.MaxRequestBytes, cancellationToken))],
            _ => throw new RefusedException(StatusCodes.Status415UnsupportedMediaType, "The body is of another kind",
                "Send the picture itself with Content-Type image/jpeg (or image/png, image/webp, application/octet-stream), several as "
                    + "multipart/form-data, or application/json with base64."),
        };
        if (pictures.Count == 0)
            throw new RefusedException(StatusCodes.Status400BadRequest, "There is no picture", "Send at least one picture: a part with a "
                + "file name in a form, or an entry of `pictures` in JSON.");
        if (pictures.Count > options.MaxPictures)
            throw TooMany(options);
        return pictures;
    }

    private static async Task<List<NamedPicture>> ReadForm(HttpRequest request, MediaTypeHeaderValue type, ServerOptions options,
        CancellationToken cancellationToken)
    {
        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length is 0 or > MaxBoundaryLength)
            throw new RefusedException(StatusCodes.Status400BadRequest, "The form has no boundary", "Let the client's form support set "
                + "Content-Type: it holds a boundary that separates the parts.");
        var reader = new MultipartReader(boundary, request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 8192 };
        var pictures = new List<NamedPicture>();
        long left = options.MaxRequestBytes;
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (pictures.Count == options.MaxPictures)
                throw TooMany(options);
            _ = ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? disposition);
            string name = NameOf(disposition);
            if (disposition is null || (!disposition.IsFileDisposition()
                && section.ContentType?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) != true))
                throw new RefusedException(StatusCodes.Status400BadRequest, "A part of the form is no file", $"The part `{name}` has no "
                    + "file name. Send pictures as files; options such as annotate go into the address.");
            byte[] bytes = await ReadAll(section.Body, left, cancellationToken);
            left -= bytes.Length;
            pictures.Add(new NamedPicture(name, bytes));
        }

        return pictures;
    }

    private static async Task<List<NamedPicture>> ReadJson(HttpRequest request, ServerOptions options, CancellationToken cancellationToken)
    {
        byte[] text = await ReadAll(request.Body, options.MaxRequestBytes, cancellationToken);
        PicturesRequest sent = JsonSerializer.Deserialize(text, ServerJson.Default.PicturesRequest) ?? throw new JsonException();
        return sent.Pictures.Any(picture => picture is null)
            ? throw new JsonException()
            : [.. sent.Pictures.Select((picture, place) => new NamedPicture(Named(picture.Name, $"picture {place + 1}"), picture.Data))];
    }

    private static async Task<byte[]> ReadAll(Stream body, long most, CancellationToken cancellationToken)
    {
        using var held = new MemoryStream();
        byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            int read;
            while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (held.Length + read > most)
                    throw RefusedException.TooLarge(most);
                held.Write(buffer, 0, read);
            }
        }
        finally
        {
            // Somebody's face is in it.
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }

        return held.ToArray();
    }

    private static string NameOf(ContentDispositionHeaderValue? disposition)
    {
        string file = disposition is null ? "" : disposition.FileNameStar.HasValue ? disposition.FileNameStar.Value!
            : HeaderUtilities.RemoveQuotes(disposition.FileName).ToString();
        return Named(file, disposition is null ? "" : HeaderUtilities.RemoveQuotes(disposition.Name).ToString());
    }

    private static string Named(string? name, string otherwise) =>
        string.IsNullOrWhiteSpace(name) ? Named(string.IsNullOrWhiteSpace(otherwise) ? "picture" : otherwise, "picture")
            : name.Length <= MaxNameLength ? name : name[..MaxNameLength];

    private static RefusedException TooMany(ServerOptions options) => new(StatusCodes.Status413PayloadTooLarge, "Too many pictures",
        $"At most {options.MaxPictures} pictures a request. Send several requests.");
}
