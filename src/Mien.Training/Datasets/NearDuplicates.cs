namespace Mien.Training.Datasets;

/// <summary>Puts pictures together that look alike from afar.</summary>
public static class NearDuplicates
{
    /// <summary>Hashes that differ in no more bits belong to near-duplicates; see docs/experiments-log.md for how it was chosen.</summary>
    public const int Distance = 20;

    /// <summary>Groups of pictures that are linked by near-duplicates, whatever the pictures' order.</summary>
    /// <param name="hashes">[N].</param>
    /// <param name="distance">Bits in which near-duplicates differ at most, 0..127.</param>
    /// <returns>[N]: for each picture the place of the first one of its group, its own where it stands alone.</returns>
    /// <remarks>
    /// Two hashes that differ in d bits agree wholly in one of d + 1 bands, so that only pictures with an equal band are
    /// compared (Manku et al. 2007). Some 60 bytes a picture.
    /// </remarks>
    public static int[] Group(IReadOnlyList<PictureHash> hashes, int distance = Distance)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        ArgumentOutOfRangeException.ThrowIfNegative(distance);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(distance, PictureHash.Bits / 2);
        int[] parents = new int[hashes.Count];
        var firsts = new Dictionary<PictureHash, int>();
        // Equal hashes at once: a thousand black pictures are compared with nothing else a thousand times.
        for (int i = 0; i < hashes.Count; i++)
            parents[i] = firsts.TryAdd(hashes[i], i) ? i : firsts[hashes[i]];
        int[] distinct = [.. firsts.Values];
        ulong[] keys = new ulong[distinct.Length];
        int bands = distance + 1;
        for (int band = 0; band < bands; band++)
        {
            int start = band * PictureHash.Bits / bands;
            int width = Math.Min(63, (band + 1) * PictureHash.Bits / bands - start);
            for (int i = 0; i < distinct.Length; i++)
                keys[i] = hashes[distinct[i]].Slice(start, width);
            Array.Sort(keys, distinct);
            for (int begin = 0, end; begin < keys.Length; begin = end)
            {
                for (end = begin + 1; end < keys.Length && keys[end] == keys[begin];)
                    end++;
                Link(distinct.AsSpan(begin, end - begin));
            }
        }

        return [.. Enumerable.Range(0, hashes.Count).Select(Root)];

        void Link(ReadOnlySpan<int> alike)
        {
            for (int i = 0; i < alike.Length; i++)
            {
                for (int j = i + 1; j < alike.Length; j++)
                {
                    if (hashes[alike[i]].DistanceTo(hashes[alike[j]]) > distance)
                        continue;
                    (int one, int other) = (Root(alike[i]), Root(alike[j]));
                    // The first picture of a group is its root, whatever is linked first.
                    parents[Math.Max(one, other)] = Math.Min(one, other);
                }
            }
        }

        int Root(int i)
        {
            while (parents[i] != i)
                i = parents[i] = parents[parents[i]];
            return i;
        }
    }
}
