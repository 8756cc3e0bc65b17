using System.Diagnostics;
using Mien.TestSupport;

namespace Mien.EndToEnd;

/// <summary>Going on with a run by the command that began it.</summary>
public class TrainResumeTests
{
    private static readonly string[] Recipe = ["--arch", "tiny", "--threads", "1", "--patience", "0"];

    [Fact]
    public void The_same_command_goes_on_more_epochs_train_longer_and_other_options_are_named_with_both_values()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        MadeUpTable.Write(folder.File("table.csv"));
        string[] command = ["train", "--data", "table.csv", "--out", "run", .. Recipe];

        // Where no run is yet, one begins.
        Assert.Equal((0, 1), Train(folder, [.. command, "--epochs", "1", "--resume"]));
        Assert.Equal((0, 1), Train(folder, [.. command, "--epochs", "1", "--resume"]));
        Assert.Equal((0, 2), Train(folder, [.. command, "--epochs", "2", "--resume"]));

        (int exit, string output, string error) = Run(folder.Path, [.. command, "--epochs", "2", "--resume", "--learning-rate", "0.5"]);
        Assert.Equal(1, exit);
        Assert.Empty(output);
        Assert.Contains("--learning-rate is 0.1 in the run and 0.5 here", error, StringComparison.Ordinal);

        // The record's paths hold in any folder.
        (exit, _, error) = Run(TestData.Root, ["train", "--out", folder.File("run"), "--resume", "--epochs", "3"]);
        Assert.True(exit == 0, error);
        Assert.Equal(3, File.ReadAllLines(folder.File("run/metrics.jsonl")).Length);
    }

    private static (int Exit, int Epochs) Train(TemporaryFolder folder, string[] arguments)
    {
        (int exit, _, string error) = Run(folder.Path, arguments);
        Assert.True(exit == 0, error);
        return (exit, File.ReadAllLines(folder.File("run/metrics.jsonl")).Length);
    }

    private static (int Exit, string Output, string Error) Run(string folder, params string[] arguments)
    {
        using Process process = MienProcess.Start(MienProcess.Program, arguments, folder);
        return MienProcess.Wait(process);
    }
}
