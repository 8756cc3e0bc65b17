using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mien.Training.Evaluation;

/// <summary>Figures of a classifier over a labelled set. Shares are 0..1.</summary>
public sealed record Evaluation
{
    /// <summary>How many faces.</summary>
    public required int Count { get; init; }

    /// <summary>Share of faces whose most probable class is the label.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean of the classes' F1; a class that is neither labelled nor predicted counts as 0.</summary>
    [JsonPropertyName("macroF1")]
    public required double MacroF1 { get; init; }

    /// <summary>Mean recall over the classes that occur.</summary>
    public required double BalancedAccuracy { get; init; }

    /// <summary>Figures of each class by its name, in label order.</summary>
    public required IReadOnlyDictionary<string, ClassFigures> PerClass { get; init; }

    /// <summary>Counts, [K][K]: rows are true labels, columns predictions.</summary>
    public required int[][] Confusion { get; init; }

    /// <summary>Mean negative natural logarithm of the label's probability, which is taken as 1e-12 at least.</summary>
    public required double Nll { get; init; }

    /// <summary>Mean squared distance of the probabilities from the label's unit vector, 0..2 (Brier 1950).</summary>
    public required double Brier { get; init; }

    /// <summary>Expected calibration error over 15 equal-width bins of the highest probability (Guo et al. 2017).</summary>
    public required double Ece { get; init; }

    /// <summary>Faces classified a second; 0 where nothing was timed.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>The figures as indented JSON, with the keys that the documentation names.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EvaluationJson.Default.Evaluation);
}

/// <summary>Figures of one class; 0 where a denominator is 0.</summary>
/// <param name="Precision">Of those predicted, the share labelled so.</param>
/// <param name="Recall">Of those labelled, the share predicted so.</param>
/// <param name="F1">Harmonic mean of the two.</param>
/// <param name="Support">How many are labelled so.</param>
public sealed record ClassFigures(double Precision, double Recall, double F1, int Support);

[JsonSerializable(typeof(Evaluation))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class EvaluationJson : JsonSerializerContext;
