using Mien.Imaging;

namespace Mien.Cli.Predictions;

/// <summary>What lies in folders and is taken for no picture, counted by kind: known by content, not by name.</summary>
internal sealed class PassedOver
{
    private const int KindsShown = 5;

    private static readonly Kind Link = new("a link to a folder", "links to folders", "Name the folder itself.");

    private readonly Lock _gate = new();
    private readonly Dictionary<Kind, int> _counts = [];

    public void Add(string path)
    {
        FileKind kind = FileKind.Of(path);
        Count(new Kind(kind.Name, kind.Plural, kind.Cure));
    }

    public void AddLink() => Count(Link);

    /// <summary>"3 HEIC pictures and 2 text files were passed over. HEIC: ..."; null where there is nothing to say.</summary>
    public string? Sentence()
    {
        KeyValuePair<Kind, int>[] kinds;
        lock (_gate)
        {
            if (_counts.Count == 0)
                return null;
            // What something can be done about comes first.
            kinds = [.. _counts.OrderBy(kind => kind.Key.Cure is null).ThenByDescending(kind => kind.Value)
                .ThenBy(kind => kind.Key.Name, StringComparer.Ordinal)];
        }

        List<string> counted = [.. kinds.Take(KindsShown)
            .Select(kind => kind.Value == 1 ? kind.Key.Name : $"{kind.Value} {kind.Key.Plural}")];
        int more = kinds.Skip(KindsShown).Sum(kind => kind.Value);
        if (more > 0)
            counted.Add($"{more} more");
        string list = counted.Count == 1 ? counted[0] : $"{string.Join(", ", counted[..^1])} and {counted[^1]}";
        bool one = kinds is [{ Value: 1 }];
        IEnumerable<string> cures = kinds.Take(KindsShown).Where(kind => kind.Key.Cure is not null)
            .Select(kind => $" {Capital(kind.Key.Plural)}: {kind.Key.Cure}");
        return $"{Capital(list)} {(one ? "was" : "were")} passed over.{string.Concat(cures)}";
    }

    private void Count(Kind kind)
    {
        lock (_gate)
            _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private readonly record struct Kind(string Name, string Plural, string? Cure);
}
