namespace Mien.Training.Datasets;

/// <summary>Divides faces into the three splits where a data set brings none.</summary>
internal static class SplitMaker
{
    /// <summary>Share of the faces that becomes PublicTest, and likewise PrivateTest.</summary>
    public const double HeldOut = 0.1;

    /// <summary>Stratified by label and the same with the same seed; a group is never on both sides.</summary>
    /// <param name="labels">[N].</param>
    /// <param name="groups">[N], such as a person or a clip; null for a face that stands alone.</param>
    /// <param name="seed">Decides which.</param>
    /// <returns>[N].</returns>
    public static Split[] Make(IReadOnlyList<byte> labels, IReadOnlyList<string?> groups, int seed = 1)
    {
        int classes = labels.Max() + 1;
        int[][] units = [.. Enumerable.Range(0, labels.Count)
            .GroupBy(i => groups[i] ?? $"\0{i}", StringComparer.Ordinal)
            .Select(group => group.ToArray())];
        new Random(seed).Shuffle(units);
        double[] totals = Counts(Enumerable.Range(0, labels.Count), labels, classes);
        var splits = new Split[labels.Count];
        double[][] filled = [new double[classes], new double[classes], new double[classes]];
        // Large groups first: the small ones then even out what they left uneven.
        foreach (int[] unit in units.OrderByDescending(unit => unit.Length))
        {
            double[] adds = Counts(unit, labels, classes);
            var best = Split.Training;
            double most = double.NegativeInfinity;
            foreach (Split split in Enum.GetValues<Split>())
            {
                double share = split == Split.Training ? 1 - 2 * HeldOut : HeldOut;
                // What the split still lacks of these classes, in shares of what it should have.
                double lack = 0;
                for (int k = 0; k < classes; k++)
                    lack += adds[k] == 0 ? 0 : adds[k] * (1 - (filled[(int)split][k] + adds[k]) / Math.Max(share * totals[k], 1e-9));
                if (lack > most)
                    (best, most) = (split, lack);
            }

            foreach (int i in unit)
                splits[i] = best;
            for (int k = 0; k < classes; k++)
                filled[(int)best][k] += adds[k];
        }

        return splits;
    }

    private static double[] Counts(IEnumerable<int> faces, IReadOnlyList<byte> labels, int classes)
    {
        double[] counts = new double[classes];
        foreach (int i in faces)
            counts[labels[i]]++;
        return counts;
    }
}
