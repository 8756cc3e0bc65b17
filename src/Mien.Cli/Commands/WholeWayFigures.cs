using System.Text.Json;
using System.Text.Json.Serialization;
using Mien.Detection;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>How `mien evaluate` brings faces to the network.</summary>
internal enum EvaluationWay
{
    Direct,
    Whole,
    Rotated,
}

/// <summary>mien evaluate --way whole and --way rotated.</summary>
internal static partial class WholeWayFigures
{
    private const int Seed = 1;

    // A size at which the turn alone is at work.
    private const double RotatedSide = 96;

    public static int Write(
        EvaluationWay way, ExpressionClassifier classifier, LabelFit fit, int limit, FiguresFile file, Terminal terminal)
    {
        using var detector = new FaceDetector();
        FaceTable faces = limit > 0 ? fit.Faces.TakeStratified(limit, Seed) : fit.Faces;
        double?[] turns = way == EvaluationWay.Whole ? [null] : [-30, -20, -10, 0, 10, 20, 30];
        WholeWayRow[] rows = [.. turns.Select(turn => new WholeWayRow(turn,
            WholeWay.Measure(classifier, detector, faces, Options(turn), fit)))];
        string text = JsonSerializer.Serialize(rows, Json.Default.WholeWayRowArray);
        file.Write(text, () => Print(rows, terminal.Console));
        return ExitCode.Ok;
    }

    private static WholeWayOptions Options(double? turn) => turn is { } degrees
        ? WholeWayOptions.Default with { MinDegrees = degrees, MaxDegrees = degrees, MinSide = RotatedSide, MaxSide = RotatedSide }
        : WholeWayOptions.Default;

    private static void Print(WholeWayRow[] rows, SafeConsole console)
    {
        Table table = new Table().WithColumns("degrees").WithNumbers("faces", "found", "as they are", "from pictures", "kept", "scale",
            "shift x", "shift y", "turn", "sharpness", "brightness", "contrast");
        foreach ((double? turn, WholeWayResult result) in rows)
        {
            CropDifference crops = result.Crops;
            table.WithRow(
                turn is { } degrees ? $"{degrees:F0}" : "-30..30", $"{result.Faces}", $"{result.Found * 100:F1} "
                    + "%", $"{result.Direct * 100:F2} %",
                $"{result.Accuracy * 100:F2} %", $"{result.Kept * 100:F1} %", $"{crops.Scale:F3} ± {crops.ScaleDeviation:F3}",
                $"{crops.ShiftX:F3} ± {crops.ShiftXDeviation:F3}", $"{crops.ShiftY:F3} ± "
                    + $"{crops.ShiftYDeviation:F3}", $"± {crops.DegreesDeviation:F1}",
                $"{crops.Sharpness:F2}", $"{crops.Brightness:+0.0;-0.0}", $"{crops.Contrast:F2}");
        }

        console.Write(table);
    }

    /// <summary>A row of the table.</summary>
    /// <param name="Degrees">The turn; null where it was drawn at random.</param>
    /// <param name="Result">The figures.</param>
    internal sealed record WholeWayRow(double? Degrees, WholeWayResult Result);

    [JsonSerializable(typeof(WholeWayRow[]))]
    [JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    private sealed partial class Json : JsonSerializerContext;
}
