using Mien.Imaging;

namespace Mien.Detection;

/// <summary>Finds the faces of a picture. An own implementation replaces <see cref="FaceDetector"/> in
/// <see cref="RecognizerOptions.FaceDetector"/>.</summary>
/// <remarks>Implementations are called from several threads at once.</remarks>
public interface IFaceDetector
{
    /// <summary>Finds the faces of a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>
    /// Faces in the picture's pixels, most certain first; empty where there are none. Boxes overlap the picture, and the eyes of a
    /// face are two places: crops are aligned by the keypoints.
    /// </returns>
    IReadOnlyList<DetectedFace> Detect(Picture picture, CancellationToken cancellationToken = default);
}
