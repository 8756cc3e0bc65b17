using Mien.Detection;
using Mien.Imaging;

namespace Mien;

/// <summary>Reads the expressions of the faces in a picture. Implement it for test doubles and decorators.</summary>
/// <remarks><see cref="ExpressionRecognizerExtensions"/> adds files, streams and encoded bytes to every implementation.</remarks>
public interface IExpressionRecognizer
{
    /// <summary>What the model says of itself.</summary>
    ModelCard Model { get; }

    /// <summary>Finds and reads the faces of a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <returns>Faces, most certain first; empty where there are none.</returns>
    IReadOnlyList<Face> Recognize(Picture picture);

    /// <summary>Reads faces that were found elsewhere.</summary>
    /// <param name="picture">The picture, decoded whole.</param>
    /// <param name="faces">Its faces, in its pixels.</param>
    /// <returns>A face for each of <paramref name="faces"/>, in their order.</returns>
    /// <exception cref="MienException">A face is outside the picture, or its keypoints can't be used.</exception>
    IReadOnlyList<Face> Recognize(Picture picture, IReadOnlyList<DetectedFace> faces);

    /// <summary>Finds and reads the faces of a picture on the thread pool.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="cancellationToken">Ends the work between its stages.</param>
    /// <returns>Faces, most certain first; empty where there are none.</returns>
    Task<IReadOnlyList<Face>> RecognizeAsync(Picture picture, CancellationToken cancellationToken = default);
}
