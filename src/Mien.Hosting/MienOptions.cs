namespace Mien.Hosting;

/// <summary>What <see cref="MienServiceCollectionExtensions.AddMien(Microsoft.Extensions.DependencyInjection.IServiceCollection)"/> opens.
/// Set it in code or from configuration.</summary>
/// <example>
/// <code>
/// "Mien": { "Model": "accurate", "Recognizer": { "MinConfidence": 0.5, "Detector": { "MinFacePixels": 40 } } }
/// </code>
/// </example>
public sealed class MienOptions
{
    /// <summary>The name of a model of <see cref="Models"/>, or the path of a model.onnx that `mien train` wrote.</summary>
    public string Model { get; set; } = Models.Default.Name;

    /// <summary>A model from bytes or a stream, in place of <see cref="Model"/>; null for that.</summary>
    public ModelSource? Source { get; set; }

    /// <summary>How pictures are read.</summary>
    public RecognizerOptions Recognizer { get; set; } = new();

    internal ModelSource Open() => Source ?? Models.Find(Model);
}
