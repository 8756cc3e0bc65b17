using System.Diagnostics;

namespace Mien.Load;

/// <summary>The same pictures through the library's own batches: what a server can at best reach.</summary>
internal static class LibraryRun
{
    /// <returns>Pictures a second.</returns>
    public static async Task<double> Measure(byte[] picture, int count)
    {
        using var recognizer = ExpressionRecognizer.CreateDefault(RecognizerOptions.Default with { Threads = 1 });
        await Read(recognizer, picture, 20);
        long begun = Stopwatch.GetTimestamp();
        await Read(recognizer, picture, count);
        return count / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static async Task Read(ExpressionRecognizer recognizer, byte[] picture, int count)
    {
        await foreach (var result in recognizer.RecognizeManyAsync(Enumerable.Repeat(picture, count).ToAsyncEnumerable(),
            bytes => recognizer.Load(new MemoryStream(bytes))))
        {
            if (result.Error is { } error)
                throw new MienException(error);
        }
    }
}
