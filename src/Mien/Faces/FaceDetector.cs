using Microsoft.ML.OnnxRuntime;
using Mien.Imaging;

namespace Mien.Faces;

/// <summary>What counts as a face.</summary>
public sealed record DetectorOptions
{
    /// <summary>The defaults.</summary>
    public static DetectorOptions Default { get; } = new();

    /// <summary>Lowest detector score, above 0 and below 1.</summary>
    public float MinScore { get; init; } = 0.72f;

    /// <summary>Smallest face, in pixels of the box's longer side; a lower figure costs time in large pictures.</summary>
    public int MinFacePixels { get; init; } = 24;

    /// <summary>At most so many faces, the most certain ones; 0 for all.</summary>
    public int MaxFaces { get; init; }
}

/// <summary>Finds faces in a picture: BlazeFace over the whole and over tiles, then weighted non-maximum suppression.</summary>
public sealed class FaceDetector : IDisposable
{
    // BlazeFace finds faces down to about this share of its window's side.
    private const float SmallestShare = 0.08f;

    // Tiles overlap by three tenths: a face up to that size lies whole in one of them, a larger one in the level above.
    private const float TileStep = 0.7f;

    // A face whose centre is this near to a tile's inner border may be cut; the neighbour sees it whole.
    private const float TileMargin = 0.15f;

    // Second looks at each candidate, in windows of so many times its size, tell faces from what resembles one by chance.
    private static readonly float[] Looks = [2.5f, 1.8f];

    private const float FirstScore = 0.5f;

    private const float SameFace = 0.3f;
    private const float InsideFace = 0.7f;

    // Medians of the hand-drawn boxes of 52 annotated faces in shares of the network's square.
    private const float BoxLeft = 0.034f;
    private const float BoxTop = -0.206f;
    private const float BoxWidth = 0.916f;
    private const float BoxHeight = 1.254f;

    private readonly BlazeFace _network;

    /// <summary>Loads the embedded network.</summary>
    /// <param name="session">ONNX Runtime options; null for one thread a core.</param>
    public FaceDetector(SessionOptions? session = null)
    {
        using SessionOptions? own = session is null ? new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR } : null;
        _network = new BlazeFace(session ?? own!);
    }

    /// <summary>Faces of a picture, from the most certain down.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public IReadOnlyList<DetectedFace> Detect(Picture picture, DetectorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return Detect(new Pyramid(picture), options ?? DetectorOptions.Default);
    }

    internal IReadOnlyList<DetectedFace> Detect(Pyramid pyramid, DetectorOptions options)
    {
        if (options.MinScore is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(options), $"The lowest detector score is {options.MinScore}, expected above 0 and below 1.");
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxFaces, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinFacePixels, 1, nameof(options));

        int width = pyramid.Picture.Width;
        int height = pyramid.Picture.Height;
        float firstScore = Math.Min(FirstScore, options.MinScore);
        var candidates = new List<DetectedFace>();
        float whole = Math.Max(width, height);
        _network.Detect(pyramid, (width - whole) / 2, (height - whole) / 2, whole, firstScore, candidates);
        for (float side = whole / 2; side * 2 * SmallestShare > options.MinFacePixels; side /= 2)
            DetectTiles(pyramid, side, firstScore, candidates);

        IEnumerable<DetectedFace> faces = Merge(LookAgain(pyramid, Merge(candidates), options.MinScore))
            .Select(face => face with { Box = Fit(face).Within(width, height) })
            .Where(face => Math.Max(face.Box.Width, face.Box.Height) >= options.MinFacePixels);
        return [.. options.MaxFaces > 0 ? faces.Take(options.MaxFaces) : faces];
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private void DetectTiles(Pyramid pyramid, float side, float minScore, List<DetectedFace> candidates)
    {
        int width = pyramid.Picture.Width;
        int height = pyramid.Picture.Height;
        var inTile = new List<DetectedFace>();
        foreach (float y in Starts(height, side))
        {
            foreach (float x in Starts(width, side))
            {
                inTile.Clear();
                _network.Detect(pyramid, x, y, side, minScore, inTile);
                float margin = side * TileMargin;
                candidates.AddRange(inTile.Where(face =>
                    Inside(face.Box.X + face.Box.Width / 2, x, side, margin, width)
                    && Inside(face.Box.Y + face.Box.Height / 2, y, side, margin, height)));
            }
        }
    }

    /// <summary>Each candidate as the network sees it at scales of its own; those that it does not see at all of them are dropped.</summary>
    private List<DetectedFace> LookAgain(Pyramid pyramid, List<DetectedFace> candidates, float minScore)
    {
        var confirmed = new List<DetectedFace>();
        foreach (DetectedFace candidate in candidates)
        {
            DetectedFace[] looks = [.. Looks.Select(scale => Look(pyramid, candidate.Box, scale)).OfType<DetectedFace>()];
            if (looks.Length < Looks.Length)
                continue;
            float score = looks.Average(face => face.Score);
            if (score >= minScore)
                confirmed.Add(Mean(looks) with { Score = score });
        }

        return confirmed;
    }

    private DetectedFace? Look(Pyramid pyramid, Box box, float scale)
    {
        var seen = new List<DetectedFace>();
        float side = Math.Max(box.Width, box.Height) * scale;
        _network.Detect(pyramid, box.X + (box.Width - side) / 2, box.Y + (box.Height - side) / 2, side, FirstScore, seen);
        DetectedFace again = Merge(seen).FirstOrDefault(face => face.Box.IntersectionOverUnion(box) > SameFace);
        return again.Score > 0 ? again : null;
    }

    private static bool Inside(float centre, float start, float side, float margin, int end) =>
        (start <= 0 || centre >= start + margin) && (start + side >= end || centre <= start + side - margin);

    private static IEnumerable<float> Starts(int length, float side)
    {
        if (length <= side)
        {
            yield return (length - side) / 2;
            yield break;
        }

        int steps = (int)MathF.Ceiling((length - side) / (side * TileStep));
        for (int i = 0; i <= steps; i++)
            yield return (length - side) * i / steps;
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
