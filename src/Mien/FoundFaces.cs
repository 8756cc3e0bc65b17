using Mien.Detection;

namespace Mien;

/// <summary>A picture's faces, cut out and not yet read: all that is needed once its pixels are gone.</summary>
/// <param name="Width">Of the picture, in pixels.</param>
/// <param name="Height">Likewise.</param>
/// <param name="Faces">Where they are.</param>
/// <param name="Crops">[N*S*S] gray levels, row-major, face after face.</param>
/// <param name="QualityCrops">[N*S*S] the same for <see cref="FaceQuality"/>, S its crop size; the crops themselves where they have that
/// size.</param>
/// <param name="Detected">False where the whole picture was taken as a face.</param>
internal sealed record FoundFaces(int Width, int Height, IReadOnlyList<DetectedFace> Faces, byte[] Crops, byte[] QualityCrops,
    bool Detected);
