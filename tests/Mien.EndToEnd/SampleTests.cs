using System.Diagnostics;
using Mien.TestSupport;
using Mien.Training.Runs;

namespace Mien.EndToEnd;

/// <summary>The programs in samples/, built against the packages.</summary>
[Collection(nameof(PackedFeed))]
public class SampleTests(PackedFeed packed, ITestOutputHelper output)
{
    private static readonly string Faces = Path.Combine(TestData.Root, "samples", "average-faces.png");

    [Fact]
    public void The_five_line_sample_is_the_librarys_read_me_and_runs()
    {
        string sample = packed.CopySample("FiveLines");
        Assert.Equal(File.ReadAllText(Path.Combine(sample, "Program.cs")), packed.ReadmeCode("Mien"));
        string printed = packed.Use(sample, "run", "-c", "Release", $"-p:MienVersion={packed.Version}", "--", Faces);
        Assert.Equal(7, printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void The_sample_compiled_ahead_of_time_predicts_and_nothing_warns()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && (OnPath("gcc") || OnPath("clang")), "Native code is linked by gcc or clang with "
            + "zlib1g-dev, on Linux here.");
        string sample = packed.CopySample("NativeAot", "FiveLines");
        string published = Path.Combine(sample, "published");
        string log = packed.Use(sample, "publish", "-c", "Release", "-o", published, $"-p:MienVersion={packed.Version}");
        Assert.DoesNotContain("warning", log, StringComparison.Ordinal);
        FileInfo[] files = [.. new DirectoryInfo(published).GetFiles().Where(file => file.Extension != ".dbg")];
        Assert.DoesNotContain(files, file => file.Extension == ".dll");

        long begun = Stopwatch.GetTimestamp();
        using Process process = Process.Start(new ProcessStartInfo(Path.Combine(published, "NativeAot"),
            [Faces])
        { RedirectStandardOutput = true })!;
        string printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        output.WriteLine($"{string.Join(", ", files.Select(file => $"{file.Name} {file.Length / 1e6:F1} MB"))}; "
            + $"{Stopwatch.GetElapsedTime(begun).TotalSeconds:F2} s");
        Assert.Equal(0, process.ExitCode);
        Assert.Equal(7, printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("happy", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_detector_and_a_test_double_take_their_places()
    {
        string sample = packed.CopySample("OwnDetector");
        string printed = packed.Use(sample, "run", "-c", "Release", $"-p:MienVersion={packed.Version}", "--", Faces);
        Assert.Equal(["You look happy.", "You look happy."],
            printed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public void Networks_of_ones_own_are_trained_exported_and_judged()
    {
        string sample = packed.CopySample("OwnNetwork");
        string data = Path.Combine(sample, "faces.csv");
        MadeUpTable.Write(data);
        packed.Use(sample, "build", "-c", "Release", "-r", PackedFeed.System, "-o", "out", $"-p:MienVersion={packed.Version}");
        foreach ((string network, int epochs) in ((string, int)[])[("vgg", 1), ("residual-26", 3)])
        {
            string run = Path.Combine(sample, network);
            string printed = packed.Use(sample, "out/OwnNetwork.dll", data, network, $"{epochs}", run);
            output.WriteLine(printed.Trim());
            Assert.StartsWith(network + ": ", printed, StringComparison.Ordinal);

            double[] losses = [.. new RunFolder(run).ReadMetrics().Select(epoch => epoch.TrainLoss)];
            Assert.Equal(epochs, losses.Length);
            if (epochs > 1)
                Assert.True(losses[^1] < losses[0], string.Join(", ", losses));

            // The program knows nothing of the network: all is in the file.
            (int exit, string table, string error) = MienProcess.Run("evaluate", "--model", Path.Combine(run, "model.onnx"), "--data",
                data);
            Assert.True(exit == 0, error);
            Assert.Contains("surprise", table, StringComparison.Ordinal);
        }
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}
