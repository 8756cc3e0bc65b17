using Mien.Detection;

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

    /// <summary>How well it can be read; null where nothing measured it.</summary>
    public FaceQuality? Quality { get; init; }

    /// <summary>Answers below this confidence are `uncertain`, 0..1.</summary>
    public float MinConfidence { get; init; }

    /// <summary>Place of the most probable class.</summary>
    public int MostProbable
    {
        get
        {
            int best = 0;
            for (int i = 1; i < Probabilities.Count; i++)
                best = Probabilities[i] > Probabilities[best] ? i : best;
            return best;
        }
    }

    /// <summary>The most probable class's probability, 0..1.</summary>
    public float Confidence => Probabilities[MostProbable];

    /// <summary>Whether the answer is too weak to give.</summary>
    public bool IsUncertain => Confidence < MinConfidence;

    /// <summary>The most probable class's name; `uncertain` where <see cref="IsUncertain"/>.</summary>
    public string Label => IsUncertain ? FacialExpressions.Uncertain : Labels[MostProbable];

    /// <summary>The most probable expression; null where uncertain, or where the model has another class of its own there.</summary>
    public FacialExpression? Expression => FacialExpressions.TryParse(Label, out FacialExpression expression) ? expression : null;
}
