using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Mien.TestSupport;

namespace Mien.EndToEnd;

/// <summary>
/// The packages of this build in a folder, and a place for projects that install from it: their package cache begins
/// empty, so that ours come from the feed; the others' are read where this machine has them, which saves each run
/// some 900 MB of downloads.
/// </summary>
public sealed partial class PackedFeed : IDisposable
{
    private readonly TemporaryFolder _folder = TestData.NewFolder("packages");

    public PackedFeed()
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        // What has been built for these tests, as it is; only the program is built again, for this system alone.
        foreach (string library in (string[])["src/Mien", "src/Mien.Accurate", "src/Mien.Fer2013", "src/Mien.Training", "src/Mien.Server",
            "src/Mien.Hosting"])
            Dotnet(TestData.Root, "pack", library, "--no-build", "-c", configuration, "-o", Feed);
        Dotnet(TestData.Root, "pack", "src/Mien.Cli", "-c", configuration, "-o", Feed, $"-p:ToolPackageRuntimeIdentifiers={System}",
            "-p:OnlyThisSystem=true", $"-p:PublishDir={_folder.File("tool-content")}/");
        Version = Path.GetFileNameWithoutExtension(Directory.GetFiles(Feed, "Mien.Training.*.nupkg").Single())["Mien.Training.".Length..];
        _folder.Write("nuget.config", $"""
            <configuration>
              <packageSources><add key="packed" value="{Feed}" /></packageSources>
              <packageSourceMapping>
                <packageSource key="packed"><package pattern="Mien" /><package pattern="Mien.*" /></packageSource>
                <packageSource key="nuget.org"><package pattern="*" /></packageSource>
              </packageSourceMapping>
              <fallbackPackageFolders><add key="machine" value="{MachinesPackages}" /></fallbackPackageFolders>
            </configuration>
            """);
    }

    /// <summary>This machine's runtime identifier, such as linux-x64.</summary>
    public static string System => $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>The packages' version, as the tags give it.</summary>
    public string Version { get; }

    /// <summary>The folder that they lie in.</summary>
    public string Feed => _folder.File("feed");

    /// <summary>A folder for a project, below the NuGet configuration.</summary>
    public string NewProject(string name) => Directory.CreateDirectory(_folder.File(name)).FullName;

    /// <summary>A package's file.</summary>
    public string File(string id, string extension = "nupkg") => Path.Combine(Feed, $"{id}.{Version}.{extension}");

    /// <summary>The C# that a package's own read-me shows.</summary>
    public string ReadmeCode(string id)
    {
        using ZipArchive package = ZipFile.OpenRead(File(id));
        using var reader = new StreamReader(package.GetEntry("README.md")!.Open());
        return CSharp().Matches(reader.ReadToEnd()).Single().Groups["code"].Value;
    }

    /// <summary>A copy of a sample with what it needs beside it.</summary>
    public string CopySample(string name, params string[] others)
    {
        string samples = NewProject("samples");
        foreach (string file in Directory.GetFiles(Path.Combine(TestData.Root, "samples"), "Directory.*"))
            global::System.IO.File.Copy(file, Path.Combine(samples, Path.GetFileName(file)), overwrite: true);
        global::System.IO.File.WriteAllText(Path.Combine(samples, "Directory.Build.targets"), OtherSystemsLeftOut());
        foreach (string sample in (string[])[name, .. others])
        {
            Directory.CreateDirectory(Path.Combine(samples, sample));
            foreach (string file in Directory.GetFiles(Path.Combine(TestData.Root, "samples", sample)))
                global::System.IO.File.Copy(file, Path.Combine(samples, sample, Path.GetFileName(file)), overwrite: true);
        }

        return Path.Combine(samples, name);
    }

    /// <summary>Spares the tests the native files of other systems, 1 GB of downloads; users get them.</summary>
    private static string OtherSystemsLeftOut()
    {
        (string Rid, string Skia)[] systems = [("linux-x64", "Linux.NoDependencies"), ("win-x64", "Win32"), ("osx-arm64", "macOS")];
        IEnumerable<string> names = systems.Where(system => system.Rid != System)
            .SelectMany(system => (string[])[$"libtorch-cpu-{system.Rid}", $"SkiaSharp.NativeAssets.{system.Skia}"]);
        string prune = $"""<PrunePackageReference Include="{string.Join(';', names)}" Version="1000.0.0" />""";
        return $"<Project><ItemGroup>{prune}</ItemGroup></Project>";
    }

    /// <summary>Runs a dotnet command that must succeed, as a user of the packages does.</summary>
    /// <returns>What it printed.</returns>
    public string Use(string folder, params string[] arguments)
    {
        string printed = Succeed(folder, new Dictionary<string, string> { ["NUGET_PACKAGES"] = Cache }, arguments);
        Assert.False(Directory.Exists(Path.Combine(MachinesPackages, "mien", Version.ToLowerInvariant())),
            $"{MachinesPackages} holds Mien {Version}: delete it, or the packed one is not what is tested.");
        return printed;
    }

    public void Dispose() => _folder.Dispose();

    private string Cache => _folder.File("cache");

    private static string MachinesPackages =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static void Dotnet(string folder, params string[] arguments) => Succeed(folder, new Dictionary<string, string>(), arguments);

    private static string Succeed(string folder, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        (int exit, string printed, string error) = MienProcess.Dotnet(folder, environment, arguments);
        Assert.True(exit == 0, $"dotnet {string.Join(' ', arguments)}\n{printed}{error}");
        return printed;
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();
}

/// <summary>Tests that install what is packed; packed once for all of them.</summary>
[CollectionDefinition(nameof(PackedFeed))]
public class PackedFeedDefinition : ICollectionFixture<PackedFeed>;
