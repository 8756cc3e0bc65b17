using SkiaSharp;

namespace Mien.Video;

/// <summary>Writes frames with boxes and labels drawn as a video, through an installed ffmpeg; sound comes from the original.</summary>
public sealed class VideoWriter : IAsyncDisposable
{
    private readonly Ffmpeg _ffmpeg;
    private readonly string _path;
    private readonly byte[] _pixels;
    private readonly VideoInfo _info;
    private bool _ended;

    private VideoWriter(Ffmpeg ffmpeg, string path, VideoInfo info)
    {
        _ffmpeg = ffmpeg;
        _path = path;
        _info = info;
        _pixels = new byte[info.Width * info.Height * 4];
    }

    /// <summary>Begins a video file.</summary>
    /// <param name="path">The file to write; its ending chooses the format.</param>
    /// <param name="original">The video whose frames come, for size, rate and sound.</param>
    /// <exception cref="MienException">ffmpeg is not installed.</exception>
    public static VideoWriter Create(string path, VideoReader original)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(original);
        VideoInfo info = original.Info;
        return new VideoWriter(
            Ffmpeg.Start("ffmpeg", path, ["-v", "error", "-y",
                "-f", "rawvideo", "-pix_fmt", "rgba", "-s", $"{info.Width}x{info.Height}", "-r", Ffmpeg.Number(info.FrameRate), "-i", "-",
                .. Ffmpeg.InputOf(original.Source), "-map", "0:v", "-map", "1:a?", "-shortest",
                // Most encoders want even sizes and players this pixel format.
                "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "file:" + path]),
            path, info);
    }

    /// <summary>Draws a frame's faces into a copy and writes it.</summary>
    /// <exception cref="MienException">ffmpeg can't encode or write.</exception>
    public async Task WriteAsync(VideoFrame frame, IReadOnlyList<TrackedFace> faces, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(faces);
        frame.Picture.Pixels.CopyTo(_pixels, 0);
        Draw(faces);
        try
        {
            await _ffmpeg.Input.WriteAsync(_pixels, cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw Failed(e);
        }
    }

    /// <summary>Ends the file.</summary>
    /// <exception cref="MienException">ffmpeg can't encode or write.</exception>
    public async Task EndAsync(CancellationToken cancellation = default)
    {
        _ended = true;
        try
        {
            await _ffmpeg.Input.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw Failed(e);
        }

        if (!await _ffmpeg.SucceedsAsync(cancellation).ConfigureAwait(false))
            throw Failed(null);
    }

    /// <summary>Ends the process; a file that was not ended is what ffmpeg made of the frames so far.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_ended)
        {
            try
            {
                await EndAsync().ConfigureAwait(false);
            }
            catch (MienException)
            {
                // What stopped the writing is on its way already.
            }
        }

        _ffmpeg.Dispose();
    }

    private void Draw(IReadOnlyList<TrackedFace> faces)
    {
        var info = new SKImageInfo(_info.Width, _info.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var memory = System.Runtime.InteropServices.GCHandle.Alloc(_pixels, System.Runtime.InteropServices.GCHandleType.Pinned);
        try
        {
            using SKSurface surface = SKSurface.Create(info, memory.AddrOfPinnedObject(), info.RowBytes);
            Annotator.Draw(surface.Canvas, _info.Width, _info.Height, [.. faces.Select(face => face.Face)], [.. faces.Select(face => $"{face.Track} ")]);
            surface.Canvas.Flush();
        }
        finally
        {
            memory.Free();
        }
    }

    private MienException Failed(Exception? cause) =>
        new($"{_path}: ffmpeg can't write it ({(_ffmpeg.Complaint.Length > 0 ? _ffmpeg.Complaint : "it ended early")}).", cause!);
}
