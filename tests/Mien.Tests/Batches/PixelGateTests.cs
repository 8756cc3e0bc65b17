using Mien.Batches;

namespace Mien.Tests.Batches;

public class PixelGateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_fits_goes_in_and_the_rest_waits_in_its_order()
    {
        var gate = new PixelGate(10);
        Assert.True(gate.EnterAsync(6, Token).IsCompletedSuccessfully);
        Assert.True(gate.EnterAsync(4, Token).IsCompletedSuccessfully);
        Task large = gate.EnterAsync(9, Token);
        Task small = gate.EnterAsync(1, Token);
        gate.Leave(4);
        await Task.Delay(20, Token);
        // One would fit beside the six, but the nine came first.
        Assert.False(large.IsCompleted || small.IsCompleted);
        gate.Leave(6);
        await Task.WhenAll(large, small).WaitAsync(TimeSpan.FromSeconds(5), Token);
    }

    [Fact]
    public async Task A_picture_larger_than_the_gate_goes_in_alone()
    {
        var gate = new PixelGate(10);
        Assert.True(gate.EnterAsync(100, Token).IsCompletedSuccessfully);
        Task next = gate.EnterAsync(1, Token);
        Assert.False(next.IsCompleted);
        gate.Leave(100);
        await next.WaitAsync(TimeSpan.FromSeconds(5), Token);
    }
}
