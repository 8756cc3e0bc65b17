using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>The devices a run can compute on. Whatever computes opens one first.</summary>
internal static class Devices
{
    /// <param name="name">`cpu` or `cuda`.</param>
    /// <exception cref="MienException">There is no CUDA libtorch, or no GPU.</exception>
    public static Device Open(string name)
    {
        Nnpack.TurnOff();
        if (name == "cpu")
            return CPU;
        // TorchSharp throws, rather than answers, where the CUDA libraries are absent.
        try
        {
            if (cuda_is_available())
                return CUDA;
        }
        catch (Exception e) when (e is not MienException)
        {
            throw NoCuda(e.Message);
        }

        throw NoCuda("libtorch was built without CUDA, or no GPU answers");
    }

    private static MienException NoCuda(string why) => new(
        $"--device cuda: {why}. Reference TorchSharp-cuda-linux (or -windows) in place of TorchSharp-cpu on a machine with an NVIDIA GPU, "
            + "or leave --device out to train on the CPU.");
}
