using System.Text.RegularExpressions;

namespace Mien.Video;

/// <summary>What ffmpeg says went wrong: the first complaint is the cause, the last what became of it.</summary>
internal sealed partial class FfmpegComplaints
{
    private const int MostCharacters = 160;

    // Raw frames that leave a pipe at uneven times; H.264 that was cut out of a longer film without encoding it again.
    private static readonly string[] Harmless = ["non monotonically increasing dts", "mmco: unref short failure"];

    private readonly Lock _lock = new();
    private string? _first;
    private string? _last;
    private int _count;

    /// <summary>Whether there was any.</summary>
    public bool Any
    {
        get
        {
            lock (_lock)
                return _count > 0;
        }
    }

    /// <summary>A filter that this ffmpeg was built without; null where none was missed.</summary>
    public string? MissingFilter { get; private set; }

    /// <summary>Whether the end of the file could not be written, which older versions don't tell by their exit code.</summary>
    public bool EndNotWritten { get; private set; }

    /// <summary>Whether there was no room for what it wrote.</summary>
    public bool DiskFull { get; private set; }

    /// <summary>Takes a line of the log that names its level.</summary>
    public void Read(string line)
    {
        Match match = Line().Match(line);
        if (!match.Success)
            return;
        string text = Plain(match.Groups["text"].Value);
        if (text.Length == 0 || Harmless.Any(harmless => text.Contains(harmless, StringComparison.Ordinal)))
            return;
        lock (_lock)
        {
            Match missing = Missing().Match(text);
            if (missing.Success)
                MissingFilter ??= missing.Groups["filter"].Value;
            EndNotWritten |= text.StartsWith("Error writing trailer", StringComparison.Ordinal);
            DiskFull |= text.EndsWith("No space left on device", StringComparison.Ordinal);
            _count++;
            if (_first is null)
                _first = text;
            else
                _last = text;
        }
    }

    /// <summary>In one line; empty where there was none.</summary>
    public override string ToString()
    {
        lock (_lock)
        {
            string last = _last is null || _last == _first ? "" : $"; {_last}";
            int others = _count - (last.Length > 0 ? 2 : 1);
            return $"{_first}{last}{(others > 0 ? $"; {others} more" : "")}";
        }
    }

    private static string Plain(string text)
    {
        text = new string([.. text.Where(c => !char.IsControl(c))]).Trim().TrimEnd('.');
        return text.Length <= MostCharacters ? text : text[..MostCharacters] + "...";
    }

    // "[mov,mp4 @ 0x55d5] [error] moov atom not found"
    [GeneratedRegex(@"^(\[[^\]]* @ [^\]]*\] )*\[(error|fatal|panic)\] (?<text>.*)$")]
    private static partial Regex Line();

    [GeneratedRegex("^No such filter: '(?<filter>.*)'")]
    private static partial Regex Missing();
}
