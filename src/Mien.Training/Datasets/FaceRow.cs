namespace Mien.Training.Datasets;

/// <summary>One labelled face as it comes out of a file.</summary>
/// <param name="Pixels">[Size*Size] grey levels, row-major; the row's own array.</param>
/// <param name="Label">What the face shows.</param>
/// <param name="Split">Which part of the data set it belongs to.</param>
public readonly record struct FaceRow(byte[] Pixels, Expression Label, Split Split);
