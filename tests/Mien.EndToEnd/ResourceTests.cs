using System.Diagnostics;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.EndToEnd;

/// <summary>Too little of what the machine gives: refused or stopped with the cure, never a picture's fault.</summary>
public class ResourceTests
{
    private const string Sample = "samples/average-faces.png";

    [Fact]
    public void Too_few_open_files_are_refused_before_anything_is_begun()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The limit is read from /proc.");
        using TemporaryFolder folder = TestData.NewFolder();
        var start = new ProcessStartInfo("bash")
        {
            WorkingDirectory = TestData.Root,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            ArgumentList = { "-c", "ulimit -n 64 && exec dotnet \"$@\"", "bash", MienProcess.Program, "predict", Sample, "--out",
                folder.File("out.jsonl") },
        };
        (int exit, string output, string error) = MienProcess.Wait(Process.Start(start)!);
        Assert.Equal((1, "", "error: At most 64 files may be open at once, and Mien needs 256. "
            + "Raise the limit, such as by `ulimit -n 1024`.\n"), (exit, output, error));
        Assert.False(File.Exists(folder.File("out.jsonl")));
    }

    [Fact]
    public void A_picture_that_memory_does_not_suffice_for_ends_the_run_which_goes_on_with_more()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string small = folder.File("a.png");
        string large = folder.File("b.png");
        File.Copy(Path.Combine(TestData.Root, Sample), small);
        File.WriteAllBytes(large, Picture.FromGray(new byte[7000 * 7000], 7000, 7000).ToPng());
        string[] arguments = ["predict", folder.Path, "--workers", "1", "--out", folder.File("out.jsonl"), "--resume"];

        // 128 MB for the heap, where the picture's pixels take 196.
        (int exit, _, string error) = MienProcess.Run(new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x8000000" },
            arguments);
        Assert.Equal(1, exit);
        Assert.Contains($"error: {large}: can't be read on this machine as it is. Not enough memory.", error, StringComparison.Ordinal);
        Assert.Contains("The same command with --resume goes on.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", error, StringComparison.Ordinal);
        Assert.Contains(small, Assert.Single(File.ReadAllLines(folder.File("out.jsonl"))), StringComparison.Ordinal);

        (exit, _, error) = MienProcess.Run(arguments);
        Assert.True(exit == 0, error);
        string[] lines = File.ReadAllLines(folder.File("out.jsonl"));
        Assert.Equal(2, lines.Length);
        Assert.Contains("\"width\":7000", lines[1], StringComparison.Ordinal);
    }
}
