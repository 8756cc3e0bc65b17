using System.Security.Cryptography;

namespace Mien.Training.Datasets;

/// <summary>A labeled set of gray square faces held in memory: pixels [Count,Size,Size], labels, splits.</summary>
public sealed class FaceTable
{
    /// <summary>Creates a table over arrays that it keeps.</summary>
    /// <param name="size">Side of a face in pixels.</param>
    /// <param name="pixels">[Count*Size*Size] gray levels, row-major, face after face.</param>
    /// <param name="labels">[Count], each an index into <paramref name="labelNames"/>.</param>
    /// <param name="splits">[Count].</param>
    /// <param name="labelNames">Class names in label order.</param>
    /// <param name="votes">[Count*10] FER+ votes, or null.</param>
    /// <param name="ownLabels">[Count] the data set's own labels where <paramref name="labels"/> are others, or null.</param>
    /// <exception cref="ArgumentException">Lengths don't match, or a label is out of range.</exception>
    public FaceTable(int size, byte[] pixels, byte[] labels, Split[] splits, IReadOnlyList<string> labelNames, byte[]? votes = null,
        byte[]? ownLabels = null)
    {
        if (pixels.Length != (long)labels.Length * size * size)
            throw new ArgumentException($"{pixels.Length} pixels for {labels.Length} faces of {size}x{size}.", nameof(pixels));
        if (splits.Length != labels.Length)
            throw new ArgumentException($"{splits.Length} splits for {labels.Length} labels.", nameof(splits));
        if (votes is not null && votes.Length != labels.Length * FerPlus.Choices.Count)
            throw new ArgumentException($"{votes.Length} votes for {labels.Length} faces.", nameof(votes));
        if (labels.Any(label => label >= labelNames.Count))
            throw new ArgumentException($"A label is {labels.Max()}, with {labelNames.Count} names.", nameof(labels));
        Size = size;
        Pixels = pixels;
        Labels = labels;
        Splits = splits;
        LabelNames = labelNames;
        Votes = votes;
        if (ownLabels is not null && ownLabels.Length != labels.Length)
            throw new ArgumentException($"{ownLabels.Length} own labels for {labels.Length} faces.", nameof(ownLabels));
        OwnLabels = ownLabels;
    }

    /// <summary>Side of a face in pixels.</summary>
    public int Size { get; }

    /// <summary>How many faces.</summary>
    public int Count => Labels.Length;

    /// <summary>[Count*Size*Size] gray levels, row-major, face after face.</summary>
    public byte[] Pixels { get; }

    /// <summary>[Count], each an index into <see cref="LabelNames"/>.</summary>
    public byte[] Labels { get; }

    /// <summary>[Count].</summary>
    public Split[] Splits { get; }

    /// <summary>Class names in label order.</summary>
    public IReadOnlyList<string> LabelNames { get; }

    /// <summary>[Count*10] FER+ votes in the order of <see cref="FerPlus.Choices"/>; null where the data came without.</summary>
    public byte[]? Votes { get; }

    /// <summary>[Count] the data set's own labels, indices into <see cref="FacialExpressions.Fer2013Names"/>; null where
    /// <see cref="Labels"/> are they.</summary>
    public byte[]? OwnLabels { get; }

    /// <summary>[Count] the person or clip that each face is of, null for a face that stands alone; empty where the data names
    /// none.</summary>
    /// <remarks>A validation split that is made never divides a group.</remarks>
    public IReadOnlyList<string?> Groups { get; init; } = [];

    /// <summary>The FER+ votes for one face, [10]; empty where the data came without.</summary>
    public ReadOnlySpan<byte> VotesOf(int index) => Votes is null ? [] : Votes.AsSpan(index * FerPlus.Choices.Count, FerPlus.Choices.Count);

    /// <summary>The same faces with FER+ votes.</summary>
    /// <param name="votes">[Count*10].</param>
    public FaceTable WithVotes(byte[] votes) => new(Size, Pixels, Labels, Splits, LabelNames, votes, OwnLabels) { Groups = Groups };

    /// <summary>The pixels of one face, [Size*Size].</summary>
    public ReadOnlySpan<byte> Face(int index) => Pixels.AsSpan(index * Size * Size, Size * Size);

    /// <summary>The faces of one split, in their order.</summary>
    public FaceTable Select(Split split) => Take([.. Enumerable.Range(0, Count).Where(i => Splits[i] == split)]);

    /// <summary>The faces at the given places, in that order.</summary>
    public FaceTable Take(IReadOnlyList<int> indices)
    {
        int area = Size * Size;
        byte[] pixels = new byte[indices.Count * area];
        byte[] labels = new byte[indices.Count];
        Split[] splits = new Split[indices.Count];
        byte[]? votes = Votes is null ? null : new byte[indices.Count * FerPlus.Choices.Count];
        for (int i = 0; i < indices.Count; i++)
        {
            Face(indices[i]).CopyTo(pixels.AsSpan(i * area, area));
            labels[i] = Labels[indices[i]];
            splits[i] = Splits[indices[i]];
            if (votes is not null)
                VotesOf(indices[i]).CopyTo(votes.AsSpan(i * FerPlus.Choices.Count));
        }

        byte[]? ownLabels = OwnLabels is null ? null : [.. indices.Select(index => OwnLabels[index])];
        return new FaceTable(Size, pixels, labels, splits, LabelNames, votes, ownLabels)
        {
            Groups = Groups.Count == 0 ? [] : [.. indices.Select(index => Groups[index])],
        };
    }

    /// <summary>
    /// About <paramref name="limit"/> faces in the table's order, with each split's and each class's share kept
    /// (largest remainders), chosen by <paramref name="seed"/>. The whole table where it has no more than that.
    /// </summary>
    public FaceTable TakeStratified(int limit, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        if (limit >= Count)
            return this;
        var strata = Enumerable.Range(0, Count)
            .GroupBy(i => (Splits[i], Labels[i]))
            .OrderBy(group => group.Key)
            .Select(group => group.ToArray())
            .ToArray();
        int[] quotas = [.. strata.Select(stratum => (int)((long)stratum.Length * limit / Count))];
        int left = limit - quotas.Sum();
        foreach (int stratum in Enumerable.Range(0, strata.Length)
            .OrderByDescending(s => (long)strata[s].Length * limit % Count).ThenBy(s => s).Take(left))
            quotas[stratum]++;

        var random = new Random(seed);
        var chosen = new List<int>(limit);
        for (int s = 0; s < strata.Length; s++)
        {
            random.Shuffle(strata[s]);
            chosen.AddRange(strata[s].AsSpan(0, quotas[s]));
        }

        chosen.Sort();
        return Take(chosen);
    }

    /// <summary>
    /// The same faces, with a share of each class's Training faces, chosen by <paramref name="seed"/>, moved to PublicTest.
    /// A group moves as a whole; where all faces are of one group, none moves.
    /// </summary>
    /// <param name="share">0..1.</param>
    /// <param name="seed">Decides which.</param>
    public FaceTable WithValidation(double share, int seed)
    {
        Split[] splits = [.. Splits];
        if (Groups.Count > 0)
        {
            int[] training = [.. Enumerable.Range(0, Count).Where(i => Splits[i] == Split.Training)];
            byte[] labels = [.. training.Select(i => Labels[i])];
            int[] parts = SplitMaker.Divide(labels, [.. training.Select(i => Groups[i])], [1 - share, share], seed);
            for (int place = 0; place < training.Length; place++)
                splits[training[place]] = parts[place] == 0 ? Split.Training : Split.PublicTest;
            return new FaceTable(Size, Pixels, Labels, splits, LabelNames, Votes, OwnLabels) { Groups = Groups };
        }

        var random = new Random(seed);
        foreach (var stratum in Enumerable.Range(0, Count).Where(i => Splits[i] == Split.Training).GroupBy(i => Labels[i])
            .OrderBy(group => group.Key))
        {
            int[] rows = [.. stratum];
            random.Shuffle(rows);
            foreach (int row in rows.AsSpan(0, (int)Math.Round(rows.Length * share)))
                splits[row] = Split.PublicTest;
        }

        return new FaceTable(Size, Pixels, Labels, splits, LabelNames, Votes, OwnLabels);
    }

    /// <summary>Faces of each class, [LabelNames.Count].</summary>
    public int[] ClassCounts()
    {
        int[] counts = new int[LabelNames.Count];
        foreach (byte label in Labels)
            counts[label]++;
        return counts;
    }

    /// <summary>Each class's share of the faces, [LabelNames.Count], summing to 1; empty where a class has none.</summary>
    public double[] ClassShares()
    {
        int[] counts = ClassCounts();
        return counts.Contains(0) ? [] : [.. counts.Select(count => (double)count / Count)];
    }

    /// <summary>
    /// SHA-256 over names, labels, splits and pixels, and over groups where they decide a validation split that is still to
    /// be made: the same data in another container has the same hash.
    /// </summary>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(string.Join(',', LabelNames)));
        hash.AppendData(Labels);
        hash.AppendData(Array.ConvertAll(Splits, split => (byte)split));
        hash.AppendData(Pixels);
        if (Groups.Count > 0 && !Splits.Contains(Split.PublicTest))
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Groups)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
