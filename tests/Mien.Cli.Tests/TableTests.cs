using Mien.Cli.Commands;
using Mien.Cli.Predictions;
using Mien.Detection;
using Mien.TestSupport;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Spectre.Console.Testing;

namespace Mien.Cli.Tests;

/// <summary>What `mien` prints as tables, held by the approved texts in Expectations/.</summary>
public class TableTests
{
    [Fact]
    public void Figures_of_an_evaluation()
    {
        Evaluation evaluation = Metrics.Evaluate([0.8f, 0.2f, 0.4f, 0.6f, 0.7f, 0.3f], [0, 1, 1],
            ["yes", "no"]) with
        { ImagesPerSecond = 1234 };
        using TestConsole console = new TestConsole().Width(100);
        EvaluationTable.Write(evaluation, Split.PublicTest, [], new SafeConsole(console));
        AssertApproved("Evaluation.txt", console);
    }

    [Fact]
    public void Figures_where_a_class_is_missing_copies_are_judged_and_taggers_voted()
    {
        Evaluation evaluation = Metrics.Evaluate([0.8f, 0.2f, 0, 0.4f, 0.6f, 0, 0.7f, 0.2f, 0.1f], [0, 1, 1], ["yes", "no", "perhaps"]) with
        {
            ImagesPerSecond = 1234,
            Copies = new TestCopies(2, 3, "left out"),
            Votes = new VoteFigures(
                0.75, 0.5, 0.0123, new Dictionary<string, double> { ["yes"] = 0.01, ["no"] = 0.02, ["perhaps"] = 0.03 },
                    new HumanAgreement(28, 2, 0.75, 0.6), new HumanAgreement(28, 2, 0.8, 0.7)),
        };
        using TestConsole console = new TestConsole().Width(100);
        EvaluationTable.Write(evaluation, Split.PrivateTest, ["missing in PrivateTest: perhaps"], new SafeConsole(console));
        AssertApproved("EvaluationWithVotes.txt", console);
    }

    [Fact]
    public void Faces_of_a_picture()
    {
        using TestConsole console = new TestConsole().Width(120);
        var terminal = new Terminal(TextWriter.Null, console, console);
        float[] probabilities = [0.01f, 0, 0.02f, 0.9f, 0.03f, 0.01f, 0.02f, 0.01f];
        using (PredictionWriter writer = PredictionWriter.Create(PredictionFormat.Table, FacialExpressions.Names, terminal))
        {
            var face = new Face
            {
                Box = new Box(10.4f, 20.6f, 100, 120),
                DetectorScore = 0.934f,
                Labels = FacialExpressions.Names,
                Probabilities = probabilities
            };
            writer.Write(new PicturePrediction("party.jpg", 640, 480, [face], null));
            writer.Write(new PicturePrediction("wall.jpg", 640, 480, [], null));
        }

        AssertApproved("Prediction.txt", console);
    }

    [Theory]
    [InlineData(60, false, false)]
    [InlineData(80, false, false)]
    [InlineData(80, true, true)]
    [InlineData(120, false, true)]
    public void A_narrow_terminal_shows_label_confidence_and_runner_up_in_reading_order(int width, bool wide, bool whole)
    {
        using TestConsole console = new TestConsole().Width(width);
        var terminal = new Terminal(TextWriter.Null, console, console);
        using (PredictionWriter writer = PredictionWriter.Create(PredictionFormat.Table, FacialExpressions.Names, terminal, wide))
        {
            Face below = Face(10, 220, [0.01f, 0, 0.02f, 0.9f, 0.03f, 0.01f, 0.02f, 0.01f]);
            Face right = Face(300, 30, [0.1f, 0, 0, 0, 0.2f, 0.1f, 0.6f, 0]);
            Face left = Face(1010, 20, [0, 0, 0, 0, 0, 0.98f, 0.02f, 0]);
            writer.Write(new PicturePrediction("party.jpg", 1640, 480, [below, left, right], null));
        }

        string[] lines = console.Output.TrimEnd().Split('\n');
        Assert.Contains("party.jpg 1640x480: 3 faces", lines[0], StringComparison.Ordinal);
        Assert.Equal(whole, console.Output.Contains("contempt", StringComparison.Ordinal));
        if (wide)
            return;
        Assert.All(lines, line => Assert.InRange(line.TrimEnd().Length, 0, width));
        Assert.Equal(8, lines.Length);
        Assert.Contains("300,30", lines[4], StringComparison.Ordinal);
        Assert.Contains("1010,20", lines[5], StringComparison.Ordinal);
        Assert.Contains("10,220", lines[6], StringComparison.Ordinal);
        if (!whole)
            Assert.Matches("neutral .* 60% .* sad 20%", lines[4]);
    }

    private static Face Face(float x, float y, float[] probabilities) =>
        new() { Box = new Box(x, y, 100, 120), DetectorScore = 0.9f, Labels = FacialExpressions.Names, Probabilities = probabilities };

    private static void AssertApproved(string name, TestConsole console)
    {
        string file = Path.Combine(TestData.Root, "tests", "Mien.Cli.Tests", "Expectations", name);
        Assert.True(File.Exists(file), $"{file} is absent. Printed:\n{console.Output}");
        Assert.Equal(File.ReadAllLines(file).Select(line => line.TrimEnd()),
            console.Output.TrimEnd().Split('\n').Select(line => line.TrimEnd()));
    }
}
