namespace Mien.Server.Answers;

/// <summary>How the page's own modules read pictures, so that they answer as the server does. For them alone: it changes with
/// them.</summary>
internal sealed record BrowserSettings
{
    /// <summary>Why the page can't read pictures as this server does; absent where it can.</summary>
    public string? Unavailable { get; init; }

    /// <summary>The classes, in the order of the networks' outputs.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Side of the square that the networks read, in pixels.</summary>
    public required int InputSize { get; init; }

    /// <summary>One for each network.</summary>
    public required IReadOnlyList<NormalizationSettings> Models { get; init; }

    /// <summary>Each class's share in training where all are expected equally often; else absent.</summary>
    public IReadOnlyList<double>? ClassShares { get; init; }

    /// <summary>Each face's probabilities are averaged with its mirror image's.</summary>
    public required bool Flip { get; init; }

    /// <summary>Answers below are `uncertain`.</summary>
    public required float MinConfidence { get; init; }

    /// <summary>Pixels of a picture, at most.</summary>
    public required long MaxPixels { get; init; }

    /// <summary>What counts as a face in a photo.</summary>
    public required DetectorSettings Detector { get; init; }

    /// <summary>What counts as a face in a camera's frames.</summary>
    public required DetectorSettings LiveDetector { get; init; }

    /// <summary>How a camera's faces are followed.</summary>
    public required TrackerSettings Tracker { get; init; }
}

/// <summary>A network's input: (v / 255 - Mean) / Deviation, or each face by its own mean and deviation where OwnLevels.</summary>
internal sealed record NormalizationSettings(float Mean, float Deviation, bool OwnLevels);

/// <summary>See <see cref="Detection.DetectorOptions"/>.</summary>
internal sealed record DetectorSettings(float MinScore, int MinFacePixels, float MinFaceShare, int MaxFaces, bool AnyRotation);

/// <summary>See <see cref="Video.TrackerOptions"/>; times in seconds.</summary>
internal sealed record TrackerSettings(double Smoothing, double MaxGap, float CertainScore, float MinConfidence);
