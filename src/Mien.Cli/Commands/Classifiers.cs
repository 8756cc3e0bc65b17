namespace Mien.Cli.Commands;

/// <summary>Opens the model that an option names, or the bundled one.</summary>
internal static class Classifiers
{
    /// <summary>The models averaged, or the bundled one where none is named.</summary>
    public static ExpressionClassifier Open(IReadOnlyList<string>? paths) =>
        paths is null or [] ? ExpressionClassifier.CreateDefault() : ExpressionClassifier.Create(paths);

    public static ExpressionClassifier Open(string? path) =>
        path is null ? ExpressionClassifier.CreateDefault() : ExpressionClassifier.Create(path);
}
