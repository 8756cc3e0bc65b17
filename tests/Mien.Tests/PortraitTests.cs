using Mien.TestSupport;

namespace Mien.Tests;

/// <summary>Official portraits, on which calm people are commonly read as sad, angry or afraid: by the whole way, with the default
/// model.</summary>
public class PortraitTests(ITestOutputHelper output)
{
    [Fact]
    public void Calm_portraits_are_neutral_smiling_ones_happy_and_none_is_anything_else()
    {
        string folder = TestData.Portraits;
        using var recognizer = ExpressionRecognizer.CreateDefault();
        // What one person saw; empty where it is neither plainly.
        (string File, string Seen)[] rows = [.. File.ReadLines(Path.Combine(folder, "portraits.csv")).Skip(1)
            .Select(line => line.Split(',')).Select(cells => (cells[0], cells[1]))];
        var read = new List<(string File, string Seen, string Label)>();
        foreach ((string file, string seen) in rows)
        {
            // Some hang before a painting or a flag: the portrait is the largest face.
            Face? face = recognizer.Recognize(Path.Combine(folder, file)).MaxBy(found => found.Box.Area);
            read.Add((file, seen, face?.Label ?? "no face"));
            if (face is null || (seen.Length > 0 && seen != face.Label) || face.Label is not ("happy" or "neutral"))
                output.WriteLine($"{file}: {seen} read as {read[^1].Label} {face?.Confidence:P0}");
        }

        Assert.Equal((82, 60, 8), (read.Count, read.Count(each => each.Seen == "happy"), read.Count(each => each.Seen == "neutral")));
        Assert.All(read, each => Assert.Contains(each.Label, (string[])["happy", "neutral"]));
        Assert.All(read.Where(each => each.Seen == "neutral"), each => Assert.Equal("neutral", each.Label));
        Assert.InRange(read.Count(each => each is { Seen: "happy", Label: "happy" }), 58, 60);
    }
}
