using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using Mien.Imaging;

namespace Mien.Detection;

/// <summary>What counts as a face.</summary>
public sealed record DetectorOptions
{
    /// <summary>The defaults.</summary>
    public static DetectorOptions Default => new();

    /// <summary>Lowest detector score, above 0 and below 1; faces under 40 pixels need 0.08 more.</summary>
    public float MinScore { get; set; } = 0.62f;

    /// <summary>Smallest face, in pixels of the box's longer side; a lower figure costs time in large pictures.</summary>
    public int MinFacePixels { get; set; } = 24;

    /// <summary>Smallest face as a share of the picture's longer side, 0..1, where that is more than <see cref="MinFacePixels"/>: 0.1 reads
    /// portraits many times faster.</summary>
    public float MinFaceShare { get; set; }

    /// <summary>At most so many faces, the most certain ones; 0 for all.</summary>
    public int MaxFaces { get; set; }

    /// <summary>
    /// Searches the picture at four turns, at four times the cost, for faces turned by any angle. Without it, faces turned by
    /// more than about 60 degrees may be left out.
    /// </summary>
    public bool AnyRotation { get; set; }

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
/// network have to confirm in windows fitted to it (<see cref="FaceLooks"/>).
/// </summary>
/// <remarks>
/// The two networks were trained apart and err apart: a texture that one takes for a face rarely deceives the other.
/// </remarks>
public sealed class FaceDetector : IFaceDetector, IDisposable
{
    // In its own input the network finds faces of so many pixels and more.
    private const float SmallestSeen = 24;

    // Samples a side of the look at the whole picture, the size that the front network was published for.
    private const int WholeLookSize = 128;

    // A level after the first adds nothing to that look where it has fewer pixels a side.
    private const float SmallestLevel = 1.5f * WholeLookSize;

    // Lowest score of a candidate.
    private const float FirstScore = 0.5f;

    private readonly BlazeFace _front;
    private readonly BlazeFace _back;
    private readonly FaceLooks _looks;
    private readonly CallGate _gate = new();

    // Calls that run at once have one each.
    private readonly ConcurrentBag<Scratch> _spare = [];

    /// <summary>Loads the embedded networks.</summary>
    /// <param name="session">ONNX Runtime options; null for one thread a core.</param>
    public FaceDetector(SessionOptions? session = null)
    {
        using SessionOptions? own = session is null ? new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR }
            : null;
        _front = new BlazeFace(BlazeFaceVariant.Front, session ?? own!);
        _back = new BlazeFace(BlazeFaceVariant.Back, session ?? own!);
        _looks = new FaceLooks(_front, _back);
    }

    /// <summary>Faces of a picture, from the most certain down.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The detector is disposed.</exception>
    public IReadOnlyList<DetectedFace> Detect(Picture picture, DetectorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(picture);
        using var pyramid = new Pyramid(picture);
        return Detect(pyramid, options ?? DetectorOptions.Default);
    }

    IReadOnlyList<DetectedFace> IFaceDetector.Detect(Picture picture, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Detect(picture);
    }

    internal IReadOnlyList<DetectedFace> Detect(Pyramid pyramid, DetectorOptions options)
    {
        options.Validate();
        using CallGate.Call call = _gate.Enter(this);
        if (!_spare.TryTake(out Scratch? scratch))
            scratch = new Scratch();
        float smallest = options.SmallestFace(pyramid.Width, pyramid.Height);
        using Pyramid? stretched = SearchLevels.Stretch(pyramid);
        FindCandidates(stretched ?? pyramid, smallest, options, scratch);
        _looks.Confirm(stretched ?? pyramid, options.MinScore, scratch);
        var faces = new List<DetectedFace>(scratch.Confirmed.Count);
        Suppression.Merge(scratch.Confirmed, faces);
        _spare.Add(scratch);
        for (int i = 0; i < faces.Count; i++)
            faces[i] = faces[i] with { Box = Turns.Fit(faces[i]).Within(pyramid.Width, pyramid.Height) };
        faces.RemoveAll(face => Math.Max(face.Box.Width, face.Box.Height) < smallest);
        if (options.MaxFaces > 0 && faces.Count > options.MaxFaces)
            faces.RemoveRange(options.MaxFaces, faces.Count - options.MaxFaces);
        return faces;
    }

    /// <summary>The two networks as .onnx files, for a runtime elsewhere (a browser's), which has to follow the search of this class by
    /// itself.</summary>
    /// <returns>From [N,H,W,3], -1..1, to scores and numbers of the anchors on a fine and a coarse grid; sides of windows are multiples of
    /// 16 (front) and 32 (back).</returns>
    public static (byte[] Front, byte[] Back) ReadNetworks() =>
        (BlazeFace.ReadModel(BlazeFaceVariant.Front), BlazeFace.ReadModel(BlazeFaceVariant.Back));

    /// <summary>Waits for the calls under way and frees the networks; later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        if (!_gate.Close())
            return;
        _front.Dispose();
        _back.Dispose();
    }

    /// <summary>What the front network sees over all scales, into <see cref="Scratch.Candidates"/>.</summary>
    private void FindCandidates(Pyramid pyramid, float smallest, DetectorOptions options, Scratch scratch)
    {
        float minScore = Math.Min(FirstScore, options.MinScore);
        int longer = Math.Max(pyramid.Width, pyramid.Height);
        List<DetectedFace> seen = scratch.Seen;
        seen.Clear();
        scratch.Looks.Clear();
        int turns = options.AnyRotation ? 4 : 1;
        Span<FaceCrop> whole = stackalloc FaceCrop[turns];
        for (int turn = 0; turn < turns; turn++)
            whole[turn] = new FaceCrop(new PicturePoint(pyramid.Width / 2f, pyramid.Height / 2f), longer, turn * 90);
        _front.Look(pyramid, whole, WholeLookSize, minScore, scratch.Looks);
        foreach ((_, DetectedFace face) in scratch.Looks)
            seen.Add(face);
        // Where the smallest face is larger than the network needs, the levels begin at just the size that it needs.
        float ratio = Math.Min(1, SmallestSeen / smallest);
        if (longer * ratio > WholeLookSize)
        {
            using Pyramid? shrunk = ratio < 1 ? pyramid.Shrink(ratio) : null;
            Pyramid searched = shrunk ?? pyramid;
            float scale = 1 / ratio;
            Search(searched, scale, minScore, scratch);
            for (int turn = 1; turn < turns; turn++)
            {
                int before = seen.Count;
                using Pyramid turned = searched.Turn(turn);
                Search(turned, scale, minScore, scratch);
                for (int i = before; i < seen.Count; i++)
                    seen[i] = Turns.Back(seen[i], turn, searched.Width * scale, searched.Height * scale);
            }
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

    /// <summary>Lists that one call after another fills.</summary>
    internal sealed class Scratch
    {
        public List<DetectedFace> Seen { get; } = [];

        public List<DetectedFace> Candidates { get; } = [];

        public List<DetectedFace> Merged { get; } = [];

        public List<LookedAt> LookedAt { get; } = [];

        public List<LookedAt> Again { get; } = [];

        public List<DetectedFace> Confirmed { get; } = [];

        public List<(int Square, DetectedFace Face)> Looks { get; } = [];

        public List<Region> Regions { get; } = [];
    }
}
