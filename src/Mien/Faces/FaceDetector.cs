using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Mien.Imaging;

namespace Mien.Faces;

/// <summary>What counts as a face.</summary>
public sealed record DetectorOptions
{
    /// <summary>The defaults.</summary>
    public static DetectorOptions Default { get; } = new();

    /// <summary>Lowest detector score, above 0 and below 1; faces under 40 pixels need 0.08 more.</summary>
    public float MinScore { get; init; } = 0.62f;

    /// <summary>Smallest face, in pixels of the box's longer side; a lower figure costs time in large pictures.</summary>
    public int MinFacePixels { get; init; } = 24;

    /// <summary>Smallest face as a share of the picture's longer side, 0..1, where that is more than <see cref="MinFacePixels"/>: 0.1 reads portraits many times faster.</summary>
    public float MinFaceShare { get; init; }

    /// <summary>At most so many faces, the most certain ones; 0 for all.</summary>
    public int MaxFaces { get; init; }

    /// <summary>The smallest face in a picture of some size, in its pixels.</summary>
    internal float SmallestFace(int width, int height) => Math.Max(MinFacePixels, MinFaceShare * Math.Max(width, height));

    internal void Validate()
    {
        if (MinScore is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(MinScore), MinScore, "Expected above 0 and below 1.");
        ArgumentOutOfRangeException.ThrowIfNegative(MaxFaces);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinFacePixels, 1);
        if (MinFaceShare is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(MinFaceShare), MinFaceShare, "Expected 0 to 1.");
    }
}

/// <summary>
/// Finds faces in a picture: BlazeFace's front network over all scales gives candidates, each of which front and back
/// network have to confirm in windows fitted to it.
/// </summary>
/// <remarks>
/// The two networks were trained apart and err apart: a texture that one takes for a face rarely deceives the other.
/// </remarks>
public sealed class FaceDetector : IDisposable
{
    // In its own input the network finds faces of so many pixels and more.
    private const float SmallestSeen = 24;

    // Samples a side of the look at the whole picture, the size that the front network was published for.
    private const int WholeLookSize = 128;

    // A level after the first adds nothing to that look where it has fewer pixels a side.
    private const float SmallestLevel = 1.5f * WholeLookSize;

    // Both networks look at a candidate in a window of so many times its size, sampled at so many points a side: less of
    // what is around the face than at 2.5 times and 128 points, at half the cost, with as many faces found (docs/experiments.md).
    private const float LookScale = 1.9f;
    private const int LookSize = 96;

    // Looks in one run: bounds its memory.
    private const int LooksAtOnce = 16;

    // Lowest score of a candidate, and of what a look at it sees.
    private const float FirstScore = 0.5f;
    private const float LookScore = 0.3f;

    // Half of all windows show details of under so many pixels (a coat button has four holes and a rim), and little is to
    // be seen in them: they have to look the more like a face.
    private const float SmallSquare = 32;
    private const float SmallScore = 0.08f;

    // Medians of the hand-drawn boxes of 52 annotated faces in shares of the network's square.
    private const float BoxLeft = 0.034f;
    private const float BoxTop = -0.206f;
    private const float BoxWidth = 0.916f;
    private const float BoxHeight = 1.254f;

    private readonly BlazeFace _front;
    private readonly BlazeFace _back;

    // Calls that run at once have one each.
    private readonly ConcurrentBag<Scratch> _spare = [];

    /// <summary>Loads the embedded networks.</summary>
    /// <param name="session">ONNX Runtime options; null for one thread a core.</param>
    public FaceDetector(SessionOptions? session = null)
    {
        using SessionOptions? own = session is null ? new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR } : null;
        _front = new BlazeFace(BlazeFaceVariant.Front, session ?? own!);
        _back = new BlazeFace(BlazeFaceVariant.Back, session ?? own!);
    }

    /// <summary>Faces of a picture, from the most certain down.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public IReadOnlyList<DetectedFace> Detect(Picture picture, DetectorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(picture);
        using var pyramid = new Pyramid(picture);
        return Detect(pyramid, options ?? DetectorOptions.Default);
    }

    internal IReadOnlyList<DetectedFace> Detect(Pyramid pyramid, DetectorOptions options)
    {
        options.Validate();
        if (!_spare.TryTake(out Scratch? scratch))
            scratch = new Scratch();
        float smallest = options.SmallestFace(pyramid.Width, pyramid.Height);
        using Pyramid? stretched = SearchLevels.Stretch(pyramid);
        FindCandidates(stretched ?? pyramid, smallest, Math.Min(FirstScore, options.MinScore), scratch);
        Confirm(stretched ?? pyramid, options.MinScore, scratch);
        var faces = new List<DetectedFace>(scratch.Confirmed.Count);
        Suppression.Merge(scratch.Confirmed, faces);
        _spare.Add(scratch);
        for (int i = 0; i < faces.Count; i++)
            faces[i] = faces[i] with { Box = Fit(faces[i]).Within(pyramid.Width, pyramid.Height) };
        faces.RemoveAll(face => Math.Max(face.Box.Width, face.Box.Height) < smallest);
        if (options.MaxFaces > 0 && faces.Count > options.MaxFaces)
            faces.RemoveRange(options.MaxFaces, faces.Count - options.MaxFaces);
        return faces;
    }

    /// <summary>The two networks as .onnx files, for a runtime elsewhere (a browser's), which has to follow the search of this class by itself.</summary>
    /// <returns>From [N,H,W,3], -1..1, to scores and numbers of the anchors on a fine and a coarse grid; sides of windows are multiples of 16 (front) and 32 (back).</returns>
    public static (byte[] Front, byte[] Back) ReadNetworks() => (BlazeFace.ReadModel(BlazeFaceVariant.Front), BlazeFace.ReadModel(BlazeFaceVariant.Back));

    /// <inheritdoc/>
    public void Dispose()
    {
        _front.Dispose();
        _back.Dispose();
    }

    /// <summary>What the front network sees over all scales, into <see cref="Scratch.Candidates"/>.</summary>
    private void FindCandidates(Pyramid pyramid, float smallest, float minScore, Scratch scratch)
    {
        int longer = Math.Max(pyramid.Width, pyramid.Height);
        List<DetectedFace> seen = scratch.Seen;
        seen.Clear();
        scratch.Looks.Clear();
        var whole = new Box((pyramid.Width - longer) / 2f, (pyramid.Height - longer) / 2f, longer, longer);
        _front.Look(pyramid, [whole], WholeLookSize, minScore, scratch.Looks);
        foreach ((_, DetectedFace face) in scratch.Looks)
            seen.Add(face);
        // Where the smallest face is larger than the network needs, the levels begin at just the size that it needs.
        float ratio = Math.Min(1, SmallestSeen / smallest);
        if (longer * ratio > WholeLookSize)
        {
            using Pyramid? shrunk = ratio < 1 ? pyramid.Shrink(ratio) : null;
            Search(shrunk ?? pyramid, 1 / ratio, minScore, scratch);
        }

        Suppression.Merge(seen, scratch.Candidates);
    }

    private void Search(Pyramid searched, float scale, float minScore, Scratch scratch)
    {
        int side = Math.Max(searched.Width, searched.Height);
        for (int level = 0; level == 0 || side >> level >= SmallestLevel; level++)
        {
            SearchRegions.Find(searched, level, scratch.Regions);
            foreach (Region region in scratch.Regions)
                _front.Scan(searched[level], scale * (1 << level), region, minScore, scratch.Seen);
        }
    }

    /// <summary>
    /// Candidates as both networks see them at a scale of their own, with the mean of the three scores, into
    /// <see cref="Scratch.Confirmed"/>; those that one of the networks does not see are dropped.
    /// </summary>
    private void Confirm(Pyramid pyramid, float minScore, Scratch scratch)
    {
        scratch.Confirmed.Clear();
        Span<DetectedFace> some = stackalloc DetectedFace[LooksAtOnce];
        Span<DetectedFace> front = stackalloc DetectedFace[LooksAtOnce];
        Span<DetectedFace> back = stackalloc DetectedFace[LooksAtOnce];
        ReadOnlySpan<DetectedFace> candidates = CollectionsMarshal.AsSpan(scratch.Candidates);
        for (; candidates.Length > 0; candidates = candidates[Math.Min(LooksAtOnce, candidates.Length)..])
        {
            int count = Math.Min(LooksAtOnce, candidates.Length);
            candidates[..count].CopyTo(some);
            Look(_front, pyramid, some[..count], front, scratch);
            // Where the front network sees nothing, the back network need not look.
            int kept = 0;
            for (int i = 0; i < count; i++)
            {
                if (front[i].Score > 0)
                    (some[kept], front[kept++]) = (some[i], front[i]);
            }

            Look(_back, pyramid, some[..kept], back, scratch);
            for (int i = 0; i < kept; i++)
            {
                float score = (some[i].Score + front[i].Score + back[i].Score) / 3;
                if (back[i].Score == 0)
                    continue;
                DetectedFace face = Suppression.Mean(front[i], back[i]) with { Score = score };
                if (score >= minScore + (face.Box.Width < SmallSquare ? SmallScore : 0))
                    scratch.Confirmed.Add(face);
            }
        }
    }

    /// <summary>What a network sees of each candidate, into <paramref name="seen"/>; a score of 0 where it sees nothing.</summary>
    private static void Look(BlazeFace network, Pyramid pyramid, ReadOnlySpan<DetectedFace> candidates, Span<DetectedFace> seen, Scratch scratch)
    {
        if (candidates.Length == 0)
            return;
        Span<Box> squares = stackalloc Box[LooksAtOnce];
        for (int i = 0; i < candidates.Length; i++)
        {
            Box box = candidates[i].Box;
            float side = Math.Max(box.Width, box.Height) * LookScale;
            squares[i] = new Box(box.X + (box.Width - side) / 2, box.Y + (box.Height - side) / 2, side, side);
        }

        scratch.Looks.Clear();
        network.Look(pyramid, squares[..candidates.Length], LookSize, LookScore, scratch.Looks);
        for (int i = 0; i < candidates.Length; i++)
        {
            scratch.Seen.Clear();
            foreach ((int square, DetectedFace face) in scratch.Looks)
            {
                if (square == i)
                    scratch.Seen.Add(face);
            }

            Suppression.Merge(scratch.Seen, scratch.Merged);
            seen[i] = default;
            foreach (DetectedFace face in scratch.Merged)
            {
                if (face.Box.IntersectionOverUnion(candidates[i].Box) > Suppression.SameFace)
                {
                    seen[i] = face;
                    break;
                }
            }
        }
    }

    /// <summary>From the network's square, brow to chin, to the box that a person draws: hairline to chin, cheek to cheek.</summary>
    private static Box Fit(DetectedFace face)
    {
        Box box = face.Box;
        return new Box(box.X + BoxLeft * box.Width, box.Y + BoxTop * box.Height, box.Width * BoxWidth, box.Height * BoxHeight);
    }

    /// <summary>Lists that one call after another fills.</summary>
    private sealed class Scratch
    {
        public List<DetectedFace> Seen { get; } = [];

        public List<DetectedFace> Candidates { get; } = [];

        public List<DetectedFace> Merged { get; } = [];

        public List<DetectedFace> Confirmed { get; } = [];

        public List<(int Square, DetectedFace Face)> Looks { get; } = [];

        public List<Region> Regions { get; } = [];
    }
}
