using Mien.Detection;

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

    /// <summary>Whether pictures are faces that are cut out already, or photos in which the largest face is found.</summary>
    public FaceMode FaceMode { get; init; } = FaceMode.Cropped;

    /// <summary>What counts as a face, under <see cref="FaceMode.Detect"/>.</summary>
    public DetectorOptions Detector { get; init; } = DetectorOptions.Default;

    /// <summary>Folder in which the faces found are kept, so that no photo is searched twice; null for one of the user's.</summary>
    public string? FaceCache { get; init; }
}

/// <summary>What became of photos whose faces were to be found.</summary>
/// <param name="Searched">Photos that were searched.</param>
/// <param name="Kept">Photos whose face had been found before.</param>
/// <param name="Cache">The folder in which found faces are kept.</param>
/// <param name="WithoutFace">Photos in which no face was found, by name: they are left out.</param>
/// <param name="SeveralFaces">Photos with several faces: the largest was taken.</param>
public sealed record FaceSearch(int Searched, int Kept, string Cache, IReadOnlyList<string> WithoutFace, int SeveralFaces);

/// <summary>Where a face comes from.</summary>
/// <param name="File">The table, or the picture: as the data set names it, from its own folder on.</param>
/// <param name="Line">In a table or a manifest, from 1, a header counted; 0 for a picture of a folder.</param>
/// <param name="Group">What must not be divided: a person, a clip; null for none.</param>
public readonly record struct FaceOrigin(string File, long Line, string? Group = null)
{
    /// <summary>File and line, for a person.</summary>
    public string Named => Line > 0 ? $"{File}, line {Line}" : File;
}

/// <summary>A data set in memory, with what was left out of it.</summary>
/// <param name="Table">The faces.</param>
/// <param name="Source">The file or folder that the rows come from, inside an archive where there is one.</param>
/// <param name="Sizes">How many pictures the source has of each size, such as `48x48`.</param>
/// <param name="BadRows">What is wrong with each row that was left out: file, line, expectation.</param>
/// <param name="Notes">Files that were passed over, and why.</param>
public sealed record LoadedDataset(FaceTable Table, string Source, IReadOnlyDictionary<string, int> Sizes, IReadOnlyList<string> BadRows,
    IReadOnlyList<string> Notes)
{
    /// <summary>Where each face comes from, in the table's order.</summary>
    public IReadOnlyList<FaceOrigin> Origins { get; init; } = [];

    /// <summary>What became of the search for faces; null where there was none.</summary>
    public FaceSearch? Search { get; init; }
}
