using Mien.Faces;
using Mien.Imaging;

namespace Mien;

/// <summary>Where the faces of a picture are.</summary>
public enum FaceMode
{
    /// <summary>Anywhere: they are found and aligned.</summary>
    Detect,

    /// <summary>The whole picture is one face, as in FER2013.</summary>
    Cropped,
}

/// <summary>How pictures are read; change it with `with`.</summary>
public sealed record RecognizerOptions
{
    /// <summary>The defaults.</summary>
    public static RecognizerOptions Default { get; } = new();

    /// <summary>Where the faces are.</summary>
    public FaceMode Faces { get; init; } = FaceMode.Detect;

    /// <summary>What counts as a face.</summary>
    public DetectorOptions Detector { get; init; } = DetectorOptions.Default;

    /// <summary>Larger pictures are refused before they are decoded, in pixels.</summary>
    public long MaxPixels { get; init; } = Picture.DefaultMaxPixels;

    /// <summary>Threads of one call; 0 leaves it to ONNX Runtime.</summary>
    public int Threads { get; init; }
}
