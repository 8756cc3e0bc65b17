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
