using System.Reflection;
using System.Runtime.InteropServices;

namespace Mien.Training.Runs;

/// <summary>What a run's record says of program and machine.</summary>
internal static class Versions
{
    /// <summary>Version of Mien.Training, without the commit.</summary>
    public static string Training { get; } = typeof(Versions).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Operating system, architecture, cores, .NET, TorchSharp.</summary>
    public static string Machine { get; } =
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores, " +
        $"{RuntimeInformation.FrameworkDescription}, TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3)}";
}
