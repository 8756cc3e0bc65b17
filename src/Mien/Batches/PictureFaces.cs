namespace Mien.Batches;

/// <summary>What was read in a picture.</summary>
/// <param name="Width">Of the upright picture in pixels.</param>
/// <param name="Height">Likewise.</param>
/// <param name="Faces">Its faces, from the most certain down.</param>
public sealed record PictureFaces(int Width, int Height, IReadOnlyList<Face> Faces);
