using System.Diagnostics;
using Mien.TestSupport;

namespace Mien.EndToEnd;

/// <summary>A prediction tells nobody: no address is looked up, no connection opened, nothing written at home.</summary>
public class PrivacyTests
{
    private static readonly string Photo = Path.Combine(TestData.Root, "samples", "average-faces.png");

    [Fact]
    public async Task A_prediction_writes_nothing_at_home_and_opens_no_connection()
    {
        bool strace = OperatingSystem.IsLinux() && File.Exists("/usr/bin/strace");
        Assert.SkipUnless(strace, "Calls are watched by strace: apt-get install strace.");
        using TemporaryFolder folder = TestData.NewFolder();
        string home = folder.File("home");
        Directory.CreateDirectory(home);
        string trace = folder.File("calls.txt");
        string[] arguments = ["-f", "-qq", "-e", "trace=socket,connect,sendto", "-o", trace, "dotnet", MienProcess.Program, "predict",
            Photo];
        var start = new ProcessStartInfo("/usr/bin/strace", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = home;
        foreach (string name in (string[])["XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "ORT_DISABLE_TELEMETRY"])
            start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, await error);
        Assert.Contains("happy", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(home, "*", SearchOption.AllDirectories));
        // The runtime's own sockets (AF_UNIX) stay on the machine; AF_INET and AF_INET6 leave it, name look-ups among them.
        Assert.DoesNotContain(File.ReadLines(trace), call => call.Contains("AF_INET", StringComparison.Ordinal));
    }
}
