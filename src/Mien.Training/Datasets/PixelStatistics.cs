using Mien.Imaging;

namespace Mien.Training.Datasets;

/// <summary>Mean and deviation of a table's gray levels: the normalization of a network trained on it.</summary>
public static class PixelStatistics
{
    /// <summary>Measures all pixels; exact, through a histogram.</summary>
    /// <param name="table">At least one face.</param>
    /// <returns>The table's face size with mean and deviation in 0..1; a deviation of 0 (flat pictures) becomes 1.</returns>
    /// <exception cref="ArgumentException">The table is empty.</exception>
    public static InputSpec Measure(FaceTable table)
    {
        if (table.Count == 0)
            throw new ArgumentException("No faces to measure.", nameof(table));
        long[] histogram = new long[256];
        foreach (byte level in table.Pixels)
            histogram[level]++;
        double count = table.Pixels.LongLength;
        double mean = 0;
        for (int level = 0; level < histogram.Length; level++)
            mean += histogram[level] / count * level;
        double variance = 0;
        for (int level = 0; level < histogram.Length; level++)
            variance += histogram[level] / count * (level - mean) * (level - mean);
        double deviation = Math.Sqrt(variance) / 255;
        return new InputSpec(table.Size, (float)(mean / 255), deviation > 0 ? (float)deviation : 1f);
    }
}
