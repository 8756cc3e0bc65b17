using Mien.Training.Datasets;

namespace Mien.Reports;

/// <summary>What a report covers.</summary>
public sealed record ReportOptions
{
    /// <summary>The report as it is made unless told otherwise.</summary>
    public static ReportOptions Default { get; } = new();

    /// <summary>Splits to read; null for all that the data has. The last of them is the test set.</summary>
    public IReadOnlyList<Split>? Splits { get; init; }

    /// <summary>Training faces that are read, stratified by class; 0 for all. All of FER2013 takes about a minute more.</summary>
    public int TrainingFaces { get; init; } = 5000;

    /// <summary>
    /// Faces that the page carries at most, for its size: the last split is carried whole; the cells of the confusion
    /// matrices before it are thinned by the same share where there is not room for all.
    /// </summary>
    public int MostFaces { get; init; } = 16_000;

    /// <summary>Cards of each ready-made gallery.</summary>
    public int GalleryFaces { get; init; } = 60;

    /// <summary>Faces on the map of the last features; 0 leaves the map out.</summary>
    public int MapFaces { get; init; } = 1000;

    /// <summary>Right answers and as many mistakes of each class whose Grad-CAM and occlusion map are shown.</summary>
    public int AttentionFaces { get; init; } = 2;

    /// <summary>PublicTest faces (the last split's, where there is none) that are spoiled in every way; 0 leaves the table out.</summary>
    public int SpoiledFaces { get; init; } = 400;

    /// <summary>Shares the probability of classes that the data set lacks out among the others.</summary>
    public bool OnlyPresent { get; init; }

    /// <summary>Decides every random choice.</summary>
    public int Seed { get; init; } = 1;
}
