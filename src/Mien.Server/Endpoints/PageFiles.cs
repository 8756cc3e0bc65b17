namespace Mien.Server.Endpoints;

/// <summary>The page's files, from within the assembly.</summary>
internal static class PageFiles
{
    /// <summary>Name and content type of each, the page itself first.</summary>
    public static IReadOnlyList<(string Name, string Type)> All { get; } =
    [
        ("index.html", "text/html; charset=utf-8"),
        ("page.css", "text/css; charset=utf-8"),
        ("page.js", "text/javascript; charset=utf-8"),
        ("photos.js", "text/javascript; charset=utf-8"),
        ("camera.js", "text/javascript; charset=utf-8"),
        ("faces.js", "text/javascript; charset=utf-8"),
        ("history.js", "text/javascript; charset=utf-8"),
        ("reader.js", "text/javascript; charset=utf-8"),
        ("server.js", "text/javascript; charset=utf-8"),
        ("switch.js", "text/javascript; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ];

    /// <summary>A file's bytes.</summary>
    public static byte[] Read(string name)
    {
        using Stream stream = Open(name);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A file of the assembly's, to be read to its end.</summary>
    public static Stream Open(string name) => typeof(PageFiles).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"{name} was not embedded when Mien.Server was built.");

    public static void Map(RouteGroupBuilder group)
    {
        foreach ((string name, string type) in All)
        {
            var file = TaggedFile.Of(Read(name));
            group.MapGet(name == All[0].Name ? "/" : $"/{name}", (HttpContext http) =>
            {
                // Relative addresses in the page need the slash.
                if (name == All[0].Name && http.Request.Path.Value is { Length: > 0 } path && !path.EndsWith('/'))
                    return Results.LocalRedirect($"~{path}/");
                http.Response.Headers.CacheControl = "no-cache";
                return Results.Bytes(file.Bytes, type, entityTag: file.Tag);
            }).WithMetadata(new Safety.RequestGuard.Open()).ExcludeFromDescription();
        }
    }
}
