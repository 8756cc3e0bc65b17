using System.Text;
using CsCheck;
using Mien.TestSupport;
using Mien.Training.Datasets;

namespace Mien.Training.Tests.Datasets;

public class Fer2013CsvPropertyTests
{
    private sealed record Row(int Label, int Seed, Split Split);

    private static readonly Gen<Row[]> Rows = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 1_000_000], Gen.Enum<Split>())
        .Select((label, seed, split) => new Row(label, seed, split)).Array[1, 12];

    private static readonly Gen<(int[] Order, bool Quoted, string End, bool FinalEnd)> Layouts =
        Gen.Select(Gen.Shuffle(new int[] { 0, 1, 2 }), Gen.Bool, Gen.Bool.Select(windows => windows ? "\r\n" : "\n"), Gen.Bool);

    [Fact]
    public void Every_table_reads_back_as_it_was_written_in_any_layout()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string path = folder.File("fer2013.csv");
        Gen.Select(Rows, Layouts).Sample(
            (rows, layout) =>
            {
                File.WriteAllText(path, Text(rows, layout));
                FaceTable table = DatasetReader.Load(path).Table;
                return table.Labels.SequenceEqual(rows.Select(row => (byte)row.Label))
                    && table.Splits.SequenceEqual(rows.Select(row => row.Split))
                    && rows.Select((row, i) => table.Face(i).SequenceEqual(CsvText.Pixels(row.Seed))).All(equal => equal);
            },
            iter: 150, seed: "0000KaB3QYd1", threads: 1);
    }

    [Fact]
    public void Any_damage_gives_a_table_or_an_error_that_names_the_file()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string path = folder.File("fer2013.csv");
        Gen.Select(Rows, Gen.Double[0, 1], Gen.Byte, Gen.Int[0, 2]).Sample(
            (rows, place, value, kind) =>
            {
                byte[] bytes = Encoding.UTF8.GetBytes(Text(rows, ([0, 1, 2], false, "\n", true)));
                int at = (int)(place * (bytes.Length - 1));
                if (kind == 0)
                    bytes[at] = value;
                else if (kind == 1)
                    bytes = bytes[..at];
                else
                    bytes = [.. bytes[..at], value, .. bytes[at..]];
                File.WriteAllBytes(path, bytes);
                try
                {
                    return DatasetReader.Load(path).Table.Count <= rows.Length + 1;
                }
                catch (MienException e)
                {
                    return e.Message.Contains("fer2013.csv", StringComparison.Ordinal);
                }
            },
            iter: 300, seed: "0000KaB3QYd1", threads: 1);
    }

    private static string Text(Row[] rows, (int[] Order, bool Quoted, string End, bool FinalEnd) layout)
    {
        string[] header = ["emotion", "pixels", "Usage"];
        var lines = new List<string> { Line(header) };
        foreach (Row row in rows)
            lines.Add(Line([$"{row.Label}", string.Join(' ', CsvText.Pixels(row.Seed)), $"{row.Split}"]));
        return string.Join(layout.End, lines) + (layout.FinalEnd ? layout.End : "");

        string Line(string[] cells) => string.Join(',', layout.Order.Select(i => layout.Quoted ? $"\"{cells[i]}\"" : cells[i]));
    }
}
