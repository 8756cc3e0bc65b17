using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mien.Imaging;

namespace Mien;

/// <summary>What a model file says of itself: all that inference must know, and where the model comes from.</summary>
/// <remarks>Kept in the ONNX file's metadata_props under keys that begin with `mien.`.</remarks>
public sealed record ModelCard
{
    /// <summary>Version of this layout of keys, in `mien.format`.</summary>
    /// <remarks>From 2 on, lists are JSON: a class may have any name. In 1 they stood between commas.</remarks>
    public const int CurrentFormat = 2;

    /// <summary>Name of the graph's input, float [N,1,S,S], normalized.</summary>
    public const string InputName = "faces";

    /// <summary>Name of the graph's output of class probabilities, float [N,K]: softmax of logits / temperature.</summary>
    public const string ProbabilitiesName = "probabilities";

    /// <summary>Name of the graph's output of raw scores, float [N,K], before the temperature.</summary>
    public const string LogitsName = "logits";

    /// <summary>Name of the graph's output of the last feature maps, float [N,C,h,w], where the network has them.</summary>
    public const string FeatureMapsName = "feature_maps";

    /// <summary>Name of the graph's output of the last dense layer's weights, float [K,F], where that layer alone reads the feature
    /// maps.</summary>
    public const string ClassifierWeightsName = "classifier_weights";

    /// <summary>Key of the note that says whose labels, votes and answers the model learned from.</summary>
    public const string LearnedFromNote = "learnedFrom";

    // As files of 2026-11-27 and before spell it.
    private const string OldLearnedFromNote = "learntFrom";

    private const string DataSetLevels = "dataset";
    private const string FaceLevels = "face";

    /// <summary>The model's own name, such as `mien-default`.</summary>
    public required string Name { get; init; }

    /// <summary>Version of Mien that wrote the file.</summary>
    public required string Version { get; init; }

    /// <summary>Name of the architecture, such as `residual`.</summary>
    public required string Architecture { get; init; }

    /// <summary>Class names in the order of the output's columns.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Size and normalization of the input.</summary>
    public required InputSpec Input { get; init; }

    /// <summary>Softmax temperature, above 0, already applied inside the graph (Guo et al. 2017).</summary>
    public required float Temperature { get; init; }

    /// <summary>SHA-256 of the data's labels and pixels, lower-case hexadecimal; empty where unknown.</summary>
    public string DataSha256 { get; init; } = "";

    /// <summary>Each class's share of the faces that were learned from, in label order, summing to 1; empty where unknown.</summary>
    public IReadOnlyList<double> ClassShares { get; init; } = [];

    /// <summary>When the file was written, UTC.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Figures measured at export, such as `PublicTest.accuracy` -> 0.69; shares are 0..1.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new SortedDictionary<string, double>();

    /// <summary>Free text: license, recipe, limits. Keys without the `mien.` prefix.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; } = new SortedDictionary<string, string>();

    /// <summary>What the model's probabilities say, in one sentence; `mien model info` and the page begin with it.</summary>
    public string Meaning => LearnedFromPeople
        ? "Each probability is the share of people who would name that one of eight expressions."
        : Labels.SequenceEqual(FacialExpressions.Fer2013Names)
            ? "Each probability is how likely that one of FER2013's seven labels is."
            : "Each probability is how likely that label is in data like those that the model learned from.";

    /// <summary>Whether the probabilities are shares of people: the eight expressions, learned as FER+'s taggers shared their votes
    /// out.</summary>
    public bool LearnedFromPeople =>
        Labels.SequenceEqual(FacialExpressions.Names) && Notes.GetValueOrDefault(LearnedFromNote)?.Contains("FER+ votes (1)",
            StringComparison.Ordinal) == true;

    /// <summary>The card as key-value pairs for the file's metadata_props.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata()
    {
        var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["mien.format"] = Text(CurrentFormat),
            ["mien.name"] = Name,
            ["mien.version"] = Version,
            ["mien.architecture"] = Architecture,
            ["mien.labels"] = JsonSerializer.Serialize([.. Labels], CardJson.Readable.StringArray),
            ["mien.input.size"] = Text(Input.Size),
            ["mien.input.mean"] = Text(Input.Mean),
            ["mien.input.deviation"] = Text(Input.Deviation),
            ["mien.input.levels"] = Input.Levels == InputLevels.Face ? FaceLevels : DataSetLevels,
            ["mien.temperature"] = Text(Temperature),
            ["mien.data.sha256"] = DataSha256,
            ["mien.classShares"] = JsonSerializer.Serialize([.. ClassShares], CardJson.Readable.DoubleArray),
            ["mien.created"] = Created.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        };
        foreach ((string key, double value) in Metrics)
            pairs["mien.metric." + key] = Text(value);
        foreach ((string key, string value) in Notes)
            pairs["mien.note." + key] = value;
        return pairs;
    }

    /// <summary>Reads a card from a file's metadata_props.</summary>
    /// <param name="metadata">All pairs of the file; keys that are not Mien's are ignored.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="MienException">A needed key is absent or unreadable: not a model that Mien exported.</exception>
    public static ModelCard FromMetadata(IReadOnlyDictionary<string, string> metadata, string file)
    {
        int format = Number<int>("mien.format");
        if (format > CurrentFormat)
            throw new MienException($"{file}: written by a newer Mien (format {format}, this one reads {CurrentFormat}). Update Mien.");
        string[] labels = Texts(Needed("mien.labels"));
        if (labels.Length < 2 || labels.Any(string.IsNullOrWhiteSpace))
            throw new MienException($"{file}: `mien.labels` names fewer than two classes. Export the model again with `mien train`.");
        if (labels.GroupBy(label => label).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new MienException($"{file}: `mien.labels` names the class {twice.Key} more than once. "
                + "Export the model again with `mien train`.");
        var input = new InputSpec(Number<int>("mien.input.size"), Number<float>("mien.input.mean"), Number<float>("mien.input.deviation"),
            Levels());
        if (input.Size < 8 || input.Size > 1024 || !(input.Deviation > 0))
            throw new MienException($"{file}: impossible input in its metadata ({input}). Export the model again with `mien train`.");

        return new ModelCard
        {
            Name = Needed("mien.name"),
            Version = Needed("mien.version"),
            Architecture = Needed("mien.architecture"),
            Labels = labels,
            Input = input,
            Temperature = Number<float>("mien.temperature"),
            DataSha256 = metadata.GetValueOrDefault("mien.data.sha256", ""),
            ClassShares = Shares(),
            Created = DateTimeOffset.TryParse(metadata.GetValueOrDefault("mien.created"), CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out DateTimeOffset created) ? created : default,
            Metrics = Prefixed("mien.metric.").ToDictionary(p => p.Key, p => Number<double>("mien.metric." + p.Key)),
            Notes = Prefixed("mien.note.").ToDictionary(),
        };

        // A file from before faces were normalized one by one says nothing of it.
        InputLevels Levels() => metadata.GetValueOrDefault("mien.input.levels", DataSetLevels) switch
        {
            DataSetLevels => InputLevels.DataSet,
            FaceLevels => InputLevels.Face,
            var other => throw new MienException($"{file}: `mien.input.levels` is \"{other}\", which this version of Mien does not know. "
                + "Update Mien."),
        };

        // A file from before there were shares and one of another program have none.
        double[] Shares()
        {
            string given = metadata.GetValueOrDefault("mien.classShares", "");
            double[] shares = format == 1
                ? [.. given.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(cell =>
                    double.TryParse(cell, CultureInfo.InvariantCulture, out double share) ? share : 0)]
                : Json(given, CardJson.Readable.DoubleArray) ?? (given.Length > 0 ? [0] : []);
            if (shares.Length > 0 && (shares.Length != labels.Length || shares.Any(share => !(share > 0))))
                throw new MienException($"{file}: `mien.classShares` is not a number above 0 for each of {labels.Length} classes. Export "
                    + "the model again with `mien train`.");
            return shares;
        }

        string[] Texts(string given) => format == 1
            ? given.Split(',')
            : Json(given, CardJson.Readable.StringArray)
                ?? throw new MienException($"{file}: `mien.labels` is no JSON array of class names. "
                    + "Export the model again with `mien train`.");

        string Needed(string key) => metadata.TryGetValue(key, out string? value)
            ? value
            : throw new MienException($"{file}: no `{key}` in its metadata, so it is not a model exported by Mien. Export it with `mien "
                + "train`.");

        T Number<T>(string key) where T : IParsable<T> => T.TryParse(Needed(key), CultureInfo.InvariantCulture, out T? value)
            ? value
            : throw new MienException($"{file}: `{key}` is \"{Needed(key)}\", not a number. Export the model again with `mien train`.");

        IEnumerable<KeyValuePair<string, string>> Prefixed(string prefix) => metadata
            .Where(p => p.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(p => KeyValuePair.Create(p.Key[prefix.Length..] is OldLearnedFromNote ? LearnedFromNote : p.Key[prefix.Length..],
                p.Value));
    }

    private static string Text<T>(T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>A list from JSON; null where it is none.</summary>
    private static T[]? Json<T>(string text, JsonTypeInfo<T[]> type)
    {
        try
        {
            return JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Lists of a card as JSON, letters of all languages as they are.</summary>
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(double[]))]
internal sealed partial class CardJson : JsonSerializerContext
{
    public static CardJson Readable { get; } = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
