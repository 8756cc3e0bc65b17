namespace Mien.Cli.Predictions;

/// <summary>How predictions are printed.</summary>
internal enum PredictionFormat
{
    Table,
    Json,
    Jsonl,
    Csv,
    Parquet,
}

/// <summary>One picture's result.</summary>
/// <param name="File">As it was given.</param>
/// <param name="Width">Of the upright picture; 0 where it failed.</param>
/// <param name="Height">Likewise.</param>
/// <param name="Faces">The faces; null where it failed.</param>
/// <param name="Error">What went wrong; null where nothing did.</param>
internal sealed record PicturePrediction(string File, int Width, int Height, IReadOnlyList<Face>? Faces, string? Error);
