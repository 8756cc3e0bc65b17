using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Mien.Server.Safety;

/// <summary>Who may call.</summary>
internal static class ApiKeys
{
    /// <summary>A browser can't set a WebSocket's headers: it offers the key as a protocol of this prefix, in base64url.</summary>
    public const string ProtocolPrefix = "mien-key.";

    /// <exception cref="RefusedException">A key is needed, and the request has none or another.</exception>
    public static void Require(HttpRequest request, string? key)
    {
        if (Fits(request, key))
            return;
        throw new RefusedException(StatusCodes.Status401Unauthorized, "An API key is needed",
            "Send it as `X-Api-Key: KEY` or `Authorization: Bearer KEY`. Whoever runs the server has it.");
    }

    /// <summary>Whether a request may be answered.</summary>
    public static bool Fits(HttpRequest request, string? key) => key is null || (Offered(request) is { } offered && Same(offered, key));

    /// <summary>Compares digests, so that neither the time nor the length tells anything of the key.</summary>
    private static bool Same(string offered, string key) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(offered)), SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static string? Offered(HttpRequest request)
    {
        if (request.Headers["X-Api-Key"] is [{ } header])
            return header;
        if (AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out AuthenticationHeaderValue? bearer)
            && bearer.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return bearer.Parameter;
        return KeyProtocol(request) is { } protocol ? Decode(protocol[ProtocolPrefix.Length..]) : null;
    }

    private static string? KeyProtocol(HttpRequest request) => request.HttpContext.WebSockets.IsWebSocketRequest
        ? request.HttpContext.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(protocol =>
            protocol.StartsWith(ProtocolPrefix, StringComparison.Ordinal))
        : null;

    private static string? Decode(string text)
    {
        byte[] bytes = new byte[text.Length];
        return System.Buffers.Text.Base64Url.TryDecodeFromChars(text, bytes, out int count) ? Encoding.UTF8.GetString(bytes, 0, count)
            : null;
    }
}
