using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Mien.Video;

/// <summary>
/// Frames of a video file, camera or stream through a pipe from an installed ffmpeg, in as many buffers as are asked for
/// however long it is.
/// </summary>
public sealed class VideoReader
{
    private long _dropped;

    private VideoReader(string source, VideoInfo info)
    {
        Source = source;
        Info = info;
    }

    /// <summary>The file, camera or address.</summary>
    public string Source { get; }

    /// <summary>Size and frame rate.</summary>
    public VideoInfo Info { get; }

    /// <summary>Frames that <see cref="ReadNewestAsync"/> has passed over so far.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Opens a video.</summary>
    /// <param name="source">A file, a camera (`/dev/video0`; `avfoundation:0` on macOS; `dshow:video=NAME` on Windows) or an address (`rtsp://...`).</param>
    /// <param name="cancellation">Ends the opening.</param>
    /// <exception cref="MienException">Not found, not a video, or ffmpeg is not installed.</exception>
    public static async Task<VideoReader> OpenAsync(string source, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.Contains("://", StringComparison.Ordinal) && Ffmpeg.DeviceOf(source) is null && !Path.Exists(source))
            throw new MienException($"{source}: not found.");
        return new VideoReader(source, await VideoInfo.ReadAsync(source, cancellation).ConfigureAwait(false));
    }

    /// <summary>All frames in order, as fast as they are taken.</summary>
    /// <param name="buffers">Frames not yet disposed, at most; reading waits where all are in use. 2 or more.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <remarks>At a constant <see cref="VideoInfo.FrameRate"/>: where a video's own rate varies, frames are repeated or left out, so that times are right.</remarks>
    /// <exception cref="MienException">Nothing of it can be decoded.</exception>
    public IAsyncEnumerable<VideoFrame> ReadAsync(int buffers = 4, CancellationToken cancellation = default) =>
        ReadAsync(buffers, atItsOwnPace: false, cancellation);

    /// <summary>
    /// As a camera gives frames: a file is played at its own pace, and each step gets the newest frame; those that came
    /// while the caller was busy are passed over, so that nothing lags behind.
    /// </summary>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="MienException">Nothing of it can be decoded.</exception>
    public async IAsyncEnumerable<VideoFrame> ReadNewestAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var newest = Channel.CreateBounded<VideoFrame>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true },
            frame =>
            {
                frame.Dispose();
                Interlocked.Increment(ref _dropped);
            });
        // One being filled, one waiting, one dropped for it, one in the caller's hands.
        Task pump = Task.Run(() => Pump(newest.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (VideoFrame frame in newest.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
                yield return frame;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Pump(ChannelWriter<VideoFrame> newest, CancellationToken cancellation)
    {
        Exception? error = null;
        try
        {
            await foreach (VideoFrame frame in ReadAsync(4, atItsOwnPace: true, cancellation).ConfigureAwait(false))
                await newest.WriteAsync(frame, cancellation).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            error = e;
        }

        newest.Complete(error);
    }

    private async IAsyncEnumerable<VideoFrame> ReadAsync(int buffers, bool atItsOwnPace, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buffers, 2);
        var free = Channel.CreateUnbounded<byte[]>();
        int made = 0;
        // Only a file must be held back; a camera has a pace of its own.
        string[] pace = atItsOwnPace && File.Exists(Source) && !Source.StartsWith("/dev/", StringComparison.Ordinal) ? ["-re"] : [];
        using Ffmpeg ffmpeg = Ffmpeg.Start("ffmpeg", Source, ["-v", "error", "-nostdin", .. pace, .. Ffmpeg.InputOf(Source), "-map", "0:v:0",
            "-vf", $"fps={Ffmpeg.Number(Info.FrameRate)},scale={Info.Width}:{Info.Height}", "-pix_fmt", "rgba", "-f", "rawvideo", "-"]);
        for (long number = 0; ; number++)
        {
            if (!free.Reader.TryRead(out byte[]? buffer))
                buffer = made++ < buffers ? new byte[Info.Width * Info.Height * 4] : await free.Reader.ReadAsync(cancellation).ConfigureAwait(false);
            int read = await ffmpeg.Output.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            if (read < buffer.Length)
            {
                bool good = await ffmpeg.SucceedsAsync(cancellation).ConfigureAwait(false);
                if (number == 0 || !good)
                    throw new MienException($"{Source}: {(number == 0 ? "no frame" : $"nothing after frame {number - 1}")} can be decoded{(ffmpeg.Complaint.Length > 0 ? $" ({ffmpeg.Complaint})" : "")}.");
                yield break;
            }

            yield return new VideoFrame(number, TimeSpan.FromSeconds(number / Info.FrameRate), buffer, Info, free.Writer);
        }
    }
}
