using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mien;

/// <summary>Keeps ONNX Runtime from reporting to its maker.</summary>
/// <remarks>
/// Its official builds (seen in 1.30.0 and 1.31.1) write a device identity and a data base of events below the user's cache
/// folder and send the events. They read `ORT_DISABLE_TELEMETRY` from the process's native environment when they start,
/// which <see cref="Environment.SetEnvironmentVariable(string, string)"/> does not change on Linux and macOS.
/// </remarks>
internal static partial class OnnxRuntimeTelemetry
{
    public const string Variable = "ORT_DISABLE_TELEMETRY";

    private const string On = "1";

    /// <summary>Runs before the first use of anything in this assembly, so before ONNX Runtime starts on its behalf.</summary>
#pragma warning disable CA2255 // ONNX Runtime reads the variable once, however the first session comes to be.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Disable()
    {
        try
        {
            // For child processes and, on Windows, for GetEnvironmentVariable.
            Environment.SetEnvironmentVariable(Variable, On);
            if (OperatingSystem.IsWindows())
                _ = PutEnvironment(Variable, On);
            else if (!OperatingSystem.IsBrowser())
                _ = SetEnvironment(Variable, On, 1);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A system without this C library: predictions work all the same.
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("ucrtbase", EntryPoint = "_putenv_s", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PutEnvironment(string name, string value);
}
