using Microsoft.ML.OnnxRuntime;
using Mien.Detection;
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

/// <summary>How often each class is expected where the pictures come from.</summary>
public enum ClassPrior
{
    /// <summary>As in the data that the model was trained on.</summary>
    Dataset,

    /// <summary>All equally: no class gains from having been frequent in training.</summary>
    Balanced,
}

/// <summary>How pictures are read; change it with `with`.</summary>
public sealed record RecognizerOptions
{
    /// <summary>The defaults.</summary>
    public static RecognizerOptions Default => new();

    /// <summary>Where the faces are.</summary>
    public FaceMode FaceMode { get; set; } = FaceMode.Detect;

    /// <summary>What counts as a face.</summary>
    public DetectorOptions Detector { get; set; } = DetectorOptions.Default;

    /// <summary>Finds faces in place of Mien's own detector; null for that. The caller disposes it, after the recognizer.</summary>
    /// <remarks><see cref="Detector"/> is for Mien's own detector and does not apply to another.</remarks>
    public IFaceDetector? FaceDetector { get; set; }

    /// <summary>Larger pictures are refused before they are decoded, in pixels.</summary>
    public long MaxPixels { get; set; } = Picture.DefaultMaxPixels;

    /// <summary>Threads of one call; 0 leaves it to ONNX Runtime. 1 is fastest where many pictures are read side by side.</summary>
    public int Threads { get; set; }

    /// <summary>
    /// Changes the options of ONNX Runtime's sessions (classifier, detector, the network that tells covered faces) before
    /// they are opened: execution providers, memory, profiling. Called once for each.
    /// </summary>
    /// <remarks>
    /// A provider comes with its own package in place of Microsoft.ML.OnnxRuntime: Microsoft.ML.OnnxRuntime.Gpu for CUDA
    /// and TensorRT, Microsoft.ML.OnnxRuntime.DirectML for Windows; CoreML is in the plain package on macOS.
    /// </remarks>
    /// <example>
    /// <code>
    /// var cuda = RecognizerOptions.Default with { Session = session => session.AppendExecutionProvider_CUDA(0) };
    /// var directML = RecognizerOptions.Default with { Session = session => session.AppendExecutionProvider_DML(0) };
    /// var coreML = RecognizerOptions.Default with { Session = session => session.AppendExecutionProvider_CoreML() };
    /// </code>
    /// </example>
    public Action<SessionOptions>? Session { get; set; }

    /// <summary>Answers below this confidence are `uncertain`, 0..1; 0 gives every answer.</summary>
    public float MinConfidence { get; set; }

    /// <summary>Averages each face's probabilities with its mirror image's, at twice the classifier's cost; finding the face costs more
    /// than either.</summary>
    public bool Flip { get; set; }

    /// <summary>How often each class is expected.</summary>
    public ClassPrior Prior { get; set; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Threads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxPixels);
        if (MinConfidence is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(MinConfidence), MinConfidence, "Expected 0 to 1.");
        Detector.Validate();
    }
}
