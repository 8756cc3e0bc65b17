namespace Mien.Tests;

public class ExpressionTests
{
    [Fact]
    public void The_order_is_that_of_FER2013s_labels_and_contempt_comes_after_them()
    {
        Assert.Equal(["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"], FacialExpressions.Fer2013Names);
        Assert.Equal([.. FacialExpressions.Fer2013Names, "contempt"],
            Enum.GetValues<FacialExpression>().Select(expression => expression.Name()));
    }

    [Theory]
    [InlineData("Anger", FacialExpression.Angry)]
    [InlineData(" happiness ", FacialExpression.Happy)]
    [InlineData("NEUTRAL", FacialExpression.Neutral)]
    [InlineData("Contemptuous", FacialExpression.Contempt)]
    public void Aliases_are_known_in_any_case(string name, FacialExpression expected)
    {
        Assert.True(FacialExpressions.TryParse(name, out FacialExpression expression));
        Assert.Equal(expected, expression);
    }

    [Fact]
    public void Other_names_are_not_known() => Assert.False(FacialExpressions.TryParse("bored", out _));

    [Fact]
    public void Each_expression_has_a_color_of_its_own() =>
        Assert.Equal(8, Enum.GetValues<FacialExpression>().Select(Palette.Of).Distinct().Count());
}
