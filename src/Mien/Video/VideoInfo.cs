using System.Text.Json;

namespace Mien.Video;

/// <summary>What a video says of itself.</summary>
/// <param name="Width">Of the upright frame with square pixels.</param>
/// <param name="Height">Likewise.</param>
/// <param name="FrameRate">
/// Frames a second, on average: told by the times of the first frames where the file does not say, and 25 where these are too few.
/// </param>
/// <param name="Duration">Null where it is not known: a camera, a stream, a recording that was never finished.</param>
public sealed record VideoInfo(int Width, int Height, double FrameRate, TimeSpan? Duration)
{
    /// <summary>Asks ffprobe.</summary>
    /// <param name="source">A file, a camera's device or an address.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="MienException">Not a video, or ffprobe is not installed.</exception>
    public static async Task<VideoInfo> ReadAsync(string source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return (await VideoProbe.ReadAsync(source, cancellationToken).ConfigureAwait(false)).Info;
    }

    /// <summary>Reads ffprobe's JSON; null where it holds no picture stream.</summary>
    internal static VideoInfo? Parse(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return VideoProbe.Parse(document.RootElement)?.Info;
    }
}
