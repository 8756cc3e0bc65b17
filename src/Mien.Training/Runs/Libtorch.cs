using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Mien.Training.Runs;

/// <summary>Finds libtorch in NuGet's folder where it is not beside the program, and can fetch it there.</summary>
/// <remarks>
/// A program that references the package Mien.Training has libtorch beside it, and nothing here is used. A build of this
/// repository has not: libtorch is 0.6 GB, and most builds predict and never train.
/// </remarks>
public static class Libtorch
{
    private static readonly string System = OperatingSystem.IsWindows() ? "win-x64" : OperatingSystem.IsMacOS() ? "osx-arm64" : "linux-x64";

    private static readonly string Package = $"libtorch-cpu-{System}";

    private static readonly string Version = typeof(Libtorch).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(metadata => metadata.Key == "LibtorchVersion").Value!;

    private static readonly Lock Gate = new();

    /// <summary>
    /// Where set, libtorch is fetched by the .NET SDK when it is first needed and not there, and told what happens, a line at a
    /// time. Null, the default, fetches nothing: the first use of torch then throws.
    /// </summary>
    public static Action<string>? FetchProgress { get; set; }

    private static string Packages => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string PackageFolder => Path.Combine(Packages, Package, Version);

    private static string NativeFolder => Path.Combine(PackageFolder, "runtimes", System, "native");

    // NuGet writes this file when everything else is in place.
    private static bool IsFetched => File.Exists(Path.Combine(PackageFolder, ".nupkg.metadata"));

    /// <summary>Runs before the first use of anything in this assembly, so before TorchSharp looks for libtorch.</summary>
#pragma warning disable CA2255 // TorchSharp loads libtorch in its own static constructor, whichever of its types comes first.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Register() => AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;

    // Called only for what the runtime doesn't find beside the program.
    private static nint Resolve(Assembly assembly, string name)
    {
        if (name is not ("torch_cpu" or "LibTorchSharp") || assembly.GetName().Name != "TorchSharp")
            return 0;
        lock (Gate)
        {
            if (!IsFetched && FetchProgress is { } progress)
                Fetch(progress);
            if (!IsFetched)
                return 0;
            // In the order in which they need each other: what is loaded already is found by its name.
            foreach (string library in (string[])["c10", "torch_cpu", "torch"])
                Load(Path.Combine(NativeFolder, FileName(library)));
            return Load(name == "torch_cpu"
                ? Path.Combine(NativeFolder, FileName(name))
                : Path.Combine(AppContext.BaseDirectory, "runtimes", System, "native", FileName(name)));
        }
    }

    private static nint Load(string path) => NativeLibrary.TryLoad(path, out nint handle) ? handle : 0;

    private static string FileName(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";

    private static void Fetch(Action<string> progress)
    {
        progress($"Fetching libtorch {Version} for {System} into {Packages}, once; training needs it …");
        string folder = Directory.CreateTempSubdirectory("mien-libtorch").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "libtorch.csproj"), $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
                  <ItemGroup><PackageDownload Include="{Package}" Version="[{Version}]" /></ItemGroup>
                </Project>
                """);
            Restore(folder, progress);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Restore(string folder, Action<string> progress)
    {
        var start = new ProcessStartInfo("dotnet", ["restore", "--packages", Packages, "-nologo", "-v", "quiet"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process restore = Process.Start(start)!;
            Task<string> output = restore.StandardOutput.ReadToEndAsync();
            Task<string> errors = restore.StandardError.ReadToEndAsync();
            var watch = Stopwatch.StartNew();
            while (!restore.WaitForExit(TimeSpan.FromSeconds(10)))
                progress(string.Create(CultureInfo.InvariantCulture, $"Fetching libtorch: {watch.Elapsed.TotalSeconds:F0} s …"));
            if (restore.ExitCode != 0)
            {
                string why = $"{output.Result}\n{errors.Result}".Split('\n')
                    .FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal))
                    ?? $"`dotnet restore` ended with {restore.ExitCode}";
                throw new MienException($"libtorch, which training needs, could not be fetched: {why.Trim()}");
            }
        }
        catch (global::System.ComponentModel.Win32Exception e)
        {
            throw new MienException(
                $"libtorch, which training needs, is not here, and without the .NET SDK it can't be fetched ({e.Message}). Install the "
                    + "SDK, or the tool's package, which carries it.", e);
        }
    }
}
