namespace Mien;

/// <summary>One color an expression, the same on every screen, page and picture; told apart with every common color blindness.</summary>
/// <remarks>Okabe and Ito 2008, "Color Universal Design"; a gray in place of their black, dark enough to differ from their purple without
/// red or green.</remarks>
public static class Palette
{
    private static readonly string[] Colors = ["#D55E00", "#009E73", "#CC79A7", "#F0E442", "#0072B2", "#56B4E9", "#707070", "#E69F00"];

    private static readonly string[] Others = ["#999933", "#882255", "#44AA99", "#DDCC77", "#332288", "#AA4499", "#117733"];

    /// <summary>The color of an answer that is too weak to give, as `#RRGGBB`.</summary>
    public static string Uncertain => "#DDDDDD";

    /// <summary>The color of an expression, as `#RRGGBB`.</summary>
    public static string Of(FacialExpression expression) => Colors[(int)expression];

    /// <summary>The color of a class: its expression's where it is one, else one of a further seven by its place.</summary>
    /// <param name="label">The class's name.</param>
    /// <param name="place">Its place among the model's classes.</param>
    public static string Of(string label, int place) =>
        FacialExpressions.TryParse(label, out FacialExpression expression) ? Of(expression) : Others[place % Others.Length];
}
