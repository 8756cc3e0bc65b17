using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mien.Cli.Commands;
using Mien.Detection;

namespace Mien.Cli.Predictions;

/// <summary>What an output is begun with, by option: rows of another model, or of other options, don't belong in it.</summary>
/// <param name="Options">Each option that decides about rows, as it is given; models by name and file hash.</param>
internal sealed record RunRecord(IReadOnlyDictionary<string, string> Options)
{
    private const int HashLength = 12;

    /// <summary>The record of a run.</summary>
    /// <param name="recognizer">Its model and options.</param>
    /// <param name="shard">Which part of the pictures it reads.</param>
    public static RunRecord Of(ExpressionRecognizer recognizer, Shard shard)
    {
        RecognizerOptions options = recognizer.Options;
        DetectorOptions detector = options.Detector;
        var record = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["--model"] = $"{recognizer.Model.Name} ({string.Join('+', recognizer.ReadModels().Select(HashOf))})",
            ["--faces"] = Word(options.FaceMode),
            ["--flip"] = options.Flip ? "true" : "false",
            ["--prior"] = Word(options.Prior),
            ["--min-confidence"] = options.MinConfidence.ToString(CultureInfo.InvariantCulture),
        };
        if (shard != Shard.Whole)
            record["--shard"] = $"{shard.Number}/{shard.Count}";
        if (options.FaceMode == FaceMode.Detect)
        {
            record["--detector-score"] = detector.MinScore.ToString(CultureInfo.InvariantCulture);
            record["--min-face"] = new SmallestFace(detector.MinFacePixels, detector.MinFaceShare).ToString();
            record["--max-faces"] = detector.MaxFaces.ToString(CultureInfo.InvariantCulture);
            record["--any-rotation"] = detector.AnyRotation ? "true" : "false";
        }

        return new RunRecord(record);
    }

    /// <summary>Refuses to go on with what was begun otherwise.</summary>
    /// <param name="path">The output.</param>
    /// <param name="begun">What it was begun with.</param>
    /// <exception cref="MienException">It was begun otherwise.</exception>
    public void RequireSameAs(string path, RunRecord begun)
    {
        string[] other =
        [
            .. Options.Keys.Union(begun.Options.Keys).Order(StringComparer.Ordinal).Where(option => this[option] != begun[option])
                .Select(option => $"{option} {begun[option]} (now {this[option]})"),
        ];
        if (other.Length > 0)
        {
            throw new MienException(
                $"{path}: begun with {string.Join(", ", other)}. Pass the same model and options as then, or give another --out.");
        }
    }

    /// <summary>One line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RunRecordJson.Default.RunRecord);

    /// <summary>Reads what <see cref="ToJson"/> wrote; null where the text is something else.</summary>
    public static RunRecord? FromJson(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, RunRecordJson.Default.RunRecord) is { Options: not null } record ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string HashOf(ModelFile model) => Convert.ToHexStringLower(SHA256.HashData(model.Onnx))[..HashLength];

    private string this[string option] => Options.GetValueOrDefault(option, "left out");

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}

/// <summary>JSON of a record.</summary>
[JsonSerializable(typeof(RunRecord))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class RunRecordJson : JsonSerializerContext;
