using System.Text.Json;
using Mien.Imaging;
using Mien.TestSupport;
using static Mien.Cli.Tests.CommandTests;

namespace Mien.Cli.Tests;

/// <summary>--any-rotation: faces that are turned by any angle.</summary>
public class AnyRotationTests
{
    [Fact]
    public void Predict_finds_all_drawn_faces_on_their_heads_and_gives_their_roll()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.File("turned.png");
        File.WriteAllBytes(file, new TurnedPicture(Picture.Load(Path.Combine(TestData.Root, "samples", "average-faces.png")), 180)
            .Picture.ToPng());
        float[] rolls = Rolls("--any-rotation");
        Assert.Equal(7, rolls.Length);
        Assert.All(rolls, roll => Assert.InRange(Math.Abs(roll), 165, 180));
        // Without it they may be left out, but are never taken for upright.
        Assert.All(Rolls(), roll => Assert.InRange(Math.Abs(roll), 165, 180));

        float[] Rolls(params string[] options)
        {
            (int exit, string output, string error) = Run(["predict", file, "--format", "json", .. options]);
            Assert.True(exit == ExitCode.Ok, error);
            JsonElement answer = JsonSerializer.Deserialize<JsonElement>(output);
            JsonElement picture = answer.ValueKind == JsonValueKind.Array ? answer[0] : answer;
            return [.. picture.GetProperty("faces").EnumerateArray()
                .Select(face => face.GetProperty("quality").GetProperty("roll").GetSingle())];
        }
    }

    [Theory]
    [InlineData("predict")]
    [InlineData("watch")]
    [InlineData("serve")]
    [InlineData("label", "suggest")]
    public void Every_verb_that_reads_faces_has_it(params string[] verb) =>
        Assert.Contains("--any-rotation", Run([.. verb, "--help"]).Output, StringComparison.Ordinal);
}
