using Mien.Faces;

namespace Mien;

/// <summary>A face in a picture, with its expression.</summary>
public sealed record Face
{
    /// <summary>Where it is, in pixels of the upright picture.</summary>
    public required Box Box { get; init; }

    /// <summary>The detector's confidence, 0..1; 1 where the whole picture was taken as a face.</summary>
    public required float DetectorScore { get; init; }

    /// <summary>Eyes, nose, mouth, ears; null where the whole picture was taken as a face.</summary>
    public FaceKeypoints? Keypoints { get; init; }

    /// <summary>The model's class names, in the order of <see cref="Probabilities"/>.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Calibrated probabilities, summing to 1.</summary>
    public required IReadOnlyList<float> Probabilities { get; init; }

    /// <summary>Place of the most probable class.</summary>
    private int Top => Enumerable.Range(0, Probabilities.Count).MaxBy(i => Probabilities[i]);

    /// <summary>The most probable class's name.</summary>
    public string Label => Labels[Top];

    /// <summary>The most probable class's probability, 0..1.</summary>
    public float Confidence => Probabilities[Top];

    /// <summary>The most probable expression; null where the model has another class of its own there.</summary>
    public Expression? Expression => Expressions.TryParse(Label, out Expression expression) ? expression : null;
}
