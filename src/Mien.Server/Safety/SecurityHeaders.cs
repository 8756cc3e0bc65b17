namespace Mien.Server.Safety;

/// <summary>What browsers are told about every answer.</summary>
internal static class SecurityHeaders
{
    // `wasm-unsafe-eval` lets WebAssembly be compiled, and no script be made of text.
    private const string Policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
        + "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // The reference page makes its styles as it runs; it too may ask no other host for anything.
    private const string ReferencePolicy = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' blob: data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
            + "'none'";

    public static void Apply(HttpResponse response, bool reference = false)
    {
        IHeaderDictionary headers = response.Headers;
        headers.ContentSecurityPolicy = reference ? ReferencePolicy : Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        // An answer says what faces show: no cache keeps it.
        headers.CacheControl = "no-store";
    }
}
