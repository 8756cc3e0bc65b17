using Mien.Video;

namespace Mien.Cli.Videos;

/// <summary>A timeline of frames: each is shown until the next one comes.</summary>
/// <param name="labels">The model's.</param>
/// <param name="last">How long the last frame is shown.</param>
internal sealed class FrameTimeline(IReadOnlyList<string> labels, TimeSpan last)
{
    private readonly Timeline _timeline = new(labels);
    private (TimeSpan Time, IReadOnlyList<TrackedFace> Faces)? _shown;

    public void Add(TimeSpan time, IReadOnlyList<TrackedFace> faces)
    {
        Draw(time);
        _shown = (time, faces);
    }

    /// <summary>Once, at the end.</summary>
    public void Save(string path)
    {
        Draw(null);
        _timeline.Save(path);
    }

    private void Draw(TimeSpan? next)
    {
        if (_shown is not { } shown)
            return;
        foreach (TrackedFace face in shown.Faces)
            _timeline.Add(face, next - shown.Time ?? last);
    }
}
