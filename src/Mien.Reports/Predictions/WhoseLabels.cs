using Mien.Training.Datasets;
using Mien.Training.Evaluation;

namespace Mien.Reports.Predictions;

/// <summary>Whose labels judge a model: what most people said where the model learned to say that, else the data set's own.</summary>
public static class WhoseLabels
{
    /// <summary>The faces with the labels that judge.</summary>
    /// <param name="card">The model's.</param>
    /// <param name="table">The data set, with FER+'s votes where they are at hand.</param>
    /// <returns>For a model of people's shares and faces with votes those on which the taggers agree, labeled so; else the table as it
    /// is.</returns>
    public static FaceTable For(ModelCard card, FaceTable table)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentNullException.ThrowIfNull(table);
        return card.LearnedFromPeople && table.Votes is not null && !IsMajority(table) ? FerPlus.Relabel(table) : table;
    }

    /// <summary>Whose they are, for who reads figures.</summary>
    /// <param name="card">The model's.</param>
    /// <param name="table">As <see cref="For"/> gave it.</param>
    public static string Sentence(ModelCard card, FaceTable table)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentNullException.ThrowIfNull(table);
        if (card.LearnedFromPeople && IsMajority(table))
        {
            double person = HumanAgreement.OfOnePerson(table).Accuracy * 100;
            return "What most of FER+'s ten taggers said judges; faces on which they do not agree are left out. "
                + FormattableString.Invariant($"One tagger says what most of the other nine say of {person:F1} % of all faces here.");
        }

        return card.LearnedFromPeople
            ? "The data set's own labels judge. The model learned to say something else, what most people say, and disagrees with them as "
                + "people do; with FER+'s fer2013new.csv beside the data, people's answers judge."
            : "The data set's own labels judge. People agree with FER2013's about 65 % of the time.";
    }

    // Relabeled faces keep their votes, and the data set's labels beside the taggers'.
    private static bool IsMajority(FaceTable table) => table is { Votes: not null, OwnLabels: not null };
}
