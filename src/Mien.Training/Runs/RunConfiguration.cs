using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mien.Training.Runs;

/// <summary>config.json: all that is needed to repeat a run.</summary>
public sealed record RunConfiguration
{
    /// <summary>Version of Mien.Training that began the run.</summary>
    public required string Version { get; init; }

    /// <summary>The recipe, with threads and precision as they were resolved.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>Where the data was read from.</summary>
    public required string Data { get; init; }

    /// <summary>SHA-256 of the whole table, before any limit.</summary>
    public required string DataSha256 { get; init; }

    /// <summary>Faces that were kept of it, stratified; 0 for all.</summary>
    public required int Limit { get; init; }

    /// <summary>Faces of each split after the limit.</summary>
    public required IReadOnlyDictionary<string, int> Faces { get; init; }

    /// <summary>Class names in label order.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Side of the input, mean and deviation of the Training pixels.</summary>
    public required Mien.Imaging.InputSpec Input { get; init; }

    /// <summary>Whose labels, votes and answers are learned, in words; null in a run begun before it was kept.</summary>
    public string? LearnedFrom { get; init; }

    /// <summary>Whether neither this run nor its teachers nor the model it goes on from learned from exact copies of test faces.</summary>
    public bool CopiesLeftOut { get; init; }

    /// <summary>Processor, operating system, .NET and libtorch of the machine.</summary>
    public required string Machine { get; init; }

    /// <summary>
    /// Whether this run began with a recipe; threads, precision and, where it goes on from a model, architecture do not
    /// count, as they were resolved then.
    /// </summary>
    internal bool BeganWith(TrainingOptions options) =>
        !Differences(options with { Threads = 0, Precision = Precision.Auto }).Any();

    /// <summary>Options that differ from those that this run began with.</summary>
    /// <param name="asked">The recipe of a command that goes on with the run; what is resolved at the beginning may be left open in
    /// it.</param>
    /// <returns>Member's name in JSON (`augmentation.mixUp` for one inside another), the run's value, the one asked for.</returns>
    public IEnumerable<(string Name, string Run, string Asked)> Differences(TrainingOptions asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        TrainingOptions run = Options.WithFullPaths();
        asked = asked.WithFullPaths();
        asked = asked with
        {
            Threads = asked.Threads == 0 ? run.Threads : asked.Threads,
            Precision = asked.Precision == Precision.Auto ? run.Precision : asked.Precision,
            Architecture = asked.From is null ? asked.Architecture : run.Architecture,
        };
        return Compare(Node(run), Node(asked), "");
    }

    private static IEnumerable<(string Name, string Run, string Asked)> Compare(JsonNode run, JsonNode asked, string prefix)
    {
        foreach ((string name, JsonNode? value) in run.AsObject())
        {
            JsonNode? other = asked[name];
            if (value is JsonObject && other is JsonObject)
            {
                foreach ((string Name, string Run, string Asked) inner in Compare(value, other, prefix + name + "."))
                    yield return inner;
            }
            else if (!JsonNode.DeepEquals(value, other))
            {
                yield return (prefix + name, Text(value), Text(other));
            }
        }
    }

    private static string Text(JsonNode? value) => value?.ToJsonString() ?? "none";

    private static JsonNode Node(TrainingOptions options) => JsonSerializer.SerializeToNode(options, TrainingJson.Default.TrainingOptions)!;
}
