using Mien.Training.Datasets;

namespace Mien.Training.Evaluation;

/// <summary>How a model's classes and a data set's go together: which faces can be judged, and over which classes.</summary>
/// <remarks>
/// Labels are matched by name. Faces of a class that the model lacks can't be read right, so they are left out and
/// counted. A class that the whole data set lacks keeps its probability, as the model answers with it in use too; on
/// demand its probability is shared out among the others instead, each in proportion to its own.
/// </remarks>
public sealed class LabelFit
{
    private readonly bool[] _shared;

    private LabelFit(
        FaceTable faces, IReadOnlyList<int> rows, IReadOnlyDictionary<string, int> leftOut, IReadOnlyList<string> missing, bool[] shared)
    {
        (Faces, Rows, LeftOut, Missing, _shared) = (faces, rows, leftOut, missing, shared);
        SharedOut = [.. faces.LabelNames.Where((_, k) => shared[k])];
    }

    /// <summary>The faces that can be judged, in the table's order. Their labels are places among the model's.</summary>
    public FaceTable Faces { get; }

    /// <summary>For each of <see cref="Faces"/> its place in the table.</summary>
    public IReadOnlyList<int> Rows { get; }

    /// <summary>Faces that were left out, by the classes that the model lacks; empty where it has all.</summary>
    public IReadOnlyDictionary<string, int> LeftOut { get; }

    /// <summary>Classes of the model that none of <see cref="Faces"/> has, in the model's order.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Classes of the model whose probability is shared out among the others; empty unless that was asked for.</summary>
    public IReadOnlyList<string> SharedOut { get; }

    /// <summary>Fits the faces of a table, or of one split, to a model.</summary>
    /// <param name="labels">The model's classes, in the order of its answers.</param>
    /// <param name="table">The whole data set: what it names anywhere is not shared out.</param>
    /// <param name="split">The split to judge; null for all faces.</param>
    /// <param name="onlyPresent">Whether the probability of classes that the whole data set lacks is shared out.</param>
    /// <exception cref="MienException">The split is empty, no face has a class of the model, or a single class is left.</exception>
    public static LabelFit Of(IReadOnlyList<string> labels, FaceTable table, Split? split = null, bool onlyPresent = false)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(table);
        int[] rows = [.. Enumerable.Range(0, table.Count).Where(i => split is null || table.Splits[i] == split)];
        if (rows.Length == 0)
        {
            string there = string.Join(", ", table.Splits.Distinct().Order());
            throw new MienException($"No {split} faces in the data. It has {there}: pass one of them as --split.");
        }

        int[] places = [.. table.LabelNames.Select(name => PlaceOf(name, labels))];
        int[] kept = [.. rows.Where(row => places[table.Labels[row]] >= 0)];
        if (kept.Length == 0)
        {
            throw new MienException($"The model's labels are {string.Join(", ", labels)}, the data's {string.Join(", ", Occurring(table))}. "
                + $"They have none in common: pass a model trained on these labels, or --map label=label where they only go by other "
                    + $"names.{Hints(Occurring(table), labels)}");
        }

        FaceTable part = table.Take(kept);
        byte[] labeled = [.. part.Labels.Select(label => (byte)places[label])];
        var faces = new FaceTable(part.Size, part.Pixels, labeled, part.Splits, labels, part.Votes, part.OwnLabels);
        var leftOut = rows.Where(row => places[table.Labels[row]] < 0).GroupBy(row => table.LabelNames[table.Labels[row]])
            .OrderBy(group => group.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count());

        int[] counts = faces.ClassCounts();
        string[] occurring = [.. Occurring(table)];
        bool[] shared = [.. labels.Select(label => onlyPresent && !occurring.Contains(label, StringComparer.OrdinalIgnoreCase))];
        if (shared.Count(each => !each) < 2)
        {
            throw new MienException($"Of the model's labels the data have {faces.LabelNames[faces.Labels[0]]} alone: "
                + "over that one class every answer is right. Leave --only-present out.");
        }

        return new LabelFit(faces, kept, leftOut, [.. labels.Where((_, k) => counts[k] == 0)], shared);
    }

    /// <summary>The model's answers for <see cref="Faces"/>, or for some of them, over the classes that judge.</summary>
    /// <param name="answers">[N*K], row-major; rows sum to 1.</param>
    /// <returns>[N*K]: the same where nothing is shared out, else with 0 for the classes that are, and rows that sum to 1.</returns>
    /// <exception cref="ArgumentException">The answers are no whole rows.</exception>
    public float[] Probabilities(float[] answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        int classes = _shared.Length;
        if (answers.Length % classes != 0)
            throw new ArgumentException($"{answers.Length} probabilities are no whole rows of {classes}.", nameof(answers));
        if (SharedOut.Count == 0)
            return answers;
        float[] probabilities = new float[answers.Length];
        int kept = _shared.Count(each => !each);
        for (int start = 0; start < answers.Length; start += classes)
        {
            double sum = 0;
            for (int k = 0; k < classes; k++)
                sum += _shared[k] ? 0 : answers[start + k];
            // A model that is wholly sure of a class that is shared out says nothing about the others.
            for (int k = 0; k < classes; k++)
                probabilities[start + k] = _shared[k] ? 0 : sum > 0 ? (float)(answers[start + k] / sum) : 1f / kept;
        }

        return probabilities;
    }

    /// <summary>What a reader must know of the fit, a sentence each; empty where the data have the model's classes and no others.</summary>
    /// <param name="split">The split that was judged; null for all faces.</param>
    public IEnumerable<string> Sentences(Split? split = null)
    {
        string where = split is null ? "the data" : $"{split}";
        if (LeftOut.Count > 0)
        {
            string classes = string.Join(", ", LeftOut.Select(pair => $"{pair.Key} ({pair.Value})"));
            string hints = Hints(LeftOut.Keys, Faces.LabelNames).TrimEnd('.');
            yield return $"left out: {LeftOut.Values.Sum()} faces of classes that the model lacks: "
                + $"{classes}{(hints.Length > 0 ? "." : "")}{hints}";
        }

        if (Missing.Count > 0)
        {
            string[] kept = [.. Missing.Except(SharedOut)];
            string shared = SharedOut.Count > 0
                ? $"; the probability of {string.Join(", ", SharedOut)} is shared out among the other classes"
                : "";
            string open = kept.Length > 0 ? $"; the model may still answer {string.Join(", ", kept)}, which counts as wrong" : "";
            int others = Faces.LabelNames.Count - Missing.Count;
            yield return $"missing in {where}: {string.Join(", ", Missing)}; macro F1 is over the other {others} classes{shared}{open}";
        }
    }

    /// <summary>What labels that the model lacks were likely meant to be.</summary>
    private static string Hints(IEnumerable<string> lacking, IReadOnlyList<string> labels) =>
        string.Concat(lacking.Select(label => Spelling.Nearest(label, labels) is { } near
            ? $" Did you mean {near}? Then pass {Spelling.Cure(label, near)}."
            : ""));

    private static IEnumerable<string> Occurring(FaceTable table) =>
        table.ClassCounts().Zip(table.LabelNames).Where(pair => pair.First > 0).Select(pair => pair.Second);

    private static int PlaceOf(string name, IReadOnlyList<string> labels)
    {
        for (int k = 0; k < labels.Count; k++)
        {
            if (string.Equals(labels[k], name, StringComparison.OrdinalIgnoreCase))
                return k;
        }

        return -1;
    }
}
