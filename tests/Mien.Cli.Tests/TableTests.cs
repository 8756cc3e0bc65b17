using Mien.Cli.Commands;
using Mien.Cli.Predictions;
using Mien.Faces;
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
        Evaluation evaluation = Metrics.Evaluate([0.8f, 0.2f, 0.4f, 0.6f, 0.7f, 0.3f], [0, 1, 1], ["yes", "no"]) with { ImagesPerSecond = 1234 };
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
                0.75, 0.5, 0.0123, new Dictionary<string, double> { ["yes"] = 0.01, ["no"] = 0.02, ["perhaps"] = 0.03 }, new HumanAgreement(28, 2, 0.75, 0.6), new HumanAgreement(28, 2, 0.8, 0.7)),
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
        using (PredictionWriter writer = PredictionWriter.Create(PredictionFormat.Table, Expressions.Names, terminal))
        {
            var face = new Face { Box = new Box(10.4f, 20.6f, 100, 120), DetectorScore = 0.934f, Labels = Expressions.Names, Probabilities = probabilities };
            writer.Write(new PicturePrediction("party.jpg", 640, 480, [face], null));
            writer.Write(new PicturePrediction("wall.jpg", 640, 480, [], null));
        }

        AssertApproved("Prediction.txt", console);
    }

    private static void AssertApproved(string name, TestConsole console)
    {
        string file = Path.Combine(TestData.Root, "tests", "Mien.Cli.Tests", "Expectations", name);
        Assert.True(File.Exists(file), $"{file} is absent. Printed:\n{console.Output}");
        Assert.Equal(File.ReadAllLines(file).Select(line => line.TrimEnd()), console.Output.TrimEnd().Split('\n').Select(line => line.TrimEnd()));
    }
}
