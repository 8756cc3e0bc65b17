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
    public static Split[] Make(IReadOnlyList<byte> labels, IReadOnlyList<string?> groups, int seed = 1) =>
        Array.ConvertAll(Divide(labels, groups, [1 - 2 * HeldOut, HeldOut, HeldOut], seed), part => (Split)part);

    /// <summary>Parts of given sizes, each with the classes' shares of the whole; a group is never divided.</summary>
    /// <param name="labels">[N].</param>
    /// <param name="groups">[N]; null for a face that stands alone.</param>
    /// <param name="shares">Of the parts, above 0, summing to 1.</param>
    /// <param name="seed">Decides which.</param>
    /// <returns>[N], each below the number of parts.</returns>
    public static int[] Divide(IReadOnlyList<byte> labels, IReadOnlyList<string?> groups, IReadOnlyList<double> shares, int seed)
    {
        int classes = labels.Max() + 1;
        int[][] units = [.. Enumerable.Range(0, labels.Count)
            .GroupBy(i => groups[i] ?? $"\0{i}", StringComparer.Ordinal)
            .Select(group => group.ToArray())];
        new Random(seed).Shuffle(units);
        double[] totals = Counts(Enumerable.Range(0, labels.Count), labels, classes);
        int[] parts = new int[labels.Count];
        double[][] filled = [.. shares.Select(_ => new double[classes])];
        // Large groups first: the small ones then even out what they left uneven.
        foreach (int[] unit in units.OrderByDescending(unit => unit.Length))
        {
            double[] adds = Counts(unit, labels, classes);
            int best = 0;
            double most = double.NegativeInfinity;
            for (int part = 0; part < shares.Count; part++)
            {
                // What the part still lacks of these classes, in shares of what it should have.
                double lack = 0;
                for (int k = 0; k < classes; k++)
                    lack += adds[k] == 0 ? 0 : adds[k] * (1 - (filled[part][k] + adds[k]) / Math.Max(shares[part] * totals[k], 1e-9));
                if (lack > most)
                    (best, most) = (part, lack);
            }

            foreach (int i in unit)
                parts[i] = best;
            for (int k = 0; k < classes; k++)
                filled[best][k] += adds[k];
        }

        return parts;
    }

    private static double[] Counts(IEnumerable<int> faces, IReadOnlyList<byte> labels, int classes)
    {
        double[] counts = new double[classes];
        foreach (int i in faces)
            counts[labels[i]]++;
        return counts;
    }
}
