using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mien.Reports.Page;

/// <summary>What the page's script reads.</summary>
/// <param name="Labels">Class names.</param>
/// <param name="Colors">`#RRGGBB` of each class.</param>
/// <param name="Size">Side of a face in pixels.</param>
/// <param name="Columns">Faces across a sheet.</param>
/// <param name="Splits">Ready-made galleries.</param>
/// <param name="Faces">Base64 of <see cref="Gallery.Bytes"/>.</param>
/// <param name="LabelErrors">Places of faces whose label is likely wrong, the likeliest first.</param>
/// <param name="Votes">For faces with FER+ votes: their votes as words, by place.</param>
/// <param name="Attention">Faces with overlays.</param>
internal sealed record PageData(
    IReadOnlyList<string> Labels,
    IReadOnlyList<string> Colors,
    int Size,
    int Columns,
    IReadOnlyList<GalleryLists> Splits,
    string Faces,
    IReadOnlyList<int> LabelErrors,
    IReadOnlyDictionary<int, string> Votes,
    IReadOnlyList<AttentionCard> Attention);

[JsonSerializable(typeof(PageData))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class PageJson : JsonSerializerContext;
