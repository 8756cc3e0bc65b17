namespace Mien.Tests;

public class ExpressionTests
{
    [Fact]
    public void The_order_is_that_of_FER2013s_labels_and_contempt_comes_after_them()
    {
        Assert.Equal(["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"], Expressions.Fer2013Names);
        Assert.Equal([.. Expressions.Fer2013Names, "contempt"], Enum.GetValues<Expression>().Select(expression => expression.Name()));
    }

    [Theory]
    [InlineData("Anger", Expression.Angry)]
    [InlineData(" happiness ", Expression.Happy)]
    [InlineData("NEUTRAL", Expression.Neutral)]
    [InlineData("Contemptuous", Expression.Contempt)]
    public void Aliases_are_known_in_any_case(string name, Expression expected)
    {
        Assert.True(Expressions.TryParse(name, out Expression expression));
        Assert.Equal(expected, expression);
    }

    [Fact]
    public void Other_names_are_not_known() => Assert.False(Expressions.TryParse("bored", out _));

    [Fact]
    public void Each_expression_has_a_colour_of_its_own() =>
        Assert.Equal(8, Enum.GetValues<Expression>().Select(Palette.Of).Distinct().Count());
}
