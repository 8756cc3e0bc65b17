using System.Text;
using Mien.TestSupport;

namespace Mien.EndToEnd;

/// <summary>A table in FER2013's format of faces that nobody has: noise with a bright bar whose height is the class.</summary>
internal static class MadeUpTable
{
    private const int Classes = 7;
    private const int Side = 48;
    private const int Rows = 28 * Classes;

    /// <summary>Writes 20 Training, 4 PublicTest and 4 PrivateTest rows a class.</summary>
    public static void Write(string path)
    {
        var random = new Random(1);
        var rows = new StringBuilder("emotion,pixels,Usage\n");
        for (int i = 0; i < Rows; i++)
        {
            int label = i % Classes;
            IEnumerable<int> pixels = Enumerable.Range(0, Side * Side)
                .Select(p => random.Next(64) + (p / Side / Classes == label ? 180 : 0));
            rows.Append($"{label},{string.Join(' ', pixels)},{Split(i)}\n");
        }

        File.WriteAllText(path, rows.ToString());
    }

    /// <summary>Writes FER+'s votes for its rows: ten taggers who say what the label says.</summary>
    public static void WriteVotes(string path) =>
        File.WriteAllText(path, MadeUpVotes.AsLabeled(Enumerable.Range(0, Rows).Select(i => (Split(i), i % Classes))));

    private static string Split(int row) => row < 20 * Classes ? "Training" : row < 24 * Classes ? "PublicTest" : "PrivateTest";
}
