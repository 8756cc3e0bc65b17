using System.Runtime.Intrinsics.X86;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>Chooses and applies the number format of the forward and backward pass.</summary>
/// <remarks>TorchSharp has no autocast, so the layers that multiply are converted; norms keep float32 weights and statistics.</remarks>
internal static class MixedPrecision
{
    /// <summary>What <see cref="Precision.Auto"/> means on a device.</summary>
    public static ScalarType Resolve(Precision precision, DeviceType device) => precision switch
    {
        Precision.Float32 => ScalarType.Float32,
        Precision.BFloat16 => ScalarType.BFloat16,
        _ => device == DeviceType.CUDA || CpuMultipliesBFloat16() ? ScalarType.BFloat16 : ScalarType.Float32,
    };

    /// <summary>Converts the multiplying layers' weights in place.</summary>
    public static void Convert(nn.Module network, ScalarType type)
    {
        if (type == ScalarType.Float32)
            return;
        foreach (nn.Module layer in network.modules())
        {
            if (layer is Conv2d or Linear)
                layer.to(type);
        }
    }

    /// <summary>Whether this processor has AVX512-BF16 or AMX-BF16; without them bfloat16 is emulated and slower than float32.</summary>
    internal static bool CpuMultipliesBFloat16()
    {
        if (!X86Base.IsSupported || !Avx512F.IsSupported)
            return false;
        (int highest, _, _, _) = X86Base.CpuId(0, 0);
        if (highest < 7)
            return false;
        (int subLeaves, _, _, int features) = X86Base.CpuId(7, 0);
        bool amx = (features & (1 << 22)) != 0;
        bool avx512 = subLeaves >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
        return amx || avx512;
    }
}
