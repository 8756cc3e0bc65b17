using System.Threading.Channels;
using Mien.Imaging;

namespace Mien.Video;

/// <summary>A frame of a video. Dispose it when nothing reads its picture any more: the next frames come into the same memory.</summary>
public sealed class VideoFrame : IDisposable
{
    private readonly ChannelWriter<byte[]> _free;
    private int _disposed;

    internal VideoFrame(long number, TimeSpan time, byte[] rgba, VideoInfo info, ChannelWriter<byte[]> free)
    {
        Number = number;
        Time = time;
        Picture = Picture.Over(rgba, info.Width, info.Height);
        _free = free;
    }

    /// <summary>From 0.</summary>
    public long Number { get; }

    /// <summary>Since the first frame.</summary>
    public TimeSpan Time { get; }

    /// <summary>Its pixels, until the frame is disposed.</summary>
    public Picture Picture { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _free.TryWrite(Picture.Pixels);
    }
}
