using System.Globalization;
using System.Text.RegularExpressions;

namespace Mien.Video;

/// <summary>When a frame is shown, as ffmpeg's `showinfo` filter logs it in a time base of a microsecond.</summary>
/// <param name="Time">Since the file's beginning; null where the file does not say.</param>
/// <param name="Damaged">Whether ffmpeg has complained before.</param>
internal sealed partial record FrameTime(TimeSpan? Time, bool Damaged = false)
{
    /// <summary>The filters that log it.</summary>
    public const string Filters = "settb=AVTB,showinfo=checksum=0";

    /// <summary>Reads a line of the log; null where it is another.</summary>
    public static FrameTime? Parse(string line)
    {
        Match match = Line().Match(line);
        if (!match.Success)
            return null;
        return new FrameTime(long.TryParse(match.Groups["pts"].Value, CultureInfo.InvariantCulture, out long microseconds)
            ? TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond)
            : null);
    }

    // "[Parsed_showinfo_3 @ 0x5572] [info] n:   0 pts:      0 pts_time:0 ..."
    [GeneratedRegex(@"^\[Parsed_showinfo_\d+ @ [^\]]*\] \[info\] n: *\d+ pts: *(?<pts>-?\d+|NOPTS) ")]
    private static partial Regex Line();
}
