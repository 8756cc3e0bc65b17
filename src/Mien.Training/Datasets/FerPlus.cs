using System.Globalization;
using CsvHelper;

namespace Mien.Training.Datasets;

/// <summary>FER+, ten taggers' votes for each row of FER2013 (Barsoum et al. 2016, arXiv:1608.01041).</summary>
/// <remarks>The file is `fer2013new.csv` of github.com/microsoft/FERPlus; its row i is row i of `fer2013.csv`.</remarks>
public static class FerPlus
{
    /// <summary>What a tagger could vote for, in the order of <see cref="FaceTable.Votes"/>: the expressions, then two that are
    /// none.</summary>
    public static IReadOnlyList<string> Choices { get; } = [.. FacialExpressions.Names, "unknown", "not a face"];

    /// <summary>Place of contempt among <see cref="Choices"/>: those before it are the seven expressions in label order.</summary>
    public const int Contempt = (int)FacialExpression.Contempt;

    /// <summary>Place of "unknown" among <see cref="Choices"/>.</summary>
    public const int Unknown = 8;

    /// <summary>Place of "not a face" among <see cref="Choices"/>.</summary>
    public const int NotAFace = 9;

    private static readonly string[] Columns =
        ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt", "unknown", "NF"];

    /// <summary>Reads the votes and lays them beside a table's rows.</summary>
    /// <param name="file">`fer2013new.csv`.</param>
    /// <param name="table">The whole of FER2013 in its own order.</param>
    /// <returns>The same faces, with <see cref="FaceTable.Votes"/>.</returns>
    /// <exception cref="MienException">No such file, a damaged row, or the rows are not the table's.</exception>
    public static FaceTable Attach(string file, FaceTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        (byte[] votes, List<Split> splits) = Read(file);
        if (splits.Count != table.Count)
            throw new MienException($"{file}: votes for {splits.Count} rows, the data has {table.Count}. FER+ belongs to the whole "
                + "fer2013.csv in its own order: pass that as --data, with no row left out.");
        int differs = Enumerable.Range(0, table.Count).FirstOrDefault(i => splits[i] != table.Splits[i], -1);
        if (differs >= 0)
            throw new MienException($"{file}, line {differs + 2}: {splits[differs]}, where the data's row is {table.Splits[differs]}. FER+ "
                + "belongs to the whole fer2013.csv in its own order: pass that as --data.");
        return table.WithVotes(votes);
    }

    /// <summary>Place of a class among <see cref="Choices"/>, so among the votes; -1 for a class that nobody could vote for.</summary>
    /// <param name="label">The class's name, in any case.</param>
    public static int ChoiceOf(string label)
    {
        for (int choice = 0; choice < Choices.Count; choice++)
        {
            if (string.Equals(Choices[choice], label, StringComparison.OrdinalIgnoreCase))
                return choice;
        }

        return -1;
    }

    /// <summary>The eight classes of FER+: the seven expressions in label order, then contempt.</summary>
    public static IReadOnlyList<string> Labels { get; } = [.. Choices.Take(Unknown)];

    /// <summary>
    /// The faces on which the taggers agree, labeled as they do, with <see cref="Labels"/> as classes. As in the paper,
    /// single votes are outliers, a label needs more than half of the votes that are left, and faces that are "unknown"
    /// or "not a face" by majority, or have none, are dropped.
    /// </summary>
    /// <param name="table">With votes.</param>
    /// <param name="keepDivided">
    /// Keeps Training faces without a majority too, labeled as most voted, where more than half of the votes are for
    /// expressions: they can be learned as their votes are shared out.
    /// </param>
    /// <returns>The faces, whose <see cref="FaceTable.OwnLabels"/> are the data set's.</returns>
    /// <exception cref="ArgumentException">The table has no votes.</exception>
    public static FaceTable Relabel(FaceTable table, bool keepDivided = false)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.Votes is null)
            throw new ArgumentException("The table has no votes.", nameof(table));
        int[] labels = [.. Enumerable.Range(0, table.Count).Select(LabelOf)];
        int[] rows = [.. Enumerable.Range(0, table.Count).Where(i => labels[i] >= 0)];
        FaceTable kept = table.Take(rows);
        byte[] agreed = [.. rows.Select(i => (byte)labels[i])];
        return new FaceTable(kept.Size, kept.Pixels, agreed, kept.Splits, Labels, kept.Votes,
            kept.OwnLabels ?? kept.Labels)
        { Groups = kept.Groups };

        int LabelOf(int i)
        {
            int majority = Majority(table.VotesOf(i));
            if (majority is >= 0 and < Unknown)
                return majority;
            return keepDivided && majority < 0 && table.Splits[i] == Split.Training ? MostVoted(table.VotesOf(i)) : -1;
        }
    }

    /// <summary>The expression with most votes; -1 where expressions have no more than half of the votes.</summary>
    private static int MostVoted(ReadOnlySpan<byte> votes)
    {
        int all = 0;
        int expressions = 0;
        int most = 0;
        for (int i = 0; i < votes.Length; i++)
        {
            all += votes[i];
            if (i >= Unknown)
                continue;
            expressions += votes[i];
            if (votes[i] > votes[most])
                most = i;
        }

        return expressions * 2 > all ? most : -1;
    }

    /// <summary>Place of the choice with more than half of the votes that are not alone; -1 where there is none.</summary>
    /// <param name="votes">[10], as <see cref="FaceTable.VotesOf"/> gives them.</param>
    public static int Majority(ReadOnlySpan<byte> votes)
    {
        int sum = 0;
        int most = 0;
        for (int i = 0; i < votes.Length; i++)
        {
            if (votes[i] > 1)
                sum += votes[i];
            if (votes[i] > votes[most])
                most = i;
        }

        return votes[most] > 1 && votes[most] * 2 > sum ? most : -1;
    }

    private static (byte[] Votes, List<Split> Splits) Read(string file)
    {
        var votes = new List<byte>(36_000 * Columns.Length);
        var splits = new List<Split>(36_000);
        try
        {
            using var reader = new StreamReader(file);
            using var csv = new CsvReader(reader, CultureInfo.InvariantCulture);
            if (!csv.Read() || !csv.ReadHeader())
                throw new MienException($"{file}: empty file. Expected FER+'s fer2013new.csv.");
            string[] missing = [.. Columns.Append("Usage").Where(column => !csv.HeaderRecord!.Contains(column))];
            if (missing.Length > 0)
                throw new MienException($"{file}, line 1: no column {string.Join(", ", missing)}. Expected FER+'s fer2013new.csv.");
            while (csv.Read())
            {
                foreach (string column in Columns)
                {
                    if (!byte.TryParse(csv.GetField(column), NumberStyles.None, CultureInfo.InvariantCulture, out byte count) || count > 10)
                        throw new MienException($"{file}, line {csv.Parser.Row}: {column} \"{csv.GetField(column)}\", expected 0 to 10 "
                            + "votes.");
                    votes.Add(count);
                }

                if (!Datasets.Splits.TryParseUsage(System.Text.Encoding.UTF8.GetBytes(csv.GetField("Usage")!), out Split split))
                    throw new MienException($"{file}, line {csv.Parser.Row}: Usage \"{csv.GetField("Usage")}\", expected "
                        + $"{Datasets.Splits.Known}.");
                splits.Add(split);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{file}: can't be read ({e.Message}). Expected FER+'s fer2013new.csv.", e);
        }
        catch (CsvHelperException e)
        {
            throw new MienException($"{file}: no valid table ({e.Message.Split('\n')[0]}). Expected FER+'s fer2013new.csv.", e);
        }

        return ([.. votes], splits);
    }
}
