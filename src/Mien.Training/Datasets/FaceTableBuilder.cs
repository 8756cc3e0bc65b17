namespace Mien.Training.Datasets;

/// <summary>Collects rows while a data set is read, and decides what a bad one means.</summary>
internal sealed class FaceTableBuilder(int size, DatasetOptions options) : IDisposable
{
    private const string Cure = "Fix the row, or pass --skip-bad-rows to leave such rows out.";

    // Blocks rather than one growing array: doubling 83 MB would hold it two and a half times for a moment.
    private const int FacesABlock = 1024;

    // FER2013 as published. A table of that length begins with one block of just that size, which needs no copy at the
    // end: 80 MB less at the peak, and 20,000 page faults.
    private const int FacesOfFer2013 = 35_887;

    private readonly List<byte[]> _blocks = [];
    private readonly List<byte> _labels = [];
    private readonly List<Split> _splits = [];
    private readonly List<FaceOrigin> _origins = [];
    private readonly LabelSet _names = new(options.Map);
    private readonly List<string> _badRows = [];
    private readonly List<string> _withoutFace = [];
    private readonly List<string> _notes = [];
    private readonly SortedDictionary<(int Width, int Height), int> _sizes = [];
    private int _severalFaces;
    private int _facesInLast;
    private int _roomInLast;

    public int Area { get; } = size * size;

    public int Count => _labels.Count;

    /// <summary>Finds the faces of photos; null where pictures are faces.</summary>
    public FaceCutter? Cutter { get; } = options.FaceMode == FaceMode.Detect
        ? new FaceCutter(size, options.Detector, options.FaceCache ?? FaceCutter.DefaultFolder) : null;

    /// <summary>What became of the search for faces.</summary>
    public FaceSearch? Search => Cutter is null ? null
        : new FaceSearch(Cutter.Searched, Cutter.Kept, options.FaceCache ?? FaceCutter.DefaultFolder, _withoutFace, _severalFaces);

    public IReadOnlyList<string> BadRows => _badRows;

    /// <summary>What was passed over without a stop, and why.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Says what was passed over without a stop.</summary>
    public void Note(string what) => _notes.Add(what);

    /// <summary>Whether the user says what a label stands for.</summary>
    public bool IsMapped(string label) => options.Map.ContainsKey(label);

    /// <summary>Pictures of each size, as they were before they became faces of this table's.</summary>
    public IReadOnlyDictionary<string, int> Sizes => _sizes.ToDictionary(pair => $"{pair.Key.Width}x{pair.Key.Height}", pair => pair.Value);

    /// <summary>Prepares for a table of so many bytes of text; a table may have fewer faces or more than its length suggests.</summary>
    public void Expect(long length)
    {
        // A pixel is at least a digit and a blank.
        if (_blocks.Count == 0 && length >= 2L * FacesOfFer2013 * Area)
            AddBlock(FacesOfFer2013);
    }

    /// <summary>Room for the next face's pixels; it counts only once the face is added.</summary>
    public Span<byte> Next()
    {
        if (_facesInLast == _roomInLast)
            AddBlock(FacesABlock);
        return _blocks[^1].AsSpan(_facesInLast * Area, Area);
    }

    /// <summary>Whether a row came with a split of its own; where none does, splits are made.</summary>
    public bool HasSplits { get; set; }

    /// <summary>Where each face comes from, in the table's order.</summary>
    public IReadOnlyList<FaceOrigin> Origins => _origins;

    /// <summary>Adds a row of FER2013's table, which names its split and one of its seven classes.</summary>
    public void Add(FacialExpression label, Split split, int width, int height, FaceOrigin origin = default) =>
        AddOfFer2013(label.Name(), split, width, height, origin);

    /// <summary>Adds a row of FER2013's table, whose label is one of its seven or one that the map knows.</summary>
    public void AddOfFer2013(string label, Split split, int width, int height, FaceOrigin origin)
    {
        (HasSplits, _names.IsFer2013) = (true, true);
        Add(label, split, origin, width, height);
    }

    /// <param name="label">Any name.</param>
    /// <param name="split">The split, as far as there is one.</param>
    /// <param name="origin">Where the face comes from; its group stays on one side.</param>
    /// <param name="width">Of the picture as it was.</param>
    /// <param name="height">Of the picture as it was.</param>
    public void Add(string label, Split split, FaceOrigin origin, int width, int height)
    {
        _sizes[(width, height)] = _sizes.GetValueOrDefault((width, height)) + 1;
        _labels.Add(_names.PlaceOf(label));
        _splits.Add(split);
        _origins.Add(origin);
        _facesInLast++;
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

    /// <summary>Notes a photo in which no face was found: it is left out, without a stop.</summary>
    public void WithoutFace(string name) => _withoutFace.Add(name);

    /// <summary>Notes a photo with several faces.</summary>
    public void SeveralFaces() => _severalFaces++;

    public void Dispose() => Cutter?.Dispose();

    public FaceTable Build()
    {
        (IReadOnlyList<string> names, byte[] places) = _names.Build();
        _notes.AddRange(_names.Hints());
        byte[] labels = [.. _labels.Select(label => places[label])];
        string?[] groups = [.. _origins.Select(origin => origin.Group)];
        Split[] splits = HasSplits || labels.Length == 0 ? [.. _splits] : SplitMaker.Make(labels, groups);
        return new FaceTable(size, Joined(), labels, splits, names) { Groups = groups.Any(group => group is not null) ? groups : [] };
    }

    private byte[] Joined()
    {
        long length = (long)Count * Area;
        if (_blocks.Count == 1 && _blocks[0].Length == length)
            return _blocks[0];
        byte[] pixels = new byte[length];
        int start = 0;
        for (int block = 0; block < _blocks.Count; block++)
        {
            int used = Math.Min(_blocks[block].Length, pixels.Length - start);
            _blocks[block].AsSpan(0, used).CopyTo(pixels.AsSpan(start));
            start += used;
            _blocks[block] = [];
        }

        return pixels;
    }

    private void AddBlock(int faces)
    {
        _blocks.Add(GC.AllocateUninitializedArray<byte>(faces * Area));
        (_roomInLast, _facesInLast) = (faces, 0);
    }
}
