using System.Text.Json.Serialization;
using Mien.Cli.Predictions;
using Mien.Detection;

namespace Mien.Cli.Labels;

/// <summary>What was found out about one picture: a line of the journal.</summary>
/// <param name="File">As it is opened.</param>
/// <param name="Hash">The picture from afar; null where it could not be read.</param>
/// <param name="Faces">How many faces it has.</param>
/// <param name="Box">The largest of them: the one that the label is for, as `mien train --faces detect` takes it.</param>
/// <param name="Probabilities">Of that face, in the order of the model's labels.</param>
/// <param name="Error">Why it can't be read; null where it can.</param>
internal sealed record Suggestion(string File, string? Hash, int Faces, Box Box, float[] Probabilities, string? Error)
{
    /// <summary>Place of the most probable label.</summary>
    [JsonIgnore]
    public int MostProbable => Array.IndexOf(Probabilities, Confidence);

    /// <summary>The most probable label's probability.</summary>
    [JsonIgnore]
    public float Confidence => Probabilities.Max();

    /// <summary>Whether there is a face to label.</summary>
    [JsonIgnore]
    public bool HasFace => Error is null && Faces > 0;

    /// <summary>Whether a line said all that there is to know of a picture.</summary>
    [JsonIgnore]
    public bool IsWhole => File is not null && (!HasFace || (Hash is not null && Probabilities is { Length: > 0 }));
}

/// <summary>A journal's first line: lines of another model, or of other options, don't belong together.</summary>
/// <param name="Run">Model and options.</param>
/// <param name="Labels">The model's class names.</param>
internal sealed record JournalHead(RunRecord Run, IReadOnlyList<string> Labels);

/// <summary>JSON of the journal's lines.</summary>
[JsonSerializable(typeof(Suggestion))]
[JsonSerializable(typeof(JournalHead))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class LabelJson : JsonSerializerContext;
