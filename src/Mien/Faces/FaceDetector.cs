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

    /// <summary>At most so many faces, the most certain ones; 0 for all.</summary>
    public int MaxFaces { get; init; }

    internal void Validate()
    {
        if (MinScore is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(MinScore), MinScore, "Expected above 0 and below 1.");
        ArgumentOutOfRangeException.ThrowIfNegative(MaxFaces);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinFacePixels, 1);
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

    // A level of fewer pixels a side adds nothing to the whole picture at BlazeFace.LookSize.
    private const float SmallestLevel = 1.5f * BlazeFace.LookSize;

    // Both networks look at a candidate in a window of so many times its size.
    private const float LookScale = 2.5f;

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
        int width = pyramid.Picture.Width;
        int height = pyramid.Picture.Height;
        List<DetectedFace> candidates = Merge(Candidates(pyramid, options));
        IEnumerable<DetectedFace> faces = Merge(Confirm(pyramid, candidates, options.MinScore))
            .Select(face => face with { Box = Fit(face).Within(width, height) })
            .Where(face => Math.Max(face.Box.Width, face.Box.Height) >= options.MinFacePixels);
        return [.. options.MaxFaces > 0 ? faces.Take(options.MaxFaces) : faces];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _front.Dispose();
        _back.Dispose();
    }

    private List<DetectedFace> Candidates(Pyramid pyramid, DetectorOptions options)
    {
        float minScore = Math.Min(FirstScore, options.MinScore);
        int width = pyramid.Picture.Width;
        int height = pyramid.Picture.Height;
        int longer = Math.Max(width, height);
        var candidates = new List<DetectedFace>();
        _front.Look(pyramid, [new Box((width - longer) / 2f, (height - longer) / 2f, longer, longer)], minScore, (_, face) => candidates.Add(face));
        int level = Math.Max(0, (int)MathF.Log2(options.MinFacePixels / SmallestSeen));
        for (; longer >> level >= SmallestLevel; level++)
        {
            foreach (Region region in SearchRegions.Find(pyramid, level))
                _front.Scan(pyramid[level], 1 << level, region, minScore, candidates);
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
        foreach (DetectedFace[] some in candidates.Chunk(LooksAtOnce))
        {
            DetectedFace[] front = Look(_front, pyramid, some);
            int[] seen = [.. Enumerable.Range(0, some.Length).Where(i => front[i].Score > 0)];
            DetectedFace[] back = Look(_back, pyramid, [.. seen.Select(i => some[i])]);
            for (int i = 0; i < seen.Length; i++)
            {
                float score = (some[seen[i]].Score + front[seen[i]].Score + back[i].Score) / 3;
                DetectedFace face = Mean([front[seen[i]], back[i]]) with { Score = score };
                if (back[i].Score > 0 && score >= minScore + (face.Box.Width < SmallSquare ? SmallScore : 0))
                    confirmed.Add(face);
            }
        }

        return confirmed;
    }

    /// <summary>What a network sees of each candidate; a score of 0 where it sees nothing.</summary>
    private static DetectedFace[] Look(BlazeFace network, Pyramid pyramid, DetectedFace[] candidates)
    {
        if (candidates.Length == 0)
            return [];
        Box[] squares = Array.ConvertAll(candidates, face =>
        {
            float side = Math.Max(face.Box.Width, face.Box.Height) * LookScale;
            return new Box(face.Box.X + (face.Box.Width - side) / 2, face.Box.Y + (face.Box.Height - side) / 2, side, side);
        });
        var seen = new List<DetectedFace>[candidates.Length];
        network.Look(pyramid, squares, LookScore, (i, face) => (seen[i] ??= []).Add(face));
        return [.. seen.Select((faces, i) => faces is null ? default
            : Merge(faces).FirstOrDefault(face => face.Box.IntersectionOverUnion(candidates[i].Box) > SameFace))];
    }

    /// <summary>Weighted non-maximum suppression: candidates for one face become their mean, weighted by score (Bazarevsky et al. 2019, section 3.4).</summary>
    private static List<DetectedFace> Merge(List<DetectedFace> candidates)
    {
        var left = candidates.OrderByDescending(face => face.Score).ToList();
        var merged = new List<DetectedFace>();
        while (left.Count > 0)
        {
            DetectedFace best = left[0];
            DetectedFace[] same = [.. left.Where(face => face.Box.IntersectionOverUnion(best.Box) > SameFace)];
            left.RemoveAll(face => face == best || face.Box.IntersectionOverUnion(best.Box) > SameFace);
            DetectedFace mean = Mean(same);
            // A part of a face that looked like a face of its own on a finer level.
            if (!merged.Any(face => face.Box.Intersection(mean.Box) > InsideFace * Math.Min(face.Box.Area, mean.Box.Area)))
                merged.Add(mean);
        }

        return merged;
    }

    private static DetectedFace Mean(DetectedFace[] faces)
    {
        float total = faces.Sum(face => face.Score);
        return new DetectedFace(
            new Box(
                Weighted(face => face.Box.X), Weighted(face => face.Box.Y),
                Weighted(face => face.Box.Width), Weighted(face => face.Box.Height)),
            faces.Max(face => face.Score),
            new FaceKeypoints(
                At(keypoints => keypoints.RightEye), At(keypoints => keypoints.LeftEye), At(keypoints => keypoints.Nose),
                At(keypoints => keypoints.Mouth), At(keypoints => keypoints.RightEar), At(keypoints => keypoints.LeftEar)));

        float Weighted(Func<DetectedFace, float> value) => faces.Sum(face => face.Score * value(face)) / total;

        Point At(Func<FaceKeypoints, Point> point) =>
            new(Weighted(face => point(face.Keypoints).X), Weighted(face => point(face.Keypoints).Y));
    }

    /// <summary>From the network's square, brow to chin, to the box that a person draws: hairline to chin, cheek to cheek.</summary>
    private static Box Fit(DetectedFace face)
    {
        Box box = face.Box;
        return new Box(box.X + BoxLeft * box.Width, box.Y + BoxTop * box.Height, box.Width * BoxWidth, box.Height * BoxHeight);
    }
}
