using Microsoft.Win32.SafeHandles;
using SkiaSharp;

namespace Mien.Video;

/// <summary>
/// Writes frames with boxes and labels drawn as a video, each at its own time, through an installed ffmpeg; all sound that can be
/// decoded comes from the original, whole.
/// </summary>
/// <remarks>The file appears under its name when it is complete: until then it has a temporary one in the same folder.</remarks>
public sealed class VideoWriter : IAsyncDisposable
{
    // Fine enough for any frame's time, and no encoder refuses it. They count in frames otherwise, and drop what lies between.
    private const string FineTimes = "1:60000";

    // What can show frames at any time. The other formats have one rate: there frames are repeated or left out.
    private static readonly string[] AnyTimes = [".mp4", ".m4v", ".mov", ".mkv", ".webm", ".3gp", ".flv", ".ts", ".mts", ".m2ts", ".wmv"];

    // Formats whose usual encoders take few sizes or rates, or are left out of many builds.
    private static readonly string[] PreferH264 = [".3gp", ".flv", ".ts", ".mts", ".m2ts"];

    private readonly VideoReader _original;
    private readonly string _path;
    private readonly string _temporary;
    private readonly byte[] _pixels;
    private Ffmpeg? _ffmpeg;
    private bool _ended;

    private VideoWriter(string path, VideoReader original)
    {
        _path = path;
        _original = original;
        // ffmpeg tells the format by the ending, and the name itself may be as long as a name can be.
        _temporary = Path.Combine(Path.GetDirectoryName(path) ?? "", $".mien-{Guid.NewGuid():N}{EndingOf(path)}");
        _pixels = new byte[original.Info.Width * original.Info.Height * 4];
    }

    /// <summary>Begins a video file.</summary>
    /// <param name="path">The file to write; its ending chooses the format. An existing one is replaced at the end.</param>
    /// <param name="original">The video whose frames come, for size, rate and sound.</param>
    public static VideoWriter Create(string path, VideoReader original)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(original);
        return new VideoWriter(path, original);
    }

    /// <summary>Draws a frame's faces into a copy and writes it.</summary>
    /// <exception cref="MienException">ffmpeg is not installed, or can't encode or write.</exception>
    public async Task WriteAsync(VideoFrame frame, IReadOnlyList<TrackedFace> faces, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(faces);
        frame.Picture.Pixels.CopyTo(_pixels, 0);
        Draw(faces);
        bool first = _ffmpeg is null;
        _ffmpeg ??= Start(frame.Time);
        try
        {
            if (first)
                await _ffmpeg.Input.WriteAsync(RawMatroska.Header(_original.Info), cancellationToken).ConfigureAwait(false);
            await _ffmpeg.Input.WriteAsync(RawMatroska.FrameHeader(frame.Time, _pixels.Length), cancellationToken).ConfigureAwait(false);
            await _ffmpeg.Input.WriteAsync(_pixels, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            await _ffmpeg.SucceedsAsync(cancellationToken).ConfigureAwait(false);
            throw Failed(_ffmpeg, e);
        }
    }

    /// <summary>Ends the file and gives it its name. Without any frame there is none.</summary>
    /// <exception cref="MienException">ffmpeg can't encode or write.</exception>
    public async Task EndAsync(CancellationToken cancellationToken = default)
    {
        if (_ffmpeg is null || _ended)
            return;
        try
        {
            await _ffmpeg.Input.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It ended early, and its exit code says so.
        }

        if (!await _ffmpeg.SucceedsAsync(cancellationToken).ConfigureAwait(false) || _ffmpeg.Complaints.EndNotWritten)
            throw Failed(_ffmpeg, null);
        try
        {
            using (SafeFileHandle file = File.OpenHandle(_temporary, FileMode.Open, FileAccess.ReadWrite))
                RandomAccess.FlushToDisk(file);
            File.Move(_temporary, _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{_path}: can't be written ({e.Message}).", e);
        }

        _ended = true;
    }

    /// <summary>Ends the process. A file that was not ended is not kept, and what stood under its name stays.</summary>
    public ValueTask DisposeAsync()
    {
        _ffmpeg?.Dispose();
        if (_ffmpeg is not null && !_ended)
        {
            try
            {
                File.Delete(_temporary);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What stopped the writing is on its way already.
            }
        }

        return ValueTask.CompletedTask;
    }

    private static string EndingOf(string path) => Path.GetExtension(path).ToLowerInvariant();

    /// <summary>With the first frame: ffmpeg lets every input begin at zero, and is told how much later this one does.</summary>
    private Ffmpeg Start(TimeSpan first)
    {
        string ending = EndingOf(_path);
        bool hasSound = Ffmpeg.IsFile(_original.Source) && _original.Probe.Sounds.Count > 0;
        return Ffmpeg.Start("ffmpeg", _path, ["-itsoffset", Ffmpeg.Number(first.TotalSeconds), "-f", "matroska", "-i", "-",
            .. hasSound ? Ffmpeg.InputOf(_original.Source) : [],
            "-map", "0:v", .. hasSound ? _original.Probe.Sounds.SelectMany(stream => new[] { "-map", $"1:{stream}" }) : [],
            // Most encoders want even sizes and players this pixel format.
            "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p",
            .. AnyTimes.Contains(ending) ? [.. _original.Probe.EveryFrame, "-enc_time_base:v", FineTimes] : (string[])[],
            .. PreferH264.Contains(ending) ? ["-c:v", "h264", "-c:a", "aac"] : (string[])[],
            "file:" + _temporary]);
    }

    private void Draw(IReadOnlyList<TrackedFace> faces)
    {
        var info = new SKImageInfo(_original.Info.Width, _original.Info.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var memory = System.Runtime.InteropServices.GCHandle.Alloc(_pixels, System.Runtime.InteropServices.GCHandleType.Pinned);
        try
        {
            using SKSurface surface = SKSurface.Create(info, memory.AddrOfPinnedObject(), info.RowBytes);
            Annotator.Draw(
                surface.Canvas, info.Width, info.Height, [.. faces.Select(face => face.Face)], [.. faces.Select(face => $"{face.Track} ")]);
            surface.Canvas.Flush();
        }
        finally
        {
            memory.Free();
        }
    }

    private MienException Failed(Ffmpeg ffmpeg, Exception? cause)
    {
        string reason = ffmpeg.Failure.Replace(_temporary, _path, StringComparison.Ordinal);
        string cure = ffmpeg.Complaints.DiskFull ? " Make room, then run it again." : "";
        return new MienException($"{_path}: can't be written ({reason}). Nothing is left of it.{cure}", cause!);
    }
}
