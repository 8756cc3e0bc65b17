using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Mien.Detection;
using Mien.Server.Answers;
using Mien.Server.Safety;

namespace Mien.Server.Endpoints;

/// <summary>What the page loads, once it is asked to read pictures itself: modules, ONNX Runtime Web, networks, settings.</summary>
internal static class BrowserEndpoints
{
    private const string Folder = "browser/";
    private const string Script = "text/javascript; charset=utf-8";

    /// <summary>The page's modules and ONNX Runtime Web, with their content types.</summary>
    public static IReadOnlyList<(string Name, string Type)> Files { get; } =
    [
        .. typeof(BrowserEndpoints).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => (name, name.EndsWith(".wasm.gz", StringComparison.Ordinal) ? "application/wasm" : Script)),
    ];

    public static void Map(RouteGroupBuilder group)
    {
        foreach ((string name, string type) in Files)
            Map(group, name, type);
        var detector = new Lazy<(TaggedFile Front, TaggedFile Back)>(() =>
        {
            (byte[] front, byte[] back) = FaceDetector.ReadNetworks();
            return (TaggedFile.Of(front), TaggedFile.Of(back));
        });
        Get(group, Folder + "front.onnx", (HttpContext http) => Network(http, detector.Value.Front)).WithMetadata(new RequestGuard.Open());
        Get(group, Folder + "back.onnx", (HttpContext http) => Network(http, detector.Value.Back)).WithMetadata(new RequestGuard.Open());

        var cover = new Lazy<TaggedFile>(() => TaggedFile.Of(FaceQualityMeter.ReadNetwork()));
        Get(group, Folder + "cover.onnx", (HttpContext http) => Network(http, cover.Value)).WithMetadata(new RequestGuard.Open());

        // A model of one's own is shown to those alone who may use it.
        Get(group, Folder + "models/{place:int}", (HttpContext http, BrowserMode mode, int place) =>
            place >= 0 && place < mode.ModelCount ? Network(http, mode.Model(place)) : Results.NotFound());
        Get(group, Folder + "settings", (BrowserMode mode) => Results.Json(mode.Settings(), ServerJson.Default.BrowserSettings));
    }

    private static void Map(RouteGroupBuilder group, string name, string type)
    {
        bool packed = name.EndsWith(".gz", StringComparison.Ordinal);
        EntityTagHeaderValue tag;
        using (Stream stream = PageFiles.Open(name))
            tag = TaggedFile.TagOf(SHA256.HashData(stream));
        Get(group, packed ? name[..^3] : name, (HttpContext http) =>
        {
            http.Response.Headers.CacheControl = "no-cache";
            if (!packed)
                return Results.Stream(PageFiles.Open(name), type, entityTag: tag);
            http.Response.Headers.Vary = HeaderNames.AcceptEncoding;
            if (!http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
                return Results.Stream(new GZipStream(PageFiles.Open(name), CompressionMode.Decompress), type);
            http.Response.Headers.ContentEncoding = "gzip";
            return Results.Stream(PageFiles.Open(name), type, entityTag: tag);
        }).WithMetadata(new RequestGuard.Open());
    }

    private static RouteHandlerBuilder Get(RouteGroupBuilder group, string path, Delegate handler) =>
        group.MapGet("/" + path, handler).ExcludeFromDescription();

    private static FileContentHttpResult Network(HttpContext http, TaggedFile file)
    {
        http.Response.Headers.CacheControl = "private, no-cache";
        return TypedResults.Bytes(file.Bytes, "application/octet-stream", entityTag: file.Tag);
    }
}
