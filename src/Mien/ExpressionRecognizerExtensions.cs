using Mien.Imaging;

namespace Mien;

/// <summary>Files, streams and encoded bytes for every <see cref="IExpressionRecognizer"/>.</summary>
public static class ExpressionRecognizerExtensions
{
    /// <summary>Finds and reads the faces of a picture file.</summary>
    /// <param name="recognizer">The recognizer.</param>
    /// <param name="path">The file.</param>
    /// <returns>Faces, most certain first; empty where there are none.</returns>
    /// <exception cref="MienException">The picture can't be read: the message names it.</exception>
    public static IReadOnlyList<Face> Recognize(this IExpressionRecognizer recognizer, string path) =>
        Checked(recognizer).Recognize(Picture.Load(path));

    /// <summary>Finds and reads the faces of an encoded picture.</summary>
    /// <param name="recognizer">The recognizer.</param>
    /// <param name="stream">Read to its end.</param>
    /// <returns>Faces, most certain first; empty where there are none.</returns>
    /// <exception cref="MienException">The picture can't be read.</exception>
    public static IReadOnlyList<Face> Recognize(this IExpressionRecognizer recognizer, Stream stream) =>
        Checked(recognizer).Recognize(Picture.Load(stream));

    /// <summary>Finds and reads the faces of an encoded picture in memory.</summary>
    /// <param name="recognizer">The recognizer.</param>
    /// <param name="encoded">The bytes of a JPEG, PNG, WebP or other picture file.</param>
    /// <returns>Faces, most certain first; empty where there are none.</returns>
    /// <exception cref="MienException">The picture can't be read.</exception>
    public static IReadOnlyList<Face> Recognize(this IExpressionRecognizer recognizer, ReadOnlyMemory<byte> encoded) =>
        Checked(recognizer).Recognize(Picture.Load(encoded));

    private static IExpressionRecognizer Checked(IExpressionRecognizer recognizer)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        return recognizer;
    }
}
