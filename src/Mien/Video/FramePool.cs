using System.Threading.Channels;

namespace Mien.Video;

/// <summary>The buffers of frames, filled again and again.</summary>
/// <param name="most">So many are made; who takes more waits for one to come back.</param>
/// <param name="frameBytes">The size of each.</param>
internal sealed class FramePool(int most, int frameBytes)
{
    private readonly Channel<byte[]> _free = Channel.CreateUnbounded<byte[]>();
    private int _made;

    public int FrameBytes => frameBytes;

    /// <summary>From one reader alone.</summary>
    public ValueTask<byte[]> TakeAsync(CancellationToken cancellationToken)
    {
        if (_free.Reader.TryRead(out byte[]? buffer))
            return ValueTask.FromResult(buffer);
        return _made++ < most ? ValueTask.FromResult(new byte[frameBytes]) : _free.Reader.ReadAsync(cancellationToken);
    }

    public void Return(byte[] buffer) => _free.Writer.TryWrite(buffer);
}
