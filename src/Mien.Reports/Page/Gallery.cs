using Mien.Imaging;
using Mien.Reports.Predictions;

namespace Mien.Reports.Page;

/// <summary>The faces that a page shows: which ones, their pictures, and the lists that name them.</summary>
internal sealed class Gallery
{
    private const int Head = 3;

    private readonly List<JudgedFaces> _splits = [];
    private readonly Dictionary<(int Split, int Face), int> _places = [];
    private readonly List<(int Split, int Face)> _shown = [];
    private readonly FaceSheets _sheets;

    public Gallery(IReadOnlyList<JudgedFaces> splits, ReportOptions options)
    {
        _splits.AddRange(splits);
        _sheets = new FaceSheets(splits[0].Faces.Size);
        int before = splits.Take(splits.Count - 1).Sum(judged => judged.Faces.Count);
        double room = Math.Clamp((options.MostFaces - splits[^1].Faces.Count) / (double)Math.Max(1, before), 0, 1);
        for (int split = 0; split < splits.Count; split++)
        {
            JudgedFaces judged = splits[split];
            Lists.Add(new GalleryLists(
                judged.Split.ToString(),
                judged.Faces.Count,
                judged.Whole,
                Show(split, judged.Sample(options.GalleryFaces, options.Seed)),
                Show(split, judged.Mistakes(options.GalleryFaces)),
                Show(split, judged.LeastConfident(options.GalleryFaces))));
            double share = split == splits.Count - 1 ? 1 : room;
            foreach (int[] cell in Cells(judged, options.Seed))
                Show(split, cell.Take((int)Math.Ceiling(cell.Length * share)));
        }
    }

    /// <summary>The ready-made lists of each split.</summary>
    public List<GalleryLists> Lists { get; } = [];

    /// <summary>How many faces are shown.</summary>
    public int Count => _shown.Count;

    /// <summary>Places of faces on the page; they are added where they are new.</summary>
    public int[] Show(int split, IEnumerable<int> faces) => [.. faces.Select(face => Show(split, face))];

    /// <summary>The pictures, in sheets.</summary>
    public IEnumerable<byte[]> Sheets() => _sheets.Encode();

    /// <summary>For each face: its split, its label, the answer, then K probabilities in 255ths.</summary>
    public byte[] Bytes()
    {
        int classes = _splits[0].Faces.LabelNames.Count;
        byte[] bytes = new byte[_shown.Count * (Head + classes)];
        for (int i = 0; i < _shown.Count; i++)
        {
            (int split, int face) = _shown[i];
            Span<byte> record = bytes.AsSpan(i * (Head + classes), Head + classes);
            record[0] = (byte)split;
            record[1] = _splits[split].Faces.Labels[face];
            // Not left to the script: two probabilities may be the same in 255ths.
            record[2] = (byte)_splits[split].Predicted(face);
            for (int k = 0; k < classes; k++)
                record[Head + k] = (byte)Math.Round(_splits[split].Probabilities[face * classes + k] * 255);
        }

        return bytes;
    }

    private int Show(int split, int face)
    {
        if (_places.TryGetValue((split, face), out int place))
            return place;
        JudgedFaces judged = _splits[split];
        place = _sheets.Add(Picture.FromGray(judged.Faces.Face(face), judged.Faces.Size, judged.Faces.Size));
        _shown.Add((split, face));
        return _places[(split, face)] = place;
    }

    private static IEnumerable<int[]> Cells(JudgedFaces judged, int seed) => judged
        .Sample(judged.Faces.Count, seed)
        .GroupBy(face => (judged.Faces.Labels[face], judged.Predicted(face)))
        .OrderBy(cell => cell.Key)
        .Select(cell => cell.ToArray());
}

/// <summary>Ready-made galleries of one split, as places on the page.</summary>
/// <param name="Name">The split.</param>
/// <param name="Read">Faces that were read.</param>
/// <param name="Whole">Faces that the split has.</param>
/// <param name="Random">A random sample.</param>
/// <param name="Mistakes">Wrong answers, the most confident first.</param>
/// <param name="Unsure">The least confident answers first.</param>
internal sealed record GalleryLists(string Name, int Read, int Whole, int[] Random, int[] Mistakes, int[] Unsure);
