using System.Globalization;
using System.Text.Json;

namespace Mien.Video;

/// <summary>What ffprobe says of a video, as far as reading and copying need it.</summary>
/// <param name="Info">What callers get.</param>
/// <param name="Stream">The picture's place among the streams.</param>
internal sealed record VideoProbe(VideoInfo Info, int Stream)
{
    private const double UsualRate = 25;

    // Broadcast and wide-screen pixels lie well within; what lies beyond is a mistake in the file.
    private const double WidestPixel = 4;

    // One array holds a frame.
    private const long MostPixels = 500_000_000;

    // Enough to tell a rate, in a blink.
    private const int PacketsForRate = 240;

    private const string Entries = "stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,avg_frame_rate,r_frame_rate,"
        + "time_base,field_order,color_range,color_space,color_transfer,color_primaries:stream_disposition=attached_pic:stream_tags=rotate:"
        + "stream_side_data=rotation:format=duration";

    private static readonly string[] TransfersOfHdr = ["smpte2084", "arib-std-b67"];

    // The first libavformat whose ffmpeg has -fps_mode: 5.1.
    private static readonly (int Major, int Minor) FpsMode = (59, 27);

    /// <summary>The places of sound streams that can be decoded.</summary>
    public IReadOnlyList<int> Sounds { get; private init; } = [];

    /// <summary>Whether its frames come at an even rate, as far as the file says.</summary>
    public bool IsConstant { get; private init; }

    /// <summary>Whether the file says how many frames a second it has.</summary>
    public bool HasRate { get; private init; }

    /// <summary>Whether its frames may be interlaced.</summary>
    public bool IsInterlaced { get; private init; }

    /// <summary>High dynamic range: the filters that bring it to ordinary colors; null where it has these.</summary>
    public string? ToneMapping { get; private init; }

    /// <summary>ffmpeg's options that keep every frame at its time; older versions call it otherwise.</summary>
    public string[] EveryFrame { get; private init; } = ["-fps_mode", "passthrough"];

    /// <summary>Asks ffprobe.</summary>
    /// <exception cref="MienException">Not a video, or ffprobe is not installed.</exception>
    public static async Task<VideoProbe> ReadAsync(string source, CancellationToken cancellationToken)
    {
        bool isFile = Ffmpeg.IsFile(source);
        if (Directory.Exists(source))
            throw new MienException($"{source}: a folder, expected a video.");
        // A pipe has no length, and can't be read twice.
        if (isFile && LengthOf(source) == 0)
            throw new MienException($"{source}: empty file or no ordinary file, expected a video.");
        using Ffmpeg probe = Ffmpeg.Start("ffprobe", source, ["-show_library_versions", "-show_entries", Entries,
            "-of", "json", .. Ffmpeg.InputOf(source)]);
        using JsonDocument? document = await JsonOf(probe, cancellationToken).ConfigureAwait(false);
        if (document is null)
            throw new MienException($"{source}: not a video that ffmpeg can read, or cut off ({probe.Failure}). Fetch it again.");
        VideoProbe found = Parse(document.RootElement) ?? throw new MienException(Streams(document.RootElement).Any(IsSound)
            ? $"{source}: holds sound and no picture, expected a video."
            : $"{source}: not a video that ffmpeg can read (no picture in it{(probe.Complaints.Any ? $"; {probe.Failure}" : "")}).");
        if ((long)found.Info.Width * found.Info.Height > MostPixels)
            throw new MienException($"{source}: {found.Info.Width}x{found.Info.Height} pixels a frame are too many. Scale the video down "
                + "first.");
        return isFile && !found.HasRate && await RateAsync(source, found.Stream, cancellationToken).ConfigureAwait(false) is { } rate
            ? found with { Info = found.Info with { FrameRate = rate } }
            : found;
    }

    /// <summary>Reads ffprobe's JSON; null where it holds no moving picture.</summary>
    internal static VideoProbe? Parse(JsonElement root)
    {
        // The cover of a piece of music is a picture stream too.
        JsonElement stream = Streams(root).FirstOrDefault(
            stream => Text(stream, "codec_type") is "video" or "" && Number(stream, "disposition", "attached_pic") is not 1);
        if (stream.ValueKind == JsonValueKind.Undefined || SizeOf(stream) is not var (width, height))
            return null;
        double? mean = Ratio(Text(stream, "avg_frame_rate"), '/');
        double? guessed = Ratio(Text(stream, "r_frame_rate"), '/');
        // Where nothing tells the rate, ffmpeg's guess is the time base's: 1,000 in WebM.
        bool isTimeBase = guessed * Ratio(Text(stream, "time_base"), '/') is { } share && Math.Abs(share - 1) < 1e-6;
        double? rate = mean ?? (isTimeBase ? null : guessed);
        TimeSpan? duration = root.TryGetProperty("format", out JsonElement format)
            && double.TryParse(Text(format, "duration"), CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 1e9
            ? TimeSpan.FromSeconds(seconds)
            : null;
        return new VideoProbe(new VideoInfo(width, height, rate ?? UsualRate, duration), Number(stream, "index") ?? 0)
        {
            HasRate = rate is not null,
            IsConstant = mean is { } one && guessed is { } other && Math.Abs(one - other) < 1e-3 * other,
            IsInterlaced = Text(stream, "field_order") is "tt" or "bb" or "tb" or "bt",
            ToneMapping = ToneMappingOf(stream),
            Sounds = [.. Streams(root).Where(IsSound).Select(sound => Number(sound, "index")).OfType<int>()],
            EveryFrame = [VersionOf(root, "libavformat")?.CompareTo(FpsMode) < 0 ? "-vsync" : "-fps_mode", "passthrough"],
        };
    }

    /// <summary>Of the upright frame with square pixels; null where there is none.</summary>
    private static (int Width, int Height)? SizeOf(JsonElement stream)
    {
        (double wide, double high) = (Number(stream, "width") ?? 0, Number(stream, "height") ?? 0);
        // Wide-screen DVDs and the like: pixels that are not square.
        if (Ratio(Text(stream, "sample_aspect_ratio"), ':') is { } aspect and > 1 / WidestPixel and < WidestPixel)
            wide = Math.Round(wide * aspect);
        if (Math.Abs(Rotation(stream)) % 180 == 90)
            (wide, high) = (high, wide);
        return wide < 1 || high < 1 ? null : ((int)wide, (int)high);
    }

    /// <summary>
    /// PQ and HLG hold light of far more than white paper: 203 candela (ITU-R BT.2408) become white, what is brighter is pressed together
    /// below it, and the wide colors become those of BT.709.
    /// </summary>
    private static string? ToneMappingOf(JsonElement stream)
    {
        string transfer = Text(stream, "color_transfer");
        if (!TransfersOfHdr.Contains(transfer))
            return null;
        string matrix = Known("color_space", "bt2020nc");
        string primaries = Known("color_primaries", "bt2020");
        string range = Text(stream, "color_range") == "pc" ? "pc" : "tv";
        return $"zscale=tin={transfer}:min={matrix}:pin={primaries}:rin={range}:t=linear:npl=203,format=gbrpf32le,"
            + "zscale=p=bt709,tonemap=mobius:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv444p";

        string Known(string name, string usual) =>
            Text(stream, name) is { Length: > 0 } said and not ("unknown" or "reserved") ? said : usual;
    }

    /// <summary>Frames a second by the times of the first packets; null where these are too few.</summary>
    private static async Task<double?> RateAsync(string source, int stream, CancellationToken cancellationToken)
    {
        using Ffmpeg probe = Ffmpeg.Start("ffprobe", source, ["-select_streams", $"{stream}", "-read_intervals", $"%+#{PacketsForRate}",
            "-show_entries", "packet=pts_time", "-of", "json", .. Ffmpeg.InputOf(source)]);
        using JsonDocument? document = await JsonOf(probe, cancellationToken).ConfigureAwait(false);
        if (document is null || !document.RootElement.TryGetProperty("packets", out JsonElement packets))
            return null;
        double[] times = [.. packets.EnumerateArray()
            .Select(packet => double.TryParse(Text(packet, "pts_time"), CultureInfo.InvariantCulture, out double time) ? time : double.NaN)
            .Where(double.IsFinite)];
        return times.Length > 1 && times.Max() - times.Min() is > 0 and var span ? (times.Length - 1) / span : null;
    }

    private static async Task<JsonDocument?> JsonOf(Ffmpeg probe, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        await probe.Output.CopyToAsync(text, cancellationToken).ConfigureAwait(false);
        return await probe.SucceedsAsync(cancellationToken).ConfigureAwait(false) ? JsonDocument.Parse(text.ToArray()) : null;
    }

    private static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        return (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length;
    }

    private static IEnumerable<JsonElement> Streams(JsonElement root) =>
        root.TryGetProperty("streams", out JsonElement streams) ? streams.EnumerateArray() : [];

    private static bool IsSound(JsonElement stream) =>
        Text(stream, "codec_type") == "audio" && Text(stream, "codec_name") is { Length: > 0 } and not ("unknown" or "none");

    private static (int Major, int Minor)? VersionOf(JsonElement root, string library)
    {
        if (!root.TryGetProperty("library_versions", out JsonElement libraries))
            return null;
        JsonElement one = libraries.EnumerateArray().FirstOrDefault(each => Text(each, "name") == library);
        return Number(one, "major") is { } major && Number(one, "minor") is { } minor ? (major, minor) : null;
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

        return stream.TryGetProperty("tags", out JsonElement tags)
            && int.TryParse(Text(tags, "rotate"), CultureInfo.InvariantCulture, out int tag) ? tag : 0;
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static int? Number(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }

        return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int number) ? number : null;
    }

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
