using Mien.TestSupport;

namespace Mien.EndToEnd;

public class PackageTests(ITestOutputHelper output)
{
    [Fact]
    public void The_five_line_sample_builds_against_the_packed_package_and_runs_without_libtorch()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string feed = folder.File("feed");
        // A version of its own: no cache on this machine can hold it already.
        string version = $"0.1.0-test{Guid.NewGuid():N}"[..24];
        Succeed(TestData.Root, "pack", "src/Mien/Mien.csproj", "-c", "Release", "-o", feed, $"-p:Version={version}");

        string sample = folder.File("FiveLines");
        Directory.CreateDirectory(sample);
        foreach (string file in (string[])["FiveLines/FiveLines.csproj", "FiveLines/Program.cs", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"])
            File.Copy(Path.Combine(TestData.Root, "samples", file), Path.Combine(sample, Path.GetFileName(file)));
        Succeed(sample, "build", "-c", "Release", "-o", folder.File("out"), $"-p:MienVersion={version}", $"-p:RestoreAdditionalProjectSources={feed}");
        Assert.DoesNotContain(Directory.GetFiles(folder.File("out"), "*", SearchOption.AllDirectories), file => file.Contains("torch", StringComparison.OrdinalIgnoreCase));

        string printed = Succeed(sample, folder.File("out/FiveLines.dll"), Path.Combine(TestData.Root, "samples", "average-faces.png"));
        output.WriteLine(printed);
        output.WriteLine($"package: {new FileInfo(Directory.GetFiles(feed, "*.nupkg").Single()).Length / 1e6:F1} MB");
        Assert.Equal(7, printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("happy", printed, StringComparison.Ordinal);
    }

    private static string Succeed(string folder, params string[] arguments)
    {
        (int exit, string printed, string error) = MienProcess.Dotnet(folder, new Dictionary<string, string>(), arguments);
        Assert.True(exit == 0, printed + error);
        return printed;
    }
}
