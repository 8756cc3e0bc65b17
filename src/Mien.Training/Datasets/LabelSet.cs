namespace Mien.Training.Datasets;

/// <summary>The class names that a data set turns out to have, and what each name in it stands for.</summary>
/// <remarks>
/// Names that <see cref="FacialExpressions"/> knows are the seven's, whatever alias they go by. The classes are those that
/// occur, the known first and in their own order, the others by name. FER2013's table is the exception: its numbers 0 to
/// 6 are the format's own, so any part of it has all seven classes, less those that the map puts into others.
/// </remarks>
internal sealed class LabelSet(IReadOnlyDictionary<string, string> map)
{
    private readonly Dictionary<string, byte> _places = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _names = [];
    private readonly HashSet<string> _mapped = new(StringComparer.OrdinalIgnoreCase);

    // Shorter names are near too many words.
    private const int ShortestHinted = 4;

    /// <summary>A provisional place for a name; <see cref="Build"/> gives the final ones.</summary>
    /// <exception cref="MienException">More than 255 names.</exception>
    public byte PlaceOf(string name)
    {
        if (_places.TryGetValue(name, out byte place))
            return place;
        string meant = name.Trim();
        if (map.TryGetValue(meant, out string? target))
        {
            _mapped.Add(meant);
            meant = target;
        }

        string known = FacialExpressions.TryParse(meant, out FacialExpression expression) ? expression.Name() : meant.ToLowerInvariant();
        int found = _names.IndexOf(known);
        if (found < 0)
        {
            if (_names.Count == byte.MaxValue)
                throw new MienException($"more than {byte.MaxValue} labels, the last \"{name}\". Is that column, or that folder, the "
                    + "label?");
            found = _names.Count;
            _names.Add(known);
        }

        return _places[name] = (byte)found;
    }

    /// <summary>Labels that look like an expression's name with a typing error, each with what to do.</summary>
    public IEnumerable<string> Hints()
    {
        foreach ((string written, byte place) in _places.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            string name = _names[place];
            bool known = name.Length < ShortestHinted || FacialExpressions.TryParse(name, out _);
            if (known || Spelling.Nearest(name, FacialExpressions.Aliases) is not { } near)
                continue;
            yield return $"label \"{name}\" is no known expression and becomes a class of its own. Did you mean {near}? Then pass "
                + $"{Spelling.Cure(written.Trim(), near)}";
        }
    }

    /// <summary>Whether rows came from FER2013's table, whose format names the seven classes.</summary>
    public bool IsFer2013 { get; set; }

    /// <summary>The classes in their final order, and for each provisional place its final one.</summary>
    /// <exception cref="MienException">The map names a label that does not occur.</exception>
    public (IReadOnlyList<string> Names, byte[] Places) Build()
    {
        string[] idle = [.. map.Keys.Where(name => !_mapped.Contains(name))];
        if (idle.Length > 0)
        {
            string[] labels = [.. _places.Keys.Order(StringComparer.Ordinal)];
            string meant = Spelling.Nearest(idle[0], labels) is { } near ? $" Did you mean {near}={map[idle[0]]}?" : "";
            throw new MienException($"--map {idle[0]}={map[idle[0]]}: nothing is labeled {idle[0]}. The labels are "
                + $"{string.Join(", ", labels)}.{meant}");
        }

        string[] own = [.. _names.Except(FacialExpressions.Names).Order(StringComparer.Ordinal)];
        List<string> names = [.. FacialExpressions.Names.Where(name => _names.Contains(name) || IsOfFer2013(name)), .. own];
        return (names, [.. _names.Select(name => (byte)names.IndexOf(name))]);

        // Its label numbers stand for seven classes, whichever of them occur.
        bool IsOfFer2013(string name) => IsFer2013 && FacialExpressions.Fer2013Names.Contains(name) && !map.ContainsKey(name);
    }
}
