namespace Mien.Training.Datasets;

/// <summary>Gathers rows into a <see cref="FaceTable"/>: pixels in blocks, joined once at the end.</summary>
internal sealed class FaceTableBuilder(int size)
{
    // 2.4 MB of 48x48 faces: growing costs no copy, and the last block wastes little.
    private const int FacesPerBlock = 1024;

    private readonly List<byte[]> _blocks = [];
    private readonly List<byte> _labels = [];
    private readonly List<Split> _splits = [];

    public int Count => _labels.Count;

    public void Add(in FaceRow row)
    {
        int area = size * size;
        int place = Count % FacesPerBlock;
        if (place == 0)
            _blocks.Add(GC.AllocateUninitializedArray<byte>(FacesPerBlock * area));
        row.Pixels.CopyTo(_blocks[^1].AsSpan(place * area, area));
        _labels.Add((byte)row.Label);
        _splits.Add(row.Split);
    }

    public FaceTable Build()
    {
        byte[] pixels = GC.AllocateUninitializedArray<byte>(Count * size * size);
        int written = 0;
        for (int i = 0; i < _blocks.Count; i++)
        {
            int length = Math.Min(_blocks[i].Length, pixels.Length - written);
            _blocks[i].AsSpan(0, length).CopyTo(pixels.AsSpan(written));
            written += length;
        }

        return new FaceTable(size, pixels, [.. _labels], [.. _splits], Expressions.Names);
    }
}
