using System.Globalization;
using System.Text.Json;

namespace Mien.Video;

/// <summary>What a video says of itself.</summary>
/// <param name="Width">Of the upright frame with square pixels.</param>
/// <param name="Height">Likewise.</param>
/// <param name="FrameRate">Frames a second.</param>
/// <param name="Duration">Null where it is not known: a camera, a stream.</param>
public sealed record VideoInfo(int Width, int Height, double FrameRate, TimeSpan? Duration)
{
    /// <summary>Asks ffprobe.</summary>
    /// <param name="source">A file, a camera's device or an address.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <exception cref="MienException">Not a video, or ffprobe is not installed.</exception>
    public static async Task<VideoInfo> ReadAsync(string source, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        using Ffmpeg probe = Ffmpeg.Start("ffprobe", source, ["-v", "error", "-select_streams", "v:0",
            "-show_entries", "stream=width,height,avg_frame_rate,r_frame_rate,sample_aspect_ratio:stream_tags=rotate:stream_side_data=rotation:format=duration",
            "-of", "json", .. Ffmpeg.InputOf(source)]);
        using var text = new MemoryStream();
        await probe.Output.CopyToAsync(text, cancellation).ConfigureAwait(false);
        bool good = await probe.SucceedsAsync(cancellation).ConfigureAwait(false);
        VideoInfo? info = good ? Parse(text.ToArray()) : null;
        return info ?? throw new MienException($"{source}: not a video that ffmpeg can read{(probe.Complaint.Length > 0 ? $" ({probe.Complaint})" : "")}.");
    }

    /// <summary>Reads ffprobe's JSON; null where it holds no picture stream.</summary>
    internal static VideoInfo? Parse(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("streams", out JsonElement streams) || streams.GetArrayLength() == 0)
            return null;
        JsonElement stream = streams[0];
        if (!stream.TryGetProperty("width", out JsonElement width) || !stream.TryGetProperty("height", out JsonElement height))
            return null;
        (double wide, double high) = (width.GetInt32(), height.GetInt32());
        // Wide-screen DVDs and the like: pixels that are not square.
        if (Ratio(Text(stream, "sample_aspect_ratio"), ':') is { } aspect)
            wide = Math.Round(wide * aspect);
        if (Math.Abs(Rotation(stream)) % 180 == 90)
            (wide, high) = (high, wide);
        if (wide < 1 || high < 1)
            return null;
        double rate = Ratio(Text(stream, "avg_frame_rate"), '/') ?? Ratio(Text(stream, "r_frame_rate"), '/') ?? 25;
        TimeSpan? duration = document.RootElement.TryGetProperty("format", out JsonElement format)
            && double.TryParse(Text(format, "duration"), CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 1e9
            ? TimeSpan.FromSeconds(seconds)
            : null;
        return new VideoInfo((int)wide, (int)high, rate, duration);
    }

    private static int Rotation(JsonElement stream)
    {
        if (stream.TryGetProperty("side_data_list", out JsonElement list))
        {
            foreach (JsonElement data in list.EnumerateArray())
            {
                if (data.TryGetProperty("rotation", out JsonElement rotation) && rotation.TryGetDouble(out double degrees))
                    return (int)Math.Round(degrees);
            }
        }

        return stream.TryGetProperty("tags", out JsonElement tags) && int.TryParse(Text(tags, "rotate"), out int tag) ? tag : 0;
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>"30000/1001" -> 29.97; null where it is no positive number.</summary>
    private static double? Ratio(string text, char sign)
    {
        string[] parts = text.Split(sign);
        return parts.Length == 2
            && double.TryParse(parts[0], CultureInfo.InvariantCulture, out double above)
            && double.TryParse(parts[1], CultureInfo.InvariantCulture, out double below)
            && above > 0 && below > 0
            ? above / below
            : null;
    }
}
