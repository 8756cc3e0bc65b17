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

    private const float SameFace = 0.3f;
    private const float InsideFace = 0.62f;

    // Medians of the hand-drawn boxes of 52 annotated faces in shares of the network's square.
    private const float BoxLeft = 0.034f;
    private const float BoxTop = -0.206f;
    private const float BoxWidth = 0.916f;
    private const float BoxHeight = 1.254f;

    private readonly BlazeFace _front;
    private readonly BlazeFace _back;

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
        float smallest = options.SmallestFace(pyramid.Width, pyramid.Height);
        int width = pyramid.Width;
        int height = pyramid.Height;
        List<DetectedFace> candidates = Suppression.Merge(Candidates(pyramid, smallest, Math.Min(FirstScore, options.MinScore)));
        List<DetectedFace> faces = Suppression.Merge(Confirm(pyramid, candidates, options.MinScore));
        for (int i = 0; i < faces.Count; i++)
            faces[i] = faces[i] with { Box = Fit(faces[i]).Within(width, height) };
        faces.RemoveAll(face => Math.Max(face.Box.Width, face.Box.Height) < smallest);
        if (options.MaxFaces > 0 && faces.Count > options.MaxFaces)
            faces.RemoveRange(options.MaxFaces, faces.Count - options.MaxFaces);
        return faces;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _front.Dispose();
        _back.Dispose();
    }

    private List<DetectedFace> Candidates(Pyramid pyramid, float smallest, float minScore)
    {
        int longer = Math.Max(pyramid.Width, pyramid.Height);
        var candidates = new List<DetectedFace>();
        var whole = new Box((pyramid.Width - longer) / 2f, (pyramid.Height - longer) / 2f, longer, longer);
        _front.Look(pyramid, [whole], WholeLookSize, minScore, (_, face) => candidates.Add(face));
        // Where the smallest face is larger than the network needs, the levels begin at just the size that it needs.
        float ratio = Math.Min(1, SmallestSeen / smallest);
        if (longer * ratio <= WholeLookSize)
            return candidates;
        using Pyramid? shrunk = ratio < 1 ? pyramid.Shrink(ratio) : null;
        Pyramid searched = shrunk ?? pyramid;
        float scale = (float)longer / Math.Max(searched.Width, searched.Height);
        for (int level = 0; level == 0 || Math.Max(searched.Width, searched.Height) >> level >= SmallestLevel; level++)
        {
            foreach (Region region in SearchRegions.Find(searched, level))
                _front.Scan(searched[level], scale * (1 << level), region, minScore, candidates);
        }

        return candidates;
    }

    /// <summary>
    /// Candidates as both networks see them at a scale of their own, with the mean of the three scores; those that one
    /// of the networks does not see are dropped.
    /// </summary>
    private List<DetectedFace> Confirm(Pyramid pyramid, List<DetectedFace> candidates, float minScore)
    {
        var confirmed = new List<DetectedFace>();
        var some = new List<DetectedFace>(LooksAtOnce);
        for (int start = 0; start < candidates.Count; start += LooksAtOnce)
        {
            some.Clear();
            some.AddRange(CollectionsMarshal.AsSpan(candidates).Slice(start, Math.Min(LooksAtOnce, candidates.Count - start)));
            DetectedFace[] front = Look(_front, pyramid, some);
            // Where the front network sees nothing, the back network need not look.
            int kept = 0;
            for (int i = 0; i < front.Length; i++)
            {
                if (front[i].Score > 0)
                    (some[kept], front[kept++]) = (some[i], front[i]);
            }

            some.RemoveRange(kept, some.Count - kept);
            DetectedFace[] back = Look(_back, pyramid, some);
            for (int i = 0; i < kept; i++)
            {
                float score = (some[i].Score + front[i].Score + back[i].Score) / 3;
                if (back[i].Score == 0)
                    continue;
                DetectedFace face = Suppression.Mean(front[i], back[i]) with { Score = score };
                if (score >= minScore + (face.Box.Width < SmallSquare ? SmallScore : 0))
                    confirmed.Add(face);
            }
        }

        return confirmed;
    }

    /// <summary>What a network sees of each candidate; a score of 0 where it sees nothing.</summary>
    private static DetectedFace[] Look(BlazeFace network, Pyramid pyramid, List<DetectedFace> candidates)
    {
        if (candidates.Count == 0)
            return [];
        Span<Box> squares = stackalloc Box[LooksAtOnce];
        for (int i = 0; i < candidates.Count; i++)
        {
            Box box = candidates[i].Box;
            float side = Math.Max(box.Width, box.Height) * LookScale;
            squares[i] = new Box(box.X + (box.Width - side) / 2, box.Y + (box.Height - side) / 2, side, side);
        }

        var found = new List<(int Candidate, DetectedFace Face)>();
        network.Look(pyramid, squares[..candidates.Count], LookSize, LookScore, (i, face) => found.Add((i, face)));
        var seen = new DetectedFace[candidates.Count];
        var one = new List<DetectedFace>();
        for (int i = 0; i < seen.Length; i++)
        {
            one.Clear();
            foreach ((int candidate, DetectedFace face) in found)
            {
                if (candidate == i)
                    one.Add(face);
            }

            foreach (DetectedFace face in Suppression.Merge(one))
            {
                if (face.Box.IntersectionOverUnion(candidates[i].Box) > Suppression.SameFace)
                {
                    seen[i] = face;
                    break;
                }
            }
        }

        return seen;
    }

    /// <summary>From the network's square, brow to chin, to the box that a person draws: hairline to chin, cheek to cheek.</summary>
    private static Box Fit(DetectedFace face)
    {
        Box box = face.Box;
        return new Box(box.X + BoxLeft * box.Width, box.Y + BoxTop * box.Height, box.Width * BoxWidth, box.Height * BoxHeight);
    }
}
