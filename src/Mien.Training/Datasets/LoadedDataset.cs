namespace Mien.Training.Datasets;

/// <summary>How a data set is read.</summary>
public sealed record DatasetOptions
{
    /// <summary>Stops at the first damaged row.</summary>
    public static DatasetOptions Default { get; } = new();

    /// <summary>Leaves damaged rows out, counted and named, instead of stopping at the first.</summary>
    public bool SkipBadRows { get; init; }

    /// <summary>Labels that stand for others, such as joy for happy, in any case.</summary>
    public IReadOnlyDictionary<string, string> Map { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
}

/// <summary>Where a face comes from.</summary>
/// <param name="File">The table, or the picture: as the data set names it, from its own folder on.</param>
/// <param name="Line">In a table or a manifest, from 1, a header counted; 0 for a picture of a folder.</param>
/// <param name="Group">What must not be divided: a person, a clip; null for none.</param>
public readonly record struct FaceOrigin(string File, long Line, string? Group = null);

/// <summary>A data set in memory, with what was left out of it.</summary>
/// <param name="Table">The faces.</param>
/// <param name="Source">The file or folder that the rows come from, inside an archive where there is one.</param>
/// <param name="Sizes">How many pictures the source has of each size, such as `48x48`.</param>
/// <param name="BadRows">What is wrong with each row that was left out: file, line, expectation.</param>
/// <param name="Notes">Files that were passed over, and why.</param>
public sealed record LoadedDataset(FaceTable Table, string Source, IReadOnlyDictionary<string, int> Sizes, IReadOnlyList<string> BadRows, IReadOnlyList<string> Notes)
{
    /// <summary>Where each face comes from, in the table's order.</summary>
    public IReadOnlyList<FaceOrigin> Origins { get; init; } = [];
}
