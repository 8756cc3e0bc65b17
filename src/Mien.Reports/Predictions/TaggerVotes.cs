using Mien.Training.Datasets;

namespace Mien.Reports.Predictions;

/// <summary>FER+ votes as a reader meets them.</summary>
internal static class TaggerVotes
{
    /// <summary>The votes in words, the most frequent choice first, such as `FER+: 6 sad, 3 neutral, 1 unknown`.</summary>
    /// <param name="votes">[10], in the order of <see cref="FerPlus.Choices"/>.</param>
    public static string Words(ReadOnlySpan<byte> votes)
    {
        byte[] counts = votes.ToArray();
        IEnumerable<string> parts = Enumerable.Range(0, counts.Length)
            .Where(choice => counts[choice] > 0)
            .OrderByDescending(choice => counts[choice])
            .Select(choice => $"{counts[choice]} {FerPlus.Choices[choice]}");
        return "FER+: " + string.Join(", ", parts.DefaultIfEmpty("no vote"));
    }

    /// <summary>How the taggers side where a model contradicts the labels.</summary>
    /// <param name="judged">Faces with votes.</param>
    /// <param name="faces">Which of them.</param>
    /// <returns>Faces whose most frequent choice is the model's answer alone, the label alone, and the rest, ties included.</returns>
    public static (int Model, int Label, int Neither) Sides(JudgedFaces judged, IEnumerable<int> faces)
    {
        (int model, int label, int neither) = (0, 0, 0);
        int[] choices = [.. judged.Faces.LabelNames.Select(FerPlus.ChoiceOf)];
        foreach (int face in faces)
        {
            ReadOnlySpan<byte> votes = judged.Faces.VotesOf(face);
            byte most = 0;
            foreach (byte count in votes)
                most = Math.Max(most, count);
            (int answer, int given) = (choices[judged.Predicted(face)], choices[judged.Faces.Labels[face]]);
            bool withModel = most > 0 && answer >= 0 && votes[answer] == most;
            bool withLabel = most > 0 && given >= 0 && votes[given] == most;
            if (withModel == withLabel)
                neither++;
            else if (withModel)
                model++;
            else
                label++;
        }

        return (model, label, neither);
    }
}
