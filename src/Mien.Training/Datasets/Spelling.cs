using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mien.Training.Datasets;

/// <summary>Finds the name that a mistyped one was likely meant to be.</summary>
internal static class Spelling
{
    /// <summary>The nearest of some names, as far as it is near: one letter in four may differ, one in any case.</summary>
    /// <param name="written">As it stands in the data.</param>
    /// <param name="names">What it may have been meant to be; itself is none.</param>
    /// <returns>The name, or null.</returns>
    public static string? Nearest(string written, IEnumerable<string> names) => names
        .Where(name => !string.Equals(name, written, StringComparison.OrdinalIgnoreCase))
        .Select(name => (Name: name, Steps: Steps(written.ToLowerInvariant(), name.ToLowerInvariant())))
        .Where(pair => pair.Steps <= Math.Max(1, Math.Min(written.Length, pair.Name.Length) / 4))
        .OrderBy(pair => pair.Steps)
        .Select(pair => pair.Name)
        .FirstOrDefault();

    /// <summary>The option that makes one label of another.</summary>
    public static string Cure(string written, string meant) => written.AsSpan().IndexOfAny(",={[") < 0
        ? $"--map {written}={meant}"
        : $"--map '{{\"{JsonEncodedText.Encode(written, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\":\"{meant}\"}}'";

    /// <summary>Letters to add, drop, replace or swap with their neighbor (Damerau 1964, each place changed once).</summary>
    private static int Steps(string one, string other)
    {
        int[,] steps = new int[one.Length + 1, other.Length + 1];
        for (int i = 0; i <= one.Length; i++)
        {
            for (int j = 0; j <= other.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    steps[i, j] = i + j;
                    continue;
                }

                int replaced = steps[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                steps[i, j] = Math.Min(replaced, Math.Min(steps[i - 1, j], steps[i, j - 1]) + 1);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                    steps[i, j] = Math.Min(steps[i, j], steps[i - 2, j - 2] + 1);
            }
        }

        return steps[one.Length, other.Length];
    }
}
