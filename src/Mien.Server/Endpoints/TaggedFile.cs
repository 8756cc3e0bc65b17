using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Mien.Server.Endpoints;

/// <summary>A file that browsers keep and ask again for by its tag.</summary>
internal sealed record TaggedFile(byte[] Bytes, EntityTagHeaderValue Tag)
{
    public static TaggedFile Of(byte[] bytes) => new(bytes, TagOf(SHA256.HashData(bytes)));

    /// <summary>The tag of what has this SHA-256.</summary>
    public static EntityTagHeaderValue TagOf(byte[] hash) => new($"\"{Convert.ToHexStringLower(hash.AsSpan(0, 8))}\"");
}
