using System.Text;

namespace Mien.EndToEnd;

/// <summary>A table in FER2013's format of faces that nobody has: noise with a bright bar whose height is the class.</summary>
internal static class MadeUpTable
{
    private const int Classes = 7;
    private const int Side = 48;

    /// <summary>Writes 20 Training, 4 PublicTest and 4 PrivateTest rows a class.</summary>
    public static void Write(string path)
    {
        var random = new Random(1);
        var rows = new StringBuilder("emotion,pixels,Usage\n");
        for (int i = 0; i < 28 * Classes; i++)
        {
            int label = i % Classes;
            IEnumerable<int> pixels = Enumerable.Range(0, Side * Side).Select(p => random.Next(64) + (p / Side / Classes == label ? 180 : 0));
            rows.Append($"{label},{string.Join(' ', pixels)},{(i < 20 * Classes ? "Training" : i < 24 * Classes ? "PublicTest" : "PrivateTest")}\n");
        }

        File.WriteAllText(path, rows.ToString());
    }
}
