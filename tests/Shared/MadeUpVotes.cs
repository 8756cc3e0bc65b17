namespace Mien.TestSupport;

/// <summary>FER+ votes for made-up faces.</summary>
internal static class MadeUpVotes
{
    private static readonly string[] Choices = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt",
        "unknown", "NF"];

    /// <summary>A fer2013new.csv by which all ten taggers say of every face what its label is.</summary>
    public static string AsLabeled(IEnumerable<(string Split, int Label)> faces) =>
        string.Join('\n', faces.Select(face => $"{face.Split},{string.Join(',', Choices.Select((_, choice) => choice == face.Label ? 10 : 0))}").Prepend($"Usage,{string.Join(',', Choices)}"));
}
