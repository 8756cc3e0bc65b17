namespace Mien.Training.Datasets;

/// <summary>Divides faces into the three splits where a data set brings none.</summary>
internal static class SplitMaker
{
    /// <summary>Share of the faces that becomes PublicTest, and likewise PrivateTest.</summary>
    public const double HeldOut = 0.1;

    /// <summary>Stratified by label and the same with the same seed; a group is never on both sides, and no split stays empty while there
    /// are groups for it.</summary>
    /// <param name="labels">[N].</param>
    /// <param name="groups">[N], such as a person or a clip; null for a face that stands alone.</param>
    /// <param name="seed">Decides which.</param>
    /// <returns>[N].</returns>
    public static Split[] Make(IReadOnlyList<byte> labels, IReadOnlyList<string?> groups, int seed = 1) =>
        Array.ConvertAll(Divide(labels, groups, [1 - 2 * HeldOut, HeldOut, HeldOut], seed), part => (Split)part);

    /// <summary>
    /// Parts of given sizes, each with the classes' shares of the whole; a group is never divided, and the first parts get one
    /// each where there are too few for all.
    /// </summary>
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

        FillEmpty(units, parts, labels, [.. shares.Select(share => share * labels.Count)]);
        return parts;
    }

    /// <summary>Gives a part that got nothing a unit of another: one that the other's classes can spare, and of about the right
    /// size.</summary>
    private static void FillEmpty(int[][] units, int[] parts, IReadOnlyList<byte> labels, double[] sizes)
    {
        for (int empty = 0; empty < sizes.Length; empty++)
        {
            if (units.Any(unit => parts[unit[0]] == empty))
                continue;
            int[]? moved = units
                .Where(unit => units.Count(other => parts[other[0]] == parts[unit[0]]) > 1)
                .OrderBy(unit => Lost(unit))
                .ThenByDescending(unit => unit.Select(i => labels[i]).Distinct().Count())
                .ThenBy(unit => Math.Abs(unit.Length - sizes[empty]))
                .FirstOrDefault();
            foreach (int i in moved ?? [])
                parts[i] = empty;
        }

        // Classes that the unit's part would have no longer.
        int Lost(int[] unit)
        {
            HashSet<byte> left = [.. units.Where(other => other != unit && parts[other[0]] == parts[unit[0]])
                .SelectMany(other => other).Select(i => labels[i])];
            return unit.Select(i => labels[i]).Distinct().Count(label => !left.Contains(label));
        }
    }

    private static double[] Counts(IEnumerable<int> faces, IReadOnlyList<byte> labels, int classes)
    {
        double[] counts = new double[classes];
        foreach (int i in faces)
            counts[labels[i]]++;
        return counts;
    }
}
