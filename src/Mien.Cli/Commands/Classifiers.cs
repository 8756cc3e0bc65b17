namespace Mien.Cli.Commands;

/// <summary>Opens the model that an option names, or the bundled one.</summary>
internal static class Classifiers
{
    public static ExpressionClassifier Open(string? path) =>
        path is null ? ExpressionClassifier.CreateDefault() : ExpressionClassifier.Create(path);
}
