namespace Mien;

/// <summary>Corrects probabilities for class shares other than those of the training data.</summary>
/// <remarks>
/// Each class's probability is multiplied by its expected share over its share in training, then each row is scaled to
/// sum to 1 (Saerens, Latinne and Decaestecker 2002, "Adjusting the Outputs of a Classifier to New a Priori
/// Probabilities", equation 2.4).
/// </remarks>
public static class Priors
{
    /// <summary>Expects all classes equally often.</summary>
    /// <param name="probabilities">[N*K], rows sum to 1; changed in place.</param>
    /// <param name="card">The model's: class shares, or FER2013's where it has none and its labels.</param>
    /// <exception cref="MienException">The training data's class shares are not known.</exception>
    public static void Balance(Span<float> probabilities, ModelCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        IReadOnlyList<double> shares = SharesOf(card)
            ?? throw new MienException($"The model {card.Name} does not say how often each class was in its training data, which a "
                + "balanced prior needs. Export it again with `mien train`, or use the prior `dataset`.");
        Correct(probabilities, shares, [.. shares.Select(_ => 1.0 / shares.Count)]);
    }

    /// <summary>Corrects rows of probabilities in place.</summary>
    /// <param name="probabilities">[N*K], rows sum to 1.</param>
    /// <param name="trained">[K] shares in training, above 0.</param>
    /// <param name="expected">[K] shares that are expected, 0 or more.</param>
    /// <exception cref="ArgumentException">Lengths don't match.</exception>
    public static void Correct(Span<float> probabilities, IReadOnlyList<double> trained, IReadOnlyList<double> expected)
    {
        ArgumentNullException.ThrowIfNull(trained);
        ArgumentNullException.ThrowIfNull(expected);
        int classes = trained.Count;
        if (expected.Count != classes || classes == 0 || probabilities.Length % classes != 0)
            throw new ArgumentException($"{probabilities.Length} probabilities, {classes} shares in training, {expected.Count} "
                + "expected.", nameof(expected));
        for (int row = 0; row < probabilities.Length; row += classes)
        {
            double sum = 0;
            for (int k = 0; k < classes; k++)
                sum += probabilities[row + k] * expected[k] / trained[k];
            if (sum > 0)
            {
                for (int k = 0; k < classes; k++)
                    probabilities[row + k] = (float)(probabilities[row + k] * expected[k] / trained[k] / sum);
            }
        }
    }

    /// <summary>Each class's share in training; null where it is not known.</summary>
    /// <param name="card">What the model says of itself.</param>
    public static IReadOnlyList<double>? SharesOf(ModelCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        return card.ClassShares.Count > 0 ? card.ClassShares
            : card.Labels.SequenceEqual(FacialExpressions.Fer2013Names) ? FacialExpressions.Fer2013Shares
            : null;
    }
}
