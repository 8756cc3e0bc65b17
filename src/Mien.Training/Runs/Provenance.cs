using Mien.Training.Evaluation;

namespace Mien.Training.Runs;

/// <summary>What a network learned from, those it learned from or went on from included, as its model file tells.</summary>
/// <param name="LearnedFrom">Whose labels, votes and answers, in words; names FER+ wherever its votes came in.</param>
/// <param name="CopiesLeftOut">Whether none of them learned from exact copies of test faces.</param>
internal sealed record Provenance(string LearnedFrom, bool CopiesLeftOut)
{
    private const string CopiesNote = TestCopies.Note;
    private const string LeftOut = "left out";
    private const string FerPlus = "FER+";

    /// <summary>The notes of a model's card that say so.</summary>
    public IEnumerable<KeyValuePair<string, string>> Notes =>
        [new(ModelCard.LearnedFromNote, LearnedFrom), new(CopiesNote, CopiesLeftOut ? LeftOut : "may have been learned from")];

    private bool FromVotes => LearnedFrom.Contains(FerPlus, StringComparison.Ordinal);

    /// <summary>What a model file says of itself; one that says nothing may have learned from copies.</summary>
    public static Provenance Of(ModelCard card) =>
        new(card.Notes.GetValueOrDefault(ModelCard.LearnedFromNote) ?? "labels", card.Notes.GetValueOrDefault(CopiesNote) == LeftOut);

    /// <summary>What a run says of itself; of one begun before runs kept it, what its recipe says.</summary>
    public static Provenance Of(RunConfiguration run) => run.LearnedFrom is null
        ? new Provenance(Words(run.Options, teachersFromVotes: false, originFromVotes: false), run.Options.DropCopies)
        : new Provenance(run.LearnedFrom, run.CopiesLeftOut);

    /// <summary>Of a run to be.</summary>
    /// <param name="options">Its recipe.</param>
    /// <param name="origin">The model that it goes on from; null for none.</param>
    /// <param name="teachers">Its teachers' own.</param>
    public static Provenance Of(TrainingOptions options, ModelCard? origin, IReadOnlyList<Provenance> teachers)
    {
        Provenance? before = origin is null ? null : Of(origin);
        return new Provenance(
            Words(options, teachers.Any(teacher => teacher.FromVotes), before?.FromVotes == true),
            options.DropCopies && teachers.All(teacher => teacher.CopiesLeftOut) && before is not { CopiesLeftOut: false });
    }

    private static string Words(TrainingOptions options, bool teachersFromVotes, bool originFromVotes)
    {
        string labels = options.Labels == LabelSource.FerPlus ? $"{FerPlus} majorities" : "labels";
        string votes = options.FerPlusShare > 0 ? FormattableString.Invariant($" and {FerPlus} votes ({options.FerPlusShare})") : "";
        string task = options.VotesHead > 0 ? $" and {FerPlus} votes as a second task" : "";
        if (options.OwnHead > 0)
            task += " and the data set's own labels as a second task";
        string teachers = options.Teachers.Count > 0 ? $" and the answers of {options.Teachers.Count} trained before" : "";
        if (teachersFromVotes)
            teachers += $", some of which learned from {FerPlus} votes";
        string origin = options.From is null ? "" : $", going on from {Path.GetFileName(options.From)}";
        if (originFromVotes)
            origin += $", which learned from {FerPlus} votes";
        return labels + votes + task + teachers + origin;
    }
}
