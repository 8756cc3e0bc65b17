namespace Mien.Training.Datasets;

/// <summary>FER2013's three parts: learn on Training, choose on PublicTest, report on PrivateTest once.</summary>
public enum Split
{
    /// <summary>28,709 rows of FER2013.</summary>
    Training,

    /// <summary>The validation set: 3,589 rows of FER2013; every choice is made on it.</summary>
    PublicTest,

    /// <summary>The test set: 3,589 rows of FER2013; for the figure of a finished model.</summary>
    PrivateTest,
}

/// <summary>The words that files and folders use for the splits: the only place that knows them.</summary>
public static class SplitNames
{
    /// <summary>
    /// Reads `Training`, `PublicTest` or `PrivateTest`, and what others call them (`train`; `validation`, `valid`, `val`;
    /// `test`), in any case, blanks around it ignored.
    /// </summary>
    /// <returns>Whether <paramref name="name"/> is known.</returns>
    public static bool TryParse(ReadOnlySpan<char> name, out Split split)
    {
        Span<char> lower = stackalloc char[16];
        int length = name.Trim().ToLowerInvariant(lower);
        Split? found = length < 0 ? null : lower[..length] switch
        {
            "training" or "train" => Split.Training,
            "publictest" or "validation" or "valid" or "val" => Split.PublicTest,
            "privatetest" or "test" => Split.PrivateTest,
            _ => null,
        };
        split = found ?? default;
        return found is not null;
    }
}
