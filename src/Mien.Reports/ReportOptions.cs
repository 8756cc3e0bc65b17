using Mien.Training.Datasets;

namespace Mien.Reports;

/// <summary>What a report covers.</summary>
public sealed record ReportOptions
{
    /// <summary>The report as it is made unless told otherwise.</summary>
    public static ReportOptions Default { get; } = new();

    /// <summary>Splits to read, where the data has them. The last of them is the test set.</summary>
    public IReadOnlyList<Split> Splits { get; init; } = [Split.Training, Split.PublicTest, Split.PrivateTest];

    /// <summary>Training faces that are read, stratified by class; 0 for all. All of FER2013 takes about a minute more.</summary>
    public int TrainingFaces { get; init; } = 6000;

    /// <summary>Faces kept for each cell of a confusion matrix on splits before the last; of the last one all are kept.</summary>
    public int FacesACell { get; init; } = 150;

    /// <summary>Cards of each ready-made gallery.</summary>
    public int GalleryFaces { get; init; } = 60;

    /// <summary>Faces on the map of the last features; 0 leaves the map out.</summary>
    public int MapFaces { get; init; } = 1200;

    /// <summary>Decides every random choice.</summary>
    public int Seed { get; init; } = 1;
}
