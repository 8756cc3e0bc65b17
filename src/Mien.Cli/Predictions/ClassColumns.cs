namespace Mien.Cli.Predictions;

/// <summary>The columns of a model's classes in every table that Mien writes.</summary>
/// <remarks>
/// A class's column has its name. Where another column of any of these tables has that name too, or another class but for
/// the case, as readers such as SQL's don't tell cases apart, it is `p(name)`. The web page (history.js) does the same.
/// </remarks>
internal static class ClassColumns
{
    private static readonly string[] Others =
    [
        "file", "width", "height", "face", "frame", "time", "track", .. FaceText.Columns, "error", "line", "suggested", "margin", "split",
    ];

    /// <summary>A column a class, in their order; no two are the same, whatever the case.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> labels)
    {
        var taken = new HashSet<string>(Others, StringComparer.OrdinalIgnoreCase);
        string?[] columns = [.. labels.Select(label => taken.Add(label) ? label : null)];
        // Those that keep their names go first: no other class becomes what one is called.
        return [.. columns.Select((column, place) => column ?? Free(labels[place]))];

        string Free(string name)
        {
            do
                name = $"p({name})";
            while (!taken.Add(name));
            return name;
        }
    }
}
