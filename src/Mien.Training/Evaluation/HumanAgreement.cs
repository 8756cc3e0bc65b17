using Mien.Training.Datasets;

namespace Mien.Training.Evaluation;

/// <summary>
/// How often an answer is the majority of nine taggers of FER+. Each of a face's ten votes in turn is taken out, and the
/// other nine decide by <see cref="FerPlus.Majority"/>: single votes are dropped, and more than half of the rest is needed. Where
/// the nine have no majority, or it is "unknown" or "not a face", that vote judges nothing and is counted in
/// <paramref name="WithoutMajority"/>.
/// </summary>
/// <param name="Count">Votes whose other nine have a majority; the answer is judged once for each.</param>
/// <param name="WithoutMajority">Votes whose other nine have none.</param>
/// <param name="Accuracy">Share of <paramref name="Count"/> in which the answer is the nine's majority, 0..1.</param>
/// <param name="MacroF1">Mean F1 over the classes that are the majority of any nine, 0..1.</param>
public sealed record HumanAgreement(int Count, int WithoutMajority, double Accuracy, double MacroF1)
{
    /// <summary>The vote that was taken out is the answer: one person. "Unknown" and "not a face" are answers, and wrong.</summary>
    /// <param name="faces">With votes, ten of them a face in FER+.</param>
    /// <exception cref="ArgumentException">The table has no votes.</exception>
    public static HumanAgreement OfOnePerson(FaceTable faces) => Of(faces, (_, vote) => vote);

    /// <summary>A model's answer against the same nines, so that it can be held against one person's figures.</summary>
    /// <param name="faces">With votes.</param>
    /// <param name="answers">[N], a class's name each.</param>
    /// <exception cref="ArgumentException">The table has no votes, or lengths differ.</exception>
    public static HumanAgreement OfModel(FaceTable faces, IReadOnlyList<string> answers)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentNullException.ThrowIfNull(answers);
        if (answers.Count != faces.Count)
            throw new ArgumentException($"{answers.Count} answers for {faces.Count} faces.", nameof(answers));
        return Of(faces, (face, _) => FerPlus.ChoiceOf(answers[face]));
    }

    private static HumanAgreement Of(FaceTable faces, Func<int, int, int> answer)
    {
        ArgumentNullException.ThrowIfNull(faces);
        if (faces.Votes is null)
            throw new ArgumentException("The table has no votes.", nameof(faces));
        (int[] hits, int[] decided, int[] answered) = (new int[FerPlus.Unknown], new int[FerPlus.Unknown], new int[FerPlus.Unknown]);
        (int count, int without) = (0, 0);
        byte[] nine = new byte[FerPlus.Choices.Count];
        for (int face = 0; face < faces.Count; face++)
        {
            ReadOnlySpan<byte> votes = faces.VotesOf(face);
            for (int vote = 0; vote < votes.Length; vote++)
            {
                // Those who voted alike are the same case, as often as there are of them.
                int people = votes[vote];
                if (people == 0)
                    continue;
                votes.CopyTo(nine);
                nine[vote]--;
                int majority = FerPlus.Majority(nine);
                if (majority is < 0 or >= FerPlus.Unknown)
                {
                    without += people;
                    continue;
                }

                int said = answer(face, vote);
                count += people;
                decided[majority] += people;
                if (said is >= 0 and < FerPlus.Unknown)
                    answered[said] += people;
                if (said == majority)
                    hits[majority] += people;
            }
        }

        if (count == 0)
            return new HumanAgreement(0, without, 0, 0);
        double score = Enumerable.Range(0, decided.Length).Where(k => decided[k] > 0)
            .Average(k => 2.0 * hits[k] / (decided[k] + answered[k]));
        return new HumanAgreement(count, without, (double)hits.Sum() / count, score);
    }
}
