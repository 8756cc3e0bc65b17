namespace Mien.Cli.Commands;

/// <summary>Opens the model that an option names, or the default one.</summary>
internal static class Classifiers
{
    /// <summary>The models that go by name, as the help of every option that takes a model says.</summary>
    public const string Named =
        $"{ExpressionClassifier.DefaultName} or {ExpressionClassifier.AccurateName} (shares of people), {ExpressionClassifier.Fer2013Name} or {ExpressionClassifier.Fer2013AccurateName} (FER2013's own labels)";

    /// <summary>The models averaged, or the default one where none is named.</summary>
    public static ExpressionClassifier Open(IReadOnlyList<string>? paths) =>
        ExpressionClassifier.Create(paths is null or [] ? [ExpressionClassifier.DefaultName] : paths);

    public static ExpressionClassifier Open(string? path) => ExpressionClassifier.Create(path ?? ExpressionClassifier.DefaultName);
}
