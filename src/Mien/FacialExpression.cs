using System.Collections.Frozen;

namespace Mien;

/// <summary>The eight expressions of FER+ (Barsoum et al. 2016): the seven of FER2013 in the order of its labels (Goodfellow et al. 2013),
/// then contempt.</summary>
public enum FacialExpression
{
    /// <summary>Label 0.</summary>
    Angry = 0,

    /// <summary>Label 1.</summary>
    Disgust = 1,

    /// <summary>Label 2.</summary>
    Fear = 2,

    /// <summary>Label 3.</summary>
    Happy = 3,

    /// <summary>Label 4.</summary>
    Sad = 4,

    /// <summary>Label 5.</summary>
    Surprise = 5,

    /// <summary>Label 6.</summary>
    Neutral = 6,

    /// <summary>No label of FER2013; FER+'s taggers could name it.</summary>
    Contempt = 7,
}

/// <summary>Names and aliases of the expressions: the only place that knows them.</summary>
public static class FacialExpressions
{
    private static readonly FrozenDictionary<string, FacialExpression> ByName = new Dictionary<string, FacialExpression>
    {
        ["angry"] = FacialExpression.Angry,
        ["anger"] = FacialExpression.Angry,
        ["disgust"] = FacialExpression.Disgust,
        ["disgusted"] = FacialExpression.Disgust,
        ["fear"] = FacialExpression.Fear,
        ["fearful"] = FacialExpression.Fear,
        ["afraid"] = FacialExpression.Fear,
        ["scared"] = FacialExpression.Fear,
        ["happy"] = FacialExpression.Happy,
        ["happiness"] = FacialExpression.Happy,
        ["joy"] = FacialExpression.Happy,
        ["sad"] = FacialExpression.Sad,
        ["sadness"] = FacialExpression.Sad,
        ["surprise"] = FacialExpression.Surprise,
        ["surprised"] = FacialExpression.Surprise,
        ["neutral"] = FacialExpression.Neutral,
        ["contempt"] = FacialExpression.Contempt,
        ["contemptuous"] = FacialExpression.Contempt,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The label of an answer that is too weak to give.</summary>
    public const string Uncertain = "uncertain";

    /// <summary>The shares of the expressions in FER2013's Training split, in label order.</summary>
    /// <remarks>3995, 436, 4097, 7215, 4830, 3171 and 4965 of 28,709 faces (Goodfellow et al. 2013).</remarks>
    internal static IReadOnlyList<double> Fer2013Shares { get; } =
        [.. ((int[])[3995, 436, 4097, 7215, 4830, 3171, 4965]).Select(count => count / 28709.0)];

    /// <summary>FER2013's seven in the order of its labels: angry, disgust, fear, happy, sad, surprise, neutral.</summary>
    public static IReadOnlyList<string> Fer2013Names { get; } =
        ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"];

    /// <summary>All eight: <see cref="Fer2013Names"/>, then contempt. FER+'s classes in the order of the default model's.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Fer2013Names, "contempt"];

    /// <summary>Every name and alias that <see cref="TryParse"/> knows, in alphabetical order.</summary>
    public static IReadOnlyList<string> Aliases { get; } = [.. ByName.Keys.Order(StringComparer.Ordinal)];

    /// <summary>How many expressions there are (8).</summary>
    public static int Count => Names.Count;

    /// <summary>The lower-case name of an expression, as it stands in JSON and on the screen.</summary>
    public static string Name(this FacialExpression expression) => Names[(int)expression];

    /// <summary>Reads a name or an alias (`anger`, `happiness`, `joy` …) in any case, blanks around it ignored.</summary>
    /// <returns>Whether <paramref name="name"/> is known.</returns>
    public static bool TryParse(string? name, out FacialExpression expression)
    {
        expression = default;
        return name is not null && ByName.TryGetValue(name.Trim(), out expression);
    }
}
