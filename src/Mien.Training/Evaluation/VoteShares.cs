using Mien.Training.Datasets;

namespace Mien.Training.Evaluation;

/// <summary>Answers held against how FER+'s taggers voted, rather than against their majority alone.</summary>
/// <param name="Nll">Mean cross-entropy of the answers with the taggers' shares, in nats (see <see cref="VoteShares"/>).</param>
/// <param name="Entropy">Mean entropy of those shares, in nats: the least that <paramref name="Nll"/> can be.</param>
/// <param name="Ece">
/// Gap between the answers' probabilities and the shares of people who gave the same, over 15 bins of the probability, 0..1 (see
/// <see cref="VoteShares.CalibrationError"/>).
/// </param>
/// <param name="ClassEce">The same gap for each class by its name, whatever the answer.</param>
/// <param name="OnePerson">One tagger against the other nine.</param>
/// <param name="Model">The model against the same nine, on the same faces and as often.</param>
public sealed record VoteFigures(
    double Nll, double Entropy, double Ece, IReadOnlyDictionary<string, double> ClassEce, HumanAgreement OnePerson, HumanAgreement Model);

/// <summary>
/// The shares of FER+'s ten votes that each class has (Barsoum et al. 2016, arXiv:1608.01041). Votes for "unknown", "not a face"
/// and classes that do not judge are left out and the others scaled to sum to 1; single votes count.
/// </summary>
public static class VoteShares
{
    private const double SmallestProbability = 1e-12;

    /// <summary>Each face's shares.</summary>
    /// <param name="faces">With votes.</param>
    /// <param name="without">Classes that do not judge.</param>
    /// <returns>[N*K] in the order of the table's labels; rows sum to 1, or to 0 where no vote is left.</returns>
    /// <exception cref="ArgumentException">The table has no votes.</exception>
    public static double[] Of(FaceTable faces, IReadOnlyList<string>? without = null)
    {
        ArgumentNullException.ThrowIfNull(faces);
        if (faces.Votes is null)
            throw new ArgumentException("The table has no votes.", nameof(faces));
        int classes = faces.LabelNames.Count;
        int[] choices = [.. faces.LabelNames.Select(name => without?.Contains(name) == true ? -1 : FerPlus.ChoiceOf(name))
            .Select(choice => choice < FerPlus.Unknown ? choice : -1)];
        double[] shares = new double[faces.Count * classes];
        for (int i = 0; i < faces.Count; i++)
        {
            ReadOnlySpan<byte> votes = faces.VotesOf(i);
            double sum = 0;
            foreach (int choice in choices)
                sum += choice < 0 ? 0 : votes[choice];
            for (int k = 0; k < classes && sum > 0; k++)
                shares[i * classes + k] = choices[k] < 0 ? 0 : votes[choices[k]] / sum;
        }

        return shares;
    }

    /// <summary>Mean of -sum(share * ln p), natural logarithm; a probability is taken as 1e-12 at least.</summary>
    /// <param name="probabilities">[N*K], row-major; rows sum to 1.</param>
    /// <param name="shares">[N*K], row-major; rows that sum to 0 are passed over.</param>
    /// <param name="classes">K.</param>
    /// <returns>0 or more; 0 where every row is passed over.</returns>
    /// <exception cref="ArgumentException">Lengths don't match, or are no whole rows.</exception>
    public static double CrossEntropy(ReadOnlySpan<float> probabilities, ReadOnlySpan<double> shares, int classes)
    {
        double sum = 0;
        int rows = CheckedRows(probabilities, shares, classes);
        for (int i = 0; i < shares.Length; i++)
            sum -= shares[i] == 0 ? 0 : shares[i] * Math.Log(Math.Max(probabilities[i], SmallestProbability));
        return rows == 0 ? 0 : sum / rows;
    }

    /// <summary>Mean of -sum(share * ln share): the cross-entropy of answers that are the shares themselves.</summary>
    /// <param name="shares">[N*K], row-major; rows that sum to 0 are passed over.</param>
    /// <param name="classes">K.</param>
    /// <returns>0 .. ln K.</returns>
    /// <exception cref="ArgumentException">The shares are no whole rows.</exception>
    public static double Entropy(ReadOnlySpan<double> shares, int classes)
    {
        double sum = 0;
        int rows = Rows(shares, classes);
        foreach (double share in shares)
            sum -= share == 0 ? 0 : share * Math.Log(share);
        return rows == 0 ? 0 : sum / rows;
    }

    /// <summary>
    /// Mean gap between an answer's probability and the share of people who gave the same answer, over 15 equal-width bins
    /// (b/15, (b+1)/15] of the probability, weighted by the bins' shares (Guo et al. 2017, arXiv:1706.04599, with shares of people in
    /// place of right and wrong).
    /// </summary>
    /// <param name="probabilities">[N*K], row-major; rows sum to 1.</param>
    /// <param name="shares">[N*K], row-major; rows that sum to 0 are passed over.</param>
    /// <param name="classes">K.</param>
    /// <returns>0..1; 0 where every row is passed over.</returns>
    /// <exception cref="ArgumentException">Lengths don't match, or are no whole rows.</exception>
    public static double CalibrationError(ReadOnlySpan<float> probabilities, ReadOnlySpan<double> shares, int classes)
    {
        int rows = CheckedRows(probabilities, shares, classes);
        double[] gaps = new double[Metrics.CalibrationBins];
        for (int start = 0; start < shares.Length; start += classes)
        {
            ReadOnlySpan<float> row = probabilities.Slice(start, classes);
            int answer = Metrics.MostProbable(row);
            if (shares.Slice(start, classes).ContainsAnyExcept(0.0))
                gaps[Metrics.CalibrationBin(row[answer])] += row[answer] - shares[start + answer];
        }

        return rows == 0 ? 0 : gaps.Sum(Math.Abs) / rows;
    }

    /// <summary>The same gap for each class's probability, whatever the answer (Kull et al. 2019, arXiv:1910.12656).</summary>
    /// <returns>[K], each 0..1.</returns>
    /// <inheritdoc cref="CalibrationError" path="/param"/>
    /// <inheritdoc cref="CalibrationError" path="/exception"/>
    public static double[] ClassCalibrationErrors(ReadOnlySpan<float> probabilities, ReadOnlySpan<double> shares, int classes)
    {
        int rows = CheckedRows(probabilities, shares, classes);
        double[] errors = new double[classes];
        double[] gaps = new double[Metrics.CalibrationBins];
        for (int k = 0; k < classes; k++)
        {
            Array.Clear(gaps);
            for (int start = 0; start < shares.Length; start += classes)
            {
                if (shares.Slice(start, classes).ContainsAnyExcept(0.0))
                    gaps[Metrics.CalibrationBin(probabilities[start + k])] += probabilities[start + k] - shares[start + k];
            }

            errors[k] = rows == 0 ? 0 : gaps.Sum(Math.Abs) / rows;
        }

        return errors;
    }

    /// <summary>All figures of answers on faces that the taggers' majority labels.</summary>
    /// <param name="fit">Faces with votes.</param>
    /// <param name="probabilities">[N*K], as <see cref="LabelFit.Probabilities"/> gives them.</param>
    /// <exception cref="ArgumentException">The faces have no votes, or lengths don't match.</exception>
    public static VoteFigures Judge(LabelFit fit, ReadOnlySpan<float> probabilities)
    {
        ArgumentNullException.ThrowIfNull(fit);
        int classes = fit.Faces.LabelNames.Count;
        double[] shares = Of(fit.Faces, fit.SharedOut);
        string[] answers = new string[fit.Faces.Count];
        double nll = CrossEntropy(probabilities, shares, classes);
        for (int i = 0; i < answers.Length; i++)
            answers[i] = fit.Faces.LabelNames[Metrics.MostProbable(probabilities.Slice(i * classes, classes))];
        double[] errors = ClassCalibrationErrors(probabilities, shares, classes);
        return new VoteFigures(
            nll, Entropy(shares, classes), CalibrationError(probabilities, shares, classes),
            fit.Faces.LabelNames.Zip(errors).ToDictionary(pair => pair.First, pair => pair.Second), HumanAgreement.OfOnePerson(fit.Faces),
                HumanAgreement.OfModel(fit.Faces, answers));
    }

    private static int CheckedRows(ReadOnlySpan<float> probabilities, ReadOnlySpan<double> shares, int classes) =>
        probabilities.Length == shares.Length
            ? Rows(shares, classes)
            : throw new ArgumentException($"{probabilities.Length} probabilities for {shares.Length} shares.", nameof(probabilities));

    private static int Rows(ReadOnlySpan<double> shares, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (shares.Length % classes != 0)
            throw new ArgumentException($"{shares.Length} shares are no whole rows of {classes}.", nameof(shares));
        int rows = 0;
        for (int start = 0; start < shares.Length; start += classes)
            rows += shares.Slice(start, classes).ContainsAnyExcept(0.0) ? 1 : 0;
        return rows;
    }
}
