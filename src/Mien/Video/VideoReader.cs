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

    private VideoReader(string source, VideoProbe probe)
    {
        Source = source;
        Probe = probe;
    }

    /// <summary>The file, camera or address.</summary>
    public string Source { get; }

    /// <summary>Size and frame rate.</summary>
    public VideoInfo Info => Probe.Info;

    internal VideoProbe Probe { get; }

    /// <summary>Frames that <see cref="ReadNewestAsync"/> has passed over so far.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Opens a video.</summary>
    /// <param name="source">
    /// A file, a camera (`/dev/video0`; `avfoundation:0` on macOS; `dshow:video=NAME` on Windows) or an address (`rtsp://...`).
    /// </param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="MienException">Not found, not a video, or ffmpeg is not installed.</exception>
    public static async Task<VideoReader> OpenAsync(string source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!Path.Exists(source) && !source.Contains("://", StringComparison.Ordinal) && Ffmpeg.DeviceOf(source) is null)
            throw new MienException(MissingFile.Message(source));
        return new VideoReader(source, await VideoProbe.ReadAsync(source, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>All frames in order, as fast as they are taken, each with the file's own time for it.</summary>
    /// <param name="buffers">
    /// Frames not yet disposed, at most: where all are in use, reading waits until one is disposed. 2 or more.
    /// </param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <remarks>
    /// Where frames of a file with a constant rate are damaged, the frame before stands for each that is lost, as a player shows it.
    /// Video of high dynamic range (PQ, HLG) is brought to ordinary colors.
    /// </remarks>
    /// <exception cref="MienException">
    /// Nothing of it can be decoded; or, after all frames that can, the file is cut off or damaged.
    /// </exception>
    public IAsyncEnumerable<VideoFrame> ReadAsync(int buffers = 4, CancellationToken cancellationToken = default) =>
        ReadAsync(buffers, atItsOwnPace: false, cancellationToken);

    /// <summary>
    /// As a camera gives frames: a file is played at its own pace, and each step gets the newest frame; those that came
    /// while the caller was busy are passed over, so that nothing lags behind.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="MienException">As for all frames.</exception>
    public async IAsyncEnumerable<VideoFrame> ReadNewestAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
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
            await foreach (VideoFrame frame in newest.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return frame;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Pump(ChannelWriter<VideoFrame> newest, CancellationToken cancellationToken)
    {
        Exception? error = null;
        try
        {
            await foreach (VideoFrame frame in ReadAsync(4, atItsOwnPace: true, cancellationToken).ConfigureAwait(false))
                await newest.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            error = e;
        }

        newest.Complete(error);
    }

    private async IAsyncEnumerable<VideoFrame> ReadAsync(
        int buffers, bool atItsOwnPace, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buffers, 2);
        var pool = new FramePool(buffers, Info.Width * Info.Height * 4);
        bool isFile = Ffmpeg.IsFile(Source);
        var clock = new FrameClock(TimeSpan.FromSeconds(1 / Info.FrameRate), bridges: isFile && Probe.IsConstant);
        // The frame before, for those that are lost: its own buffer may be filled again by then.
        byte[]? before = isFile && Probe.IsConstant ? new byte[pool.FrameBytes] : null;
        using Ffmpeg ffmpeg = Ffmpeg.Start("ffmpeg", Source, ArgumentsOf(atItsOwnPace && isFile), logsTimes: true);
        long number = 0;
        while (true)
        {
            byte[] buffer = await pool.TakeAsync(cancellationToken).ConfigureAwait(false);
            ValueTask<int> read = ffmpeg.Output.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            if (await read.ConfigureAwait(false) < buffer.Length)
                break;
            FrameTime frame = await ffmpeg.NextTimeAsync(cancellationToken).ConfigureAwait(false);
            TimeSpan[] times = [.. clock.Next(frame)];
            for (int lost = 0; lost < times.Length - 1; lost++)
            {
                byte[] repeated = await pool.TakeAsync(cancellationToken).ConfigureAwait(false);
                before!.CopyTo(repeated, 0);
                yield return new VideoFrame(number++, times[lost], repeated, Info, pool);
            }

            if (times.Length == 0)
            {
                pool.Return(buffer);
                continue;
            }

            if (before is not null)
                buffer.CopyTo(before, 0);
            yield return new VideoFrame(number++, times[^1], buffer, Info, pool);
        }

        bool good = await ffmpeg.SucceedsAsync(cancellationToken).ConfigureAwait(false);
        // A camera or an address may lose a packet and go on.
        if (!good || number == 0 || (isFile && ffmpeg.Complaints.Any))
            throw new MienException($"{Source}: {Explain(ffmpeg, good, number)}");
    }

    private IEnumerable<string> ArgumentsOf(bool atItsOwnPace)
    {
        // Only frames that are marked as interlaced are changed by it.
        string deinterlace = Probe.IsInterlaced ? "bwdif=mode=send_frame:deint=interlaced," : "";
        string toneMapping = Probe.ToneMapping is { } filters ? filters + "," : "";
        // A file must be held back; a camera has a pace of its own.
        return ["-nostdin", "-nostats", .. (string[])(atItsOwnPace ? ["-re"] : []), .. Ffmpeg.InputOf(Source), "-map", $"0:{Probe.Stream}",
            "-vf", $"{deinterlace}{toneMapping}scale={Info.Width}:{Info.Height},{FrameTime.Filters}",
            .. Probe.EveryFrame, "-pix_fmt", "rgba", "-f", "rawvideo", "-"];
    }

    private string Explain(Ffmpeg ffmpeg, bool good, long frames)
    {
        if (Probe.ToneMapping is not null && ffmpeg.Complaints.MissingFilter is { } filter)
        {
            return $"a video of high dynamic range (PQ or HLG). This ffmpeg was built without the filter {filter} that brings it to "
                + "ordinary colors. Install a full build of ffmpeg, or convert the video to SDR first.";
        }

        if (frames == 0)
            return $"no frame can be decoded ({ffmpeg.Failure}).";
        return good
            ? $"cut off or damaged: {frames} frames were read ({ffmpeg.Failure}). Fetch or copy the file again."
            : $"reading stopped after {frames} frames ({ffmpeg.Failure}).";
    }
}
