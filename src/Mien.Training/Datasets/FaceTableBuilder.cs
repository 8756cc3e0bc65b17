namespace Mien.Training.Datasets;

/// <summary>Collects rows while a data set is read, and decides what a bad one means.</summary>
internal sealed class FaceTableBuilder(int size, DatasetOptions options)
{
    private const string Cure = "Fix the row, or pass --skip-bad-rows to leave such rows out.";

    // Blocks rather than one growing array: doubling 83 MB would hold it two and a half times for a moment.
    private const int FacesABlock = 1024;

    private readonly List<byte[]> _blocks = [];
    private readonly List<byte> _labels = [];
    private readonly List<Split> _splits = [];
    private readonly List<string> _badRows = [];
    private readonly SortedDictionary<(int Width, int Height), int> _sizes = [];

    public int Area { get; } = size * size;

    public int Count => _labels.Count;

    public IReadOnlyList<string> BadRows => _badRows;

    /// <summary>Pictures of each size, as they were before they became faces of this table's.</summary>
    public IReadOnlyDictionary<string, int> Sizes => _sizes.ToDictionary(pair => $"{pair.Key.Width}x{pair.Key.Height}", pair => pair.Value);

    /// <summary>Room for the next face's pixels; it counts only once <see cref="Add"/> is called.</summary>
    public Span<byte> Next()
    {
        if (_labels.Count == _blocks.Count * FacesABlock)
            _blocks.Add(new byte[FacesABlock * Area]);
        return _blocks[^1].AsSpan(_labels.Count % FacesABlock * Area, Area);
    }

    public void Add(Expression label, Split split, int width, int height)
    {
        _sizes[(width, height)] = _sizes.GetValueOrDefault((width, height)) + 1;
        _labels.Add((byte)label);
        _splits.Add(split);
    }

    /// <summary>Notes a damaged row, or stops with it.</summary>
    /// <param name="what">File, line, what it holds and what was expected.</param>
    /// <exception cref="MienException">Damaged rows are not to be skipped.</exception>
    public void Bad(string what)
    {
        if (!options.SkipBadRows)
            throw new MienException($"{what} {Cure}");
        _badRows.Add(what);
    }

    public FaceTable Build()
    {
        byte[] pixels = new byte[(long)Count * Area];
        for (int block = 0; block < _blocks.Count; block++)
        {
            int start = block * FacesABlock * Area;
            _blocks[block].AsSpan(0, Math.Min(_blocks[block].Length, pixels.Length - start)).CopyTo(pixels.AsSpan(start));
            _blocks[block] = [];
        }

        return new FaceTable(size, pixels, [.. _labels], [.. _splits], Expressions.Names);
    }
}
