using System.Text.Json;

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

    /// <summary>Whose labels, votes and answers are learnt, in words; null in a run begun before it was kept.</summary>
    public string? LearntFrom { get; init; }

    /// <summary>Whether neither this run nor its teachers nor the model it goes on from learnt from exact copies of test faces.</summary>
    public bool CopiesLeftOut { get; init; }

    /// <summary>Processor, operating system, .NET and libtorch of the machine.</summary>
    public required string Machine { get; init; }

    /// <summary>
    /// Whether this run began with a recipe; threads, precision and, where it goes on from a model, architecture do not
    /// count, as they were resolved then.
    /// </summary>
    internal bool BeganWith(TrainingOptions options) =>
        Text(Options) == Text(options with
        {
            Threads = Options.Threads,
            Precision = Options.Precision,
            Architecture = options.From is null ? options.Architecture : Options.Architecture,
        });

    private static string Text(TrainingOptions options) => JsonSerializer.Serialize(options, TrainingJson.Default.TrainingOptions);
}
