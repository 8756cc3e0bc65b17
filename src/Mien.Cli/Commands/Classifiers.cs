using Mien.Training.Datasets;

namespace Mien.Cli.Commands;

/// <summary>Opens the model that an option names, or the default one.</summary>
internal static class Classifiers
{
    /// <summary>The models that go by name, as the help of every option that takes a model says.</summary>
    public static readonly string Named =
        $"{Models.Default} or {Models.Accurate} (shares of people), {Models.Fer2013} or {Models.Fer2013Accurate} (FER2013's own labels)";

    /// <summary>The models averaged, or the default one where none is named.</summary>
    public static ExpressionClassifier Open(IReadOnlyList<string>? models) => ExpressionClassifier.Create(Find(models));

    public static ExpressionClassifier Open(string? model) => Open(model is null ? null : [model]);

    /// <summary>What the words of an option mean; the default model where there are none.</summary>
    public static IReadOnlyList<ModelSource> Find(IReadOnlyList<string>? models) =>
        models is null or [] ? [Models.Default] : [.. models.Select(Found)];

    private static ModelSource Found(string model)
    {
        if (Models.ByName(model) is null && !Path.Exists(model)
            && Spelling.Nearest(model, Models.All.Select(known => known.Name)) is { } meant)
            throw new MienException($"{model}: not found. Did you mean {meant}?");
        return Models.Find(model);
    }
}
