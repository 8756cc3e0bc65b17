namespace Mien.Training.Datasets;

/// <summary>How a data set is read.</summary>
public sealed record DatasetOptions
{
    /// <summary>FER2013 as it is: faces of 48x48, a damaged row is an error.</summary>
    public static DatasetOptions Default { get; } = new();

    /// <summary>Side of a face in pixels: what a CSV row must hold, and what pictures are resized to.</summary>
    public int Size { get; init; } = 48;

    /// <summary>Leaves damaged rows out and names them in <see cref="LoadedDataset.BadRows"/>, where otherwise the first is an error.</summary>
    public bool SkipBadRows { get; init; }
}
