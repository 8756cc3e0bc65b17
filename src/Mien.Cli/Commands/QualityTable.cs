using System.Text.Json;
using System.Text.Json.Serialization;
using Mien.Training.Evaluation;

namespace Mien.Cli.Commands;

/// <summary>mien evaluate --quality: the table of the model card.</summary>
internal static partial class QualityTable
{
    public static int Write(ExpressionClassifier classifier, LabelFit fit, string? json, Terminal terminal)
    {
        IReadOnlyList<QualityTenth> tenths = QualityTenths.Measure(classifier, fit);
        string text = JsonSerializer.Serialize(tenths, QualityJson.Default.IReadOnlyListQualityTenth);
        if (json == "-")
        {
            terminal.Output.WriteLine(text);
            return ExitCode.Ok;
        }

        terminal.Output.WriteLine("| Quality | faces | mean confidence | accuracy |");
        terminal.Output.WriteLine("|---|---|---|---|");
        foreach (QualityTenth tenth in tenths)
            terminal.Output.WriteLine($"| {tenth.From:F3} to {tenth.To:F3} | {tenth.Faces} | {tenth.Confidence * 100:F1} % | {tenth.Accuracy * 100:F1} % |");
        if (json is not null)
            OutputFiles.Write(json, text);
        return ExitCode.Ok;
    }

    [JsonSerializable(typeof(IReadOnlyList<QualityTenth>))]
    [JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    private sealed partial class QualityJson : JsonSerializerContext;
}
