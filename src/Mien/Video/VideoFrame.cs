using Mien.Imaging;

namespace Mien.Video;

/// <summary>A frame of a video. Dispose it when nothing reads its picture any more: the next frames come into the same memory.</summary>
public sealed class VideoFrame : IDisposable
{
    private readonly FramePool _pool;
    private int _disposed;

    internal VideoFrame(long number, TimeSpan time, byte[] rgba, VideoInfo info, FramePool pool)
    {
        Number = number;
        Time = time;
        Picture = Picture.Over(rgba, info.Width, info.Height);
        _pool = pool;
    }

    /// <summary>From 0.</summary>
    public long Number { get; }

    /// <summary>
    /// Since the file's beginning, as a player shows it. The first frame's is above zero where the sound begins before the picture.
    /// Always later than the frame before.
    /// </summary>
    public TimeSpan Time { get; }

    /// <summary>Its pixels, until the frame is disposed.</summary>
    /// <remarks>
    /// Whoever reads the pixels of a kept picture later gets an <see cref="ObjectDisposedException"/>, never those of another frame.
    /// `Picture.FromRgba(picture.ToRgba(), picture.Width, picture.Height)` is a copy that stays.
    /// </remarks>
    public Picture Picture { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _pool.Return(Picture.Release());
    }
}
