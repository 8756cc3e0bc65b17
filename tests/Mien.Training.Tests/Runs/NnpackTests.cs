using Mien.Training.Runs;
using TorchSharp;

namespace Mien.Training.Tests.Runs;

public class NnpackTests
{
    [Fact]
    public void Whatever_computes_does_not_ask_for_nnpack()
    {
        Assert.Equal(torch.CPU, Devices.Open("cpu"));
        if (OperatingSystem.IsWindows())
            Assert.Null(Nnpack.IsAskedFor);
        else
            Assert.False(Nnpack.IsAskedFor);
    }
}
