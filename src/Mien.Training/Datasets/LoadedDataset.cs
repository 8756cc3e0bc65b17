namespace Mien.Training.Datasets;

/// <summary>A data set in memory, and what was learnt on the way there.</summary>
/// <param name="Table">The faces, in the order of the file.</param>
/// <param name="Source">What was read, where PATH held several candidates: `archive.zip/fer2013/fer2013.csv`.</param>
/// <param name="BadRows">What was left out; empty unless <see cref="DatasetOptions.SkipBadRows"/>.</param>
/// <param name="Notes">Sentences for the person who asked: candidates that were passed over, and why.</param>
public sealed record LoadedDataset(
    FaceTable Table,
    string Source,
    IReadOnlyList<BadRow> BadRows,
    IReadOnlyList<string> Notes);
