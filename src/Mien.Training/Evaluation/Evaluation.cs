using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mien.Training.Evaluation;

/// <summary>Figures of a classifier over a labeled set. Shares are 0..1.</summary>
public sealed record Evaluation
{
    /// <summary>How many faces.</summary>
    public required int Count { get; init; }

    /// <summary>Share of faces whose most probable class is the label.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean F1 over the classes that occur among the labels.</summary>
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

    /// <summary>
    /// Mean of the calibration errors of the classes that occur, each class's probability held against how often it is the
    /// label (Kull et al. 2019, arXiv:1910.12656).
    /// </summary>
    public required double ClasswiseEce { get; init; }

    /// <summary>Classes that no face is labeled with; balanced accuracy and the means over classes leave them out.</summary>
    public IReadOnlyList<string> Missing => [.. PerClass.Where(pair => pair.Value.Support == 0).Select(pair => pair.Key)];

    /// <summary>Classes whose probability was shared out among the others, as the whole data set lacks them.</summary>
    public IReadOnlyList<string> SharedOut { get; init; } = [];

    /// <summary>Faces that were not judged, by the classes that the model lacks.</summary>
    public IReadOnlyDictionary<string, int> LeftOut { get; init; } = new Dictionary<string, int>();

    /// <summary>Test faces that Training has too; null where nobody looked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TestCopies? Copies { get; init; }

    /// <summary>How the answers go with the votes of FER+'s taggers; null for data without votes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VoteFigures? Votes { get; init; }

    /// <summary>Faces classified a second; 0 where nothing was timed.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>The figures as indented JSON, with the keys that the documentation names.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EvaluationJson.Default.Evaluation);
}

/// <summary>Figures of one class; 0 where a denominator is 0.</summary>
/// <param name="Precision">Of those predicted, the share labeled so.</param>
/// <param name="Recall">Of those labeled, the share predicted so.</param>
/// <param name="F1">Harmonic mean of the two.</param>
/// <param name="Support">How many are labeled so.</param>
/// <param name="Ece">Calibration error of the class's own probability, 0..1 (see <see cref="Metrics.ClassCalibrationErrors"/>).</param>
public sealed record ClassFigures(double Precision, double Recall, double F1, int Support, double Ece);

/// <summary>Test faces that stand in Training too, byte for byte.</summary>
/// <param name="Judged">How many are among the faces that were judged.</param>
/// <param name="LeftOut">How many were left out before.</param>
/// <param name="Model">What the model's file says of such copies in its own training; null where it says nothing.</param>
public sealed record TestCopies(int Judged, int LeftOut, string? Model)
{
    /// <summary>The note of a model's card (<see cref="ModelCard.Notes"/>) that says it.</summary>
    public const string Note = "copiesOfTestFaces";
}

[JsonSerializable(typeof(Evaluation))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class EvaluationJson : JsonSerializerContext;
