namespace Mien.EndToEnd;

public class BuildSizeTests
{
    /// <summary>libtorch alone is 0.5 GB: most builds predict and never train.</summary>
    [Fact]
    public void A_build_holds_native_files_of_this_system_alone_and_no_libtorch()
    {
        FileInfo[] files = [.. new DirectoryInfo(AppContext.BaseDirectory).EnumerateFiles("*", SearchOption.AllDirectories)];
        Assert.DoesNotContain(files, file => file.Name.Contains("torch_cpu", StringComparison.Ordinal));
        string runtimes = Path.Combine(AppContext.BaseDirectory, "runtimes");
        string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        Assert.All(Directory.GetDirectories(runtimes).Select(Path.GetFileName),
            name => Assert.StartsWith(system, name, StringComparison.Ordinal));
        Assert.InRange(files.Sum(file => file.Length) / 1e6, 1, 150);
    }
}
