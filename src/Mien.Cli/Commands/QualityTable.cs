using System.Text.Json;
using System.Text.Json.Serialization;
using Mien.Training.Evaluation;

namespace Mien.Cli.Commands;

/// <summary>mien evaluate --quality: the table of the model card.</summary>
internal static partial class QualityTable
{
    public static int Write(ExpressionClassifier classifier, LabelFit fit, FiguresFile file, Terminal terminal)
    {
        IReadOnlyList<QualityTenth> tenths = QualityTenths.Measure(classifier, fit);
        string text = JsonSerializer.Serialize(tenths, QualityJson.Default.IReadOnlyListQualityTenth);
        file.Write(text, () => Print(tenths, terminal.Output));
        return ExitCode.Ok;
    }

    private static void Print(IReadOnlyList<QualityTenth> tenths, TextWriter output)
    {
        output.WriteLine("| Quality | faces | mean confidence | accuracy |");
        output.WriteLine("|---|---|---|---|");
        foreach ((double from, double to, int faces, double confidence, double accuracy) in tenths)
            output.WriteLine($"| {from:F3} to {to:F3} | {faces} | {confidence * 100:F1} % | {accuracy * 100:F1} % |");
    }

    [JsonSerializable(typeof(IReadOnlyList<QualityTenth>))]
    [JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    private sealed partial class QualityJson : JsonSerializerContext;
}
