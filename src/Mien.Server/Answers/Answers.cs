using System.Text.Json.Serialization;

namespace Mien.Server.Answers;

/// <summary>What `POST /v1/expressions` answers. The server writes it through <see cref="FaceJson"/>; these types describe it, and read it
/// in C#.</summary>
public sealed record ExpressionsAnswer
{
    /// <summary>Name of the model that read the pictures.</summary>
    public required string Model { get; init; }

    /// <summary>A result a picture, in the order they were sent.</summary>
    public required IReadOnlyList<PictureAnswer> Pictures { get; init; }
}

/// <summary>A picture with its faces: the same JSON as a line of `mien predict --format jsonl`.</summary>
public sealed record PictureAnswer
{
    /// <summary>The picture's name as it was sent.</summary>
    public required string File { get; init; }

    /// <summary>Width of the upright picture in pixels.</summary>
    public int? Width { get; init; }

    /// <summary>Height of the upright picture in pixels.</summary>
    public int? Height { get; init; }

    /// <summary>Its faces, from the most certain down; absent where it could not be read.</summary>
    public IReadOnlyList<FaceAnswer>? Faces { get; init; }

    /// <summary>Why it could not be read; absent where it could.</summary>
    public string? Error { get; init; }

    /// <summary>With `annotate=true`, a copy with boxes and labels, as a data: address of a JPEG.</summary>
    public string? Annotated { get; init; }
}

/// <summary>A face with its expression.</summary>
public record FaceAnswer
{
    /// <summary>Where it is, in pixels of the upright picture.</summary>
    public required BoxAnswer Box { get; init; }

    /// <summary>The detector's confidence, 0..1.</summary>
    public required float DetectorScore { get; init; }

    /// <summary>The most probable expression, or `uncertain`.</summary>
    public required string Label { get; init; }

    /// <summary>The most probable expression's probability, 0..1.</summary>
    public required float Confidence { get; init; }

    /// <summary>How well the face can be read.</summary>
    public QualityAnswer? Quality { get; init; }

    /// <summary>Calibrated probability of each label, summing to 1.</summary>
    public required IReadOnlyDictionary<string, float> Probabilities { get; init; }
}

/// <summary>A rectangle in pixels of the upright picture.</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Upper edge.</param>
/// <param name="Width">Width.</param>
/// <param name="Height">Height.</param>
public sealed record BoxAnswer(float X, float Y, float Width, float Height);

/// <summary>Light, contrast, noise, sharpness, size, pose and cover of a face.</summary>
/// <param name="Score">All of it in one share, 0..1.</param>
/// <param name="Exposure">Light, 0..1: 1 where it is neither dark nor blown out.</param>
/// <param name="Contrast">Standard deviation of the face in gray levels, 0..127.</param>
/// <param name="Noise">Standard deviation of the noise in gray levels; 2 to 3 in good photos.</param>
/// <param name="Sharpness">1 as in the middle one of FER2013's faces.</param>
/// <param name="Pixels">Side of the square that the network saw, in pixels of the picture.</param>
/// <param name="Roll">Tilted, degrees; 0 where the whole picture was taken as a face, as for the two others.</param>
/// <param name="Yaw">Turned, degrees.</param>
/// <param name="Pitch">Bent, degrees.</param>
/// <param name="Cover">Probability that mouth, eyes or one side is covered, 0..1.</param>
/// <param name="Upright">Probability that the network saw it upright, 0..1.</param>
public sealed record QualityAnswer(
    float Score, float Exposure, float Contrast, float Noise, float Sharpness, float Pixels, float Roll, float Yaw, float Pitch,
        float Cover, float Upright);

/// <summary>What `WS /v1/stream` answers to a frame that was read.</summary>
public sealed record StreamAnswer
{
    /// <summary>Which of the frames that were sent, from 0.</summary>
    public required long Frame { get; init; }

    /// <summary>Seconds from the first frame to this one.</summary>
    public required double Time { get; init; }

    /// <summary>Frames so far that a newer one overtook.</summary>
    public required long PassedOver { get; init; }

    /// <summary>Width of the frame in pixels.</summary>
    public int? Width { get; init; }

    /// <summary>Height of the frame in pixels.</summary>
    public int? Height { get; init; }

    /// <summary>Faces that are followed.</summary>
    public IReadOnlyList<TrackedFaceAnswer>? Faces { get; init; }

    /// <summary>Why the frame could not be read; absent where it could.</summary>
    public string? Error { get; init; }
}

/// <summary>A face that is followed from frame to frame; probabilities smoothed.</summary>
public sealed record TrackedFaceAnswer : FaceAnswer
{
    /// <summary>Its number, from 1, the same as long as it is followed.</summary>
    public required int Track { get; init; }
}

/// <summary>What one face's answer rests on.</summary>
/// <param name="Label">The most probable expression.</param>
/// <param name="Confidence">Its probability, 0..1.</param>
/// <param name="Face">The aligned face as the network saw it, a data: address of a PNG.</param>
/// <param name="GradCam">Grad-CAM over it; absent where the model can't give it.</param>
/// <param name="Occlusion">The occlusion map over it: where a gray patch costs the answer most.</param>
public sealed record ExplanationAnswer(string Label, float Confidence, string Face, string? GradCam, string Occlusion);

/// <summary>Pictures as JSON.</summary>
/// <param name="Pictures">One or several.</param>
public sealed record PicturesRequest(IReadOnlyList<PictureData> Pictures);

/// <summary>A picture as JSON.</summary>
/// <param name="Data">The file's bytes in base64.</param>
/// <param name="Name">What to call it in the answer.</param>
public sealed record PictureData(byte[] Data, string? Name = null);

/// <summary>What the model says of itself, and what the server accepts.</summary>
public sealed record ModelAnswer
{
    /// <summary>The model's own name.</summary>
    public required string Name { get; init; }

    /// <summary>What its probabilities say, in one sentence.</summary>
    public required string Meaning { get; init; }

    /// <summary>Version of Mien that wrote it.</summary>
    public required string Version { get; init; }

    /// <summary>Its architecture.</summary>
    public required string Architecture { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Side of the square that it reads, in pixels.</summary>
    public required int InputSize { get; init; }

    /// <summary>SHA-256 of the data that it learned from; empty where unknown.</summary>
    public required string DataSha256 { get; init; }

    /// <summary>Its classes, in order.</summary>
    public required IReadOnlyList<ClassAnswer> Classes { get; init; }

    /// <summary>Figures measured and written into the model's file, such as `PublicTest.accuracy`.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>Free text from the model's file.</summary>
    public required IReadOnlyDictionary<string, string> Notes { get; init; }

    /// <summary>What the server accepts.</summary>
    public required LimitsAnswer Limits { get; init; }
}

/// <summary>One class of a model.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Color">Its color, as `#RRGGBB`.</param>
/// <param name="Recall">Share of this class's faces that were read right, by split; empty where the model's file does not say.</param>
public sealed record ClassAnswer(string Label, string Color, IReadOnlyDictionary<string, double> Recall);

/// <summary>What a server accepts.</summary>
/// <param name="RequestBytes">Size of a request's body, at most.</param>
/// <param name="Pictures">Pictures of a request, at most.</param>
/// <param name="Pixels">Pixels of a picture, at most.</param>
/// <param name="FrameBytes">Size of a camera's frame, at most.</param>
public sealed record LimitsAnswer(long RequestBytes, int Pictures, long Pixels, int FrameBytes);

/// <summary>Serializers made at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PicturesRequest))]
[JsonSerializable(typeof(ModelAnswer))]
[JsonSerializable(typeof(ExplanationAnswer))]
[JsonSerializable(typeof(BrowserSettings))]
internal sealed partial class ServerJson : JsonSerializerContext;
