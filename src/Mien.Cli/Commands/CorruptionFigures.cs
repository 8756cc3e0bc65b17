using System.Text.Json;
using System.Text.Json.Serialization;
using Mien.Training.Augmentation;
using Mien.Training.Evaluation;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>mien evaluate --corruptions.</summary>
internal static partial class CorruptionFigures
{
    public static int Write(ExpressionClassifier classifier, LabelFit fit, FiguresFile file, Terminal terminal)
    {
        IReadOnlyList<RobustnessRow> rows = Robustness.Measure(classifier, fit.Faces, fit);
        var figures = new Figures(fit.Faces.Count, rows, Robustness.Mean(rows));
        string text = JsonSerializer.Serialize(figures, CorruptionJson.Default.Figures);
        file.Write(text, () => Print(figures, terminal.Console));
        return ExitCode.Ok;
    }

    private static void Print(Figures figures, SafeConsole console)
    {
        console.WriteLine($"{figures.Faces} faces; kept: accuracy as a share of that on the faces as they are");
        Table table = new Table().WithColumns("corruption", "strength").WithNumbers("accuracy", "kept", "confidence", "calibration error");
        foreach (RobustnessRow row in figures.Rows.Append(figures.Mean))
        {
            table.WithRow(
                row.Corruption is { } corruption ? JsonNamingPolicy.KebabCaseLower.ConvertName(corruption.ToString()) : "", row.Setting,
                $"{row.Accuracy * 100:F1} %", $"{row.Kept * 100:F1} %", $"{row.Confidence * 100:F1} %", $"{row.Ece:F3}");
        }

        console.Write(table);
    }

    /// <summary>The whole table.</summary>
    /// <param name="Faces">How many faces each row has.</param>
    /// <param name="Rows">The faces as they are, then each corruption at each strength.</param>
    /// <param name="Mean">Mean over the corruptions.</param>
    internal sealed record Figures(int Faces, IReadOnlyList<RobustnessRow> Rows, RobustnessRow Mean);

    [JsonSerializable(typeof(Figures))]
    [JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        UseStringEnumConverter = true)]
    private sealed partial class CorruptionJson : JsonSerializerContext;
}
