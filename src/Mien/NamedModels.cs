namespace Mien;

/// <summary>The models that come with Mien, by name: the default one inside the library, the others in packages that put them beside the program.</summary>
/// <remarks>As resources they would make every build of the library several times as large.</remarks>
internal static class NamedModels
{
    private const string DefaultFile = "mien-default.onnx";

    /// <summary>The names, the default one first.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [ExpressionClassifier.DefaultName, ExpressionClassifier.AccurateName, ExpressionClassifier.Fer2013Name, ExpressionClassifier.Fer2013AccurateName];

    /// <summary>A model's file.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="MienException">This build has no model inside, or the model's package is not there.</exception>
    public static byte[] Read(string name)
    {
        if (name == ExpressionClassifier.DefaultName)
        {
            return Resources.Has(DefaultFile)
                ? Resources.Read(DefaultFile)
                : throw new MienException("This build of Mien carries no model. Build it with models/mien-default.int8.onnx in place, or name a model of your own.");
        }

        string path = Path.Combine(AppContext.BaseDirectory, $"mien-{name}.onnx");
        string package = name == ExpressionClassifier.AccurateName ? "Mien.Accurate" : "Mien.Fer2013";
        return File.Exists(path)
            ? ExpressionClassifier.Read(path)
            : throw new MienException($"The {name} model is not here ({path}). Add its package to the program: `dotnet add package {package}`.");
    }
}
