namespace Mien.Training.Datasets;

/// <summary>A row or picture that could not be used.</summary>
/// <param name="File">The file, as a person would name it: `fer2013.csv`, `archive.zip/train/angry/1.jpg`.</param>
/// <param name="Line">The line in a CSV file, counted from 1 with the header; null for a picture.</param>
/// <param name="Problem">What is wrong and what was expected: `2303 pixels, expected 2304 (48x48).`</param>
public sealed record BadRow(string File, long? Line, string Problem)
{
    /// <summary>`fer2013.csv, line 17: 2303 pixels, expected 2304 (48x48).`</summary>
    public override string ToString() => Line is null ? $"{File}: {Problem}" : $"{File}, line {Line}: {Problem}";
}

/// <summary>What happens to a bad row: the first is an error, or each is noted and left out.</summary>
internal sealed class BadRowLog(bool skip)
{
    private readonly List<BadRow> _rows = [];

    public IReadOnlyList<BadRow> Rows => _rows;

    /// <exception cref="MienException">Bad rows are not to be skipped.</exception>
    public void Add(BadRow row, Exception? cause = null)
    {
        if (!skip)
        {
            string thing = row.Line is null ? "picture" : "row";
            throw new MienException($"{row} Fix the {thing}, or pass --skip-bad-rows to leave such {thing}s out.", cause!);
        }

        _rows.Add(row);
    }
}
