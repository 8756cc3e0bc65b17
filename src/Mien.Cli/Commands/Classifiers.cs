namespace Mien.Cli.Commands;

/// <summary>Opens the model that an option names, or the bundled one.</summary>
internal static class Classifiers
{
    /// <summary>The models averaged, or the bundled one where none is named.</summary>
    public static ExpressionClassifier Open(IReadOnlyList<string>? paths) =>
        ExpressionClassifier.Create(paths is null or [] ? [ExpressionClassifier.BundledName] : paths);

    public static ExpressionClassifier Open(string? path) => ExpressionClassifier.Create(path ?? ExpressionClassifier.BundledName);
}
