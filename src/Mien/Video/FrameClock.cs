namespace Mien.Video;

/// <summary>Gives each frame its own time, later than the one before, and tells how many were lost to damage before it.</summary>
/// <param name="period">From one frame to the next, where the file does not say.</param>
/// <param name="bridges">Whether lost frames are to be told: in files of a constant rate.</param>
internal sealed class FrameClock(TimeSpan period, bool bridges)
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    // A damaged time may lie anywhere.
    private static readonly TimeSpan LongestLoss = TimeSpan.FromMinutes(1);

    private TimeSpan? _last;

    /// <summary>The times of frames that are missing before this one, then its own; none for one that comes too late.</summary>
    public IEnumerable<TimeSpan> Next(FrameTime frame)
    {
        if (_last is not { } last)
            return [Keep(frame.Time ?? TimeSpan.Zero)];
        TimeSpan time = frame.Time ?? last + period;
        if (!bridges || !frame.Damaged || time > last + LongestLoss)
            return [Keep(time > last ? time : last + Least)];
        // A decoder that lost its place gives some frames twice or late.
        if (time < last + period / 2)
            return [];
        int lost = (int)Math.Round((time - last) / period) - 1;
        return Enumerable.Range(1, lost).Select(i => last + i * period).Append(Keep(time));
    }

    private TimeSpan Keep(TimeSpan time)
    {
        _last = time;
        return time;
    }
}
