namespace Mien.Tests;

public class PaletteTests
{
    // Machado, Oliveira and Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision Deficiency",
    // severity 1.0, for linear RGB.
    public static TheoryData<string, double[]> Eyes => new()
    {
        { "full color vision", [1, 0, 0, 0, 1, 0, 0, 0, 1] },
        { "protanopia", [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998] },
        { "deuteranopia", [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881] },
        { "tritanopia", [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900] },
    };

    [Theory]
    [MemberData(nameof(Eyes))]
    public void Any_two_expressions_are_told_apart(string eye, double[] matrix)
    {
        (double Distance, string Pair) nearest = Pairs(FacialExpressions.Names)
            .Select(pair => (Distance(Palette.Of(pair.First, 0), Palette.Of(pair.Second, 0), matrix), $"{pair.First} and {pair.Second}"))
            .Min();
        // A difference of about 2.3 is just noticeable (Mahy et al. 1994); small bars need several times that.
        Assert.True(nearest.Distance > 12, $"{nearest.Pair} with {eye}: {nearest.Distance:F1}");
    }

    [Fact]
    public void The_check_tells_colors_that_are_confused()
    {
        double[] deuteranopia = Eyes.ElementAt(2).Data.Item2;
        // A red and an olive.
        Assert.True(Distance("#D62728", "#8C7B1F", deuteranopia) < 12);
    }

    [Fact]
    public void An_alias_has_its_expressions_color_and_other_classes_have_colors_of_their_own()
    {
        Assert.Equal(Palette.Of(FacialExpression.Happy), Palette.Of("happiness", 5));
        Assert.Equal(Palette.Of(FacialExpression.Contempt), Palette.Of("contempt", 0));
        string[] others = [.. Enumerable.Range(0, 7).Select(place => Palette.Of("boredom", place))];
        Assert.Equal(7, others.Distinct().Count());
        Assert.Empty(others.Intersect(FacialExpressions.Names.Select(name => Palette.Of(name, 0))));
    }

    private static IEnumerable<(string First, string Second)> Pairs(IReadOnlyList<string> names) =>
        from i in Enumerable.Range(0, names.Count)
        from j in Enumerable.Range(i + 1, names.Count - i - 1)
        select (names[i], names[j]);

    /// <summary>Euclidean distance in CIELAB (CIE 1976) as the eye sees it.</summary>
    private static double Distance(string one, string other, double[] matrix)
    {
        double[] a = Lab(one, matrix);
        double[] b = Lab(other, matrix);
        return Math.Sqrt(a.Zip(b, (p, q) => (p - q) * (p - q)).Sum());
    }

    private static double[] Lab(string color, double[] matrix)
    {
        double[] linear = [.. Enumerable.Range(0, 3).Select(i => Linear(Convert.ToInt32(color.Substring(1 + 2 * i, 2), 16) / 255.0))];
        double[] seen = [.. Enumerable.Range(0, 3).Select(row =>
            Math.Clamp(linear.Select((value, i) => matrix[row * 3 + i] * value).Sum(), 0, 1))];
        double x = F((0.4124564 * seen[0] + 0.3575761 * seen[1] + 0.1804375 * seen[2]) / 0.95047);
        double y = F(0.2126729 * seen[0] + 0.7151522 * seen[1] + 0.0721750 * seen[2]);
        double z = F((0.0193339 * seen[0] + 0.1191920 * seen[1] + 0.9503041 * seen[2]) / 1.08883);
        return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
    }

    private static double Linear(double value) => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);

    private static double F(double t) => t > 216.0 / 24389 ? Math.Cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}
