using Mien.Detection;

namespace Mien.Video;

/// <summary>How faces are followed; change it with `with`.</summary>
public sealed record TrackerOptions
{
    /// <summary>The defaults.</summary>
    public static TrackerOptions Default => new();

    /// <summary>Time constant of the smoothing: after so long, a new expression has 63 % of the weight. Zero for none.</summary>
    public TimeSpan Smoothing { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>A face that frames have not shown for longer gets a new number when it comes back.</summary>
    public TimeSpan MaxGap { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A new face of a lower detector score is followed only from its second frame on: what looks like a face by chance seldom
    /// does so twice.</summary>
    public float CertainScore { get; set; } = 0.8f;
}

/// <summary>
/// Follows faces from frame to frame by where they are and how they move, and smooths their probabilities over time.
/// Feed it frames in order; not safe to call from several threads.
/// </summary>
/// <remarks>
/// Position and size by an alpha-beta filter with constant velocity (the steady-state Kalman filter; Kalata 1984), as in
/// SORT (Bewley et al. 2016, arXiv:1602.00763), with greedy association. It knows nothing of how a face looks: after a
/// cut in the film a face in another's place inherits its number.
/// </remarks>
public sealed class FaceTracker
{
    // Boxes that overlap less are matched by distance, or not at all.
    private const float MinOverlap = 0.2f;

    // Centers at most so many face sizes apart: small fast faces leave no overlap between frames.
    private const float MaxDistance = 0.8f;

    private readonly TrackerOptions _options;
    private readonly List<Track> _tracks = [];
    private int _last;

    // The sum of the steps forward: it never goes back, as the times of frames may.
    private TimeSpan _clock;
    private TimeSpan? _time;

    /// <summary>A tracker that has seen nothing.</summary>
    /// <param name="options">How faces are followed; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative.</exception>
    public FaceTracker(TrackerOptions? options = null)
    {
        _options = options ?? TrackerOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Smoothing, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.MaxGap, TimeSpan.Zero, nameof(options));
    }

    /// <summary>Takes the next frame's faces.</summary>
    /// <param name="faces">What was found in it, in any order.</param>
    /// <param name="time">The frame's time. One that goes back, as a clock that is set does, counts as no time passed.</param>
    /// <returns>Those of the faces that are followed, in the same order, numbered and smoothed.</returns>
    public IReadOnlyList<TrackedFace> Update(IReadOnlyList<Face> faces, TimeSpan time)
    {
        ArgumentNullException.ThrowIfNull(faces);
        TimeSpan now = _clock += time > _time ? time - _time.Value : TimeSpan.Zero;
        _time = time;
        Track?[] owners = Associate(faces, now);
        var tracked = new List<TrackedFace>(faces.Count);
        for (int i = 0; i < faces.Count; i++)
        {
            if (owners[i] is { } track)
                track.Update(faces[i], now, _options.Smoothing);
            else
                _tracks.Add(track = new Track(faces[i], now));
            if (track.Number == 0 && (owners[i] is not null || faces[i].DetectorScore >= _options.CertainScore))
                track.Number = ++_last;
            if (track.Number > 0)
                tracked.Add(new TrackedFace(track.Number, time, faces[i] with { Probabilities = [.. track.Probabilities] }));
        }

        // After the matching: a face is not lost because no frame came for a while.
        _tracks.RemoveAll(track => track.Seen < now && (track.Number == 0 || now - track.Seen > _options.MaxGap));
        return tracked;
    }

    /// <summary>For each face the track that it goes on, the likeliest pairs first; null where a new one begins.</summary>
    private Track?[] Associate(IReadOnlyList<Face> faces, TimeSpan time)
    {
        var pairs = new List<(float Cost, Track Track, int Face)>();
        foreach (Track track in _tracks)
        {
            for (int i = 0; i < faces.Count; i++)
            {
                if (track.Cost(faces[i].Box, time) is { } cost)
                    pairs.Add((cost, track, i));
            }
        }

        pairs.Sort((one, other) => one.Cost.CompareTo(other.Cost));
        var owners = new Track?[faces.Count];
        var taken = new HashSet<Track>();
        foreach ((_, Track track, int face) in pairs)
        {
            if (owners[face] is null && taken.Add(track))
                owners[face] = track;
        }

        return owners;
    }

    /// <summary>0 for the same box, up to 1 by overlap, beyond by distance; null where one can't be the other.</summary>
    private static float? Cost(Box expected, Box found)
    {
        float overlap = expected.IntersectionOverUnion(found);
        if (overlap >= MinOverlap)
            return 1 - overlap;
        float size = MathF.Sqrt(Math.Max(expected.Area, 1));
        float ratio = MathF.Sqrt(Math.Max(found.Area, 1)) / size;
        float distance = MathF.Sqrt(Square(Center(expected).X - Center(found).X) + Square(Center(expected).Y - Center(found).Y)) / size;
        return distance < MaxDistance && ratio is > 0.5f and < 2 ? 1 + distance : null;

        static float Square(float value) => value * value;
    }

    private static PicturePoint Center(Box box) => new(box.X + box.Width / 2, box.Y + box.Height / 2);

    /// <summary>One face over time.</summary>
    private sealed class Track(Face first, TimeSpan time)
    {
        // How much of what was not foreseen is believed at once, of place and of speed.
        private const float Alpha = 0.8f;
        private const float Beta = 0.4f;

        // Seconds. Frames that are closer may be a burst, in which time says little of when they were taken: the speed
        // is then measured over a longer window.
        private const float BurstStep = 0.03f;
        private const float Window = 0.06f;

        // What a match with where it was costs beyond any with where it should be.
        private const float Stayed = 2;

        private Box _found = first.Box;
        private PicturePoint _center = Center(first.Box);
        private PicturePoint _speed;

        // From where and when the speed is measured.
        private PicturePoint _from = Center(first.Box);
        private TimeSpan _since = time;

        private float _width = first.Box.Width;
        private float _height = first.Box.Height;

        /// <summary>0 until it is followed.</summary>
        public int Number { get; set; }

        public TimeSpan Seen { get; private set; } = time;

        public float[] Probabilities { get; } = [.. first.Probabilities];

        /// <summary>Where it should be by now.</summary>
        public Box At(TimeSpan time)
        {
            float seconds = (float)(time - Seen).TotalSeconds;
            return new Box(_center.X + _speed.X * seconds - _width / 2, _center.Y + _speed.Y * seconds - _height / 2, _width, _height);
        }

        /// <summary>As from where it should be, else as from where it was, for its speed may be wrong.</summary>
        /// <returns>Null where it can't be this face.</returns>
        public float? Cost(Box found, TimeSpan time) =>
            FaceTracker.Cost(At(time), found) ?? Stayed + FaceTracker.Cost(_found, found);

        public void Update(Face face, TimeSpan time, TimeSpan smoothing)
        {
            float seconds = (float)(time - Seen).TotalSeconds;
            // Its speed led away from it: it begins anew from where it was.
            if (FaceTracker.Cost(At(time), face.Box) is null)
                (_center, _speed) = (Center(_found), default);
            PicturePoint expected = Center(At(time));
            PicturePoint found = Center(face.Box);
            (float offX, float offY) = (found.X - expected.X, found.Y - expected.Y);
            _center = new PicturePoint(expected.X + Alpha * offX, expected.Y + Alpha * offY);
            float measured = (float)(time - _since).TotalSeconds;
            if (seconds >= BurstStep || measured >= Window)
            {
                (float x, float y) = ((found.X - _from.X) / measured, (found.Y - _from.Y) / measured);
                _speed = new PicturePoint(_speed.X + Beta * (x - _speed.X), _speed.Y + Beta * (y - _speed.Y));
                (_from, _since) = (found, time);
            }

            _width += Alpha * (face.Box.Width - _width);
            _height += Alpha * (face.Box.Height - _height);
            Seen = time;
            _found = face.Box;

            float weight = smoothing > TimeSpan.Zero ? 1 - MathF.Exp(-seconds / (float)smoothing.TotalSeconds) : 1;
            for (int i = 0; i < Probabilities.Length; i++)
                Probabilities[i] += weight * (face.Probabilities[i] - Probabilities[i]);
        }
    }
}
