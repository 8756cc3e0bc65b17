using System.Runtime.InteropServices;
using TorchSharp;

namespace Mien.Training.Runs;

/// <summary>Keeps libtorch from asking for NNPACK.</summary>
/// <remarks>
/// libtorch asks at every convolution of few faces whether NNPACK, an old library within it, can be used, and writes
/// "Could not initialize NNPACK! Reason: Unsupported hardware." to standard error on processors where it can't. What is used in
/// its place is as fast. TorchSharp has no call for the setting, so libtorch's own is called; Windows builds have no NNPACK.
/// </remarks>
internal static unsafe class Nnpack
{
    // at::globalContext(), at::Context::setUserEnabledNNPACK(bool) and at::Context::userEnabledNNPACK().
    private const string ContextName = "_ZN2at13globalContextEv";
    private const string SetName = "_ZN2at7Context20setUserEnabledNNPACKEb";
    private const string GetName = "_ZNK2at7Context17userEnabledNNPACKEv";

    private static readonly Lazy<nint> Library = new(() =>
    {
        if (OperatingSystem.IsWindows())
            return 0;
        torch.InitializeDeviceType(DeviceType.CPU);
        // Loaded by now, so found by its name wherever it lies.
        return NativeLibrary.TryLoad(OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so", out nint library) ? library : 0;
    });

    /// <summary>Whether libtorch may ask; null where that can't be told.</summary>
    public static bool? IsAskedFor =>
        Find(ContextName, out nint context) && Find(GetName, out nint get)
            ? ((delegate* unmanaged<nint, byte>)get)(((delegate* unmanaged<nint>)context)()) != 0
            : null;

    /// <summary>From now on it doesn't.</summary>
    public static void TurnOff()
    {
        if (Find(ContextName, out nint context) && Find(SetName, out nint set))
            ((delegate* unmanaged<nint, byte, void>)set)(((delegate* unmanaged<nint>)context)(), 0);
    }

    private static bool Find(string name, out nint place)
    {
        place = 0;
        return Library.Value != 0 && NativeLibrary.TryGetExport(Library.Value, name, out place);
    }
}
