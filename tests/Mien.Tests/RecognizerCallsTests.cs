using System.Collections.Concurrent;
using Mien.Batches;
using Mien.Imaging;
using Mien.Tests.Batches;
using Mien.TestSupport;

namespace Mien.Tests;

/// <summary>The ways to call a recognizer.</summary>
public class RecognizerCallsTests
{
    private static readonly string AverageFaces = Path.Combine(TestData.Root, "samples", "average-faces.png");

    private static readonly RecognizerOptions Cropped = RecognizerOptions.Default with { FaceMode = FaceMode.Cropped, Threads = 1 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(PixelLayout.Rgba, 0)]
    [InlineData(PixelLayout.Bgra, 7)]
    [InlineData(PixelLayout.Rgb, 1)]
    [InlineData(PixelLayout.Bgr, 64)]
    public void Pixels_in_any_order_and_with_gaps_between_rows_are_the_same_picture(PixelLayout format, int gap)
    {
        byte[] rgba = new byte[13 * 9 * 4];
        new Random(3).NextBytes(rgba);
        string places = format switch { PixelLayout.Rgba => "rgba", PixelLayout.Bgra => "bgra", PixelLayout.Rgb => "rgb", _ => "bgr" };
        int stride = 13 * places.Length + gap;
        byte[] given = new byte[stride * 9];
        for (int y = 0; y < 9; y++)
        {
            for (int x = 0; x < 13; x++)
            {
                for (int place = 0; place < places.Length; place++)
                    given[y * stride + x * places.Length + place] = rgba[(y * 13 + x) * 4
                        + "rgba".IndexOf(places[place], StringComparison.Ordinal)];
            }
        }

        Picture picture = Picture.FromPixels(given.AsSpan(0, given.Length - gap), 13, 9, format, stride);
        Assert.Equal(Picture.FromRgba(rgba, 13, 9).ToRgba(), picture.ToRgba());
        Assert.Throws<ArgumentException>(() => Picture.FromPixels(given.AsSpan(0, given.Length - gap - 1), 13, 9, format, stride));
        Assert.Throws<ArgumentOutOfRangeException>(() => Picture.FromPixels(given, 13, 9, format, 5));
    }

    [Fact]
    public void Gray_pixels_are_read_like_the_gray_picture()
    {
        byte[] gray = new byte[60 * 50];
        new Random(4).NextBytes(gray);
        using var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        Assert.Equal(recognizer.Recognize(Picture.FromGray(gray, 60, 50))[0].Probabilities,
            recognizer.Recognize(gray, 60, 50, PixelLayout.Gray)[0].Probabilities);
    }

    [Fact]
    public async Task Asynchronous_calls_get_the_same_faces()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault();
        IReadOnlyList<Face> expected = recognizer.Recognize(AverageFaces);
        await using FileStream stream = File.OpenRead(AverageFaces);
        foreach (IReadOnlyList<Face> faces in (IReadOnlyList<Face>[])[await recognizer.RecognizeAsync(AverageFaces, Token),
            await recognizer.RecognizeAsync(stream, Token), await recognizer.RecognizeAsync(Picture.Load(AverageFaces), Token)])
            Assert.Equal(expected.Select(face => (face.Box, face.Confidence)), faces.Select(face => (face.Box, face.Confidence)));
    }

    [Fact]
    public async Task A_canceled_call_is_canceled()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => recognizer.RecognizeAsync(AverageFaces, stop.Token));
        using var waiting = new System.IO.Pipes.AnonymousPipeServerStream();
        using var reading = new System.IO.Pipes.AnonymousPipeClientStream(waiting.GetClientHandleAsString());
        using var soon = new CancellationTokenSource(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => recognizer.RecognizeAsync(reading, soon.Token)
            .WaitAsync(TimeSpan.FromSeconds(10), Token));
    }

    [Fact]
    public async Task A_picture_that_fails_throws_its_error_from_the_task()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        var error = await Assert.ThrowsAsync<MienException>(() => recognizer.RecognizeAsync("/nowhere.jpg", Token));
        Assert.Contains("/nowhere.jpg: not found", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_session_options_are_open_to_the_user_for_both_networks()
    {
        int calls = 0;
        using (var recognizer = ExpressionRecognizer.CreateDefault(RecognizerOptions.Default with
        {
            Session = session =>
            { calls++; session.EnableCpuMemArena = false; }
        }))
            recognizer.Recognize(Picture.FromGray(new byte[100 * 100], 100, 100));
        Assert.Equal(2, calls);
    }

    [Fact]
    public void An_execution_provider_that_is_not_there_is_named_with_its_package()
    {
        var error = Assert.Throws<MienException>(() =>
            ExpressionRecognizer.CreateDefault(RecognizerOptions.Default with
            {
                Session = session =>
            session.AppendExecutionProvider_CUDA(0)
            }));
        Assert.Contains("Microsoft.ML.OnnxRuntime.Gpu", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_threads_that_call_it_in_every_way_get_what_one_thread_gets()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string[] files = RecognizeManyTests.Pictures(folder, 12);
        // A small picture with faces beside those that are taken whole: both networks are under load.
        using var finder = ExpressionRecognizer.CreateDefault(RecognizerOptions.Default with { Threads = 2 });
        using var cropped = ExpressionRecognizer.CreateDefault(Cropped);
        Picture small = Shrunk(AverageFaces, 4);
        IReadOnlyList<Face> found = finder.Recognize(small);
        Assert.NotEmpty(found);
        IReadOnlyList<float>[] expected = [.. files.Select(file => cropped.Recognize(file)[0].Probabilities)];
        var failures = new ConcurrentQueue<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, 12).Select(number => new Thread(() =>
        {
            try
            {
                for (int round = 0; round < 8; round++)
                    Call(number + round, finder, cropped, small, found, files, expected);
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Empty(failures);
    }

    private static void Call(int kind, ExpressionRecognizer finder, ExpressionRecognizer cropped, Picture small, IReadOnlyList<Face> found,
        string[] files, IReadOnlyList<float>[] expected)
    {
        switch (kind % 4)
        {
            case 0:
                IReadOnlyList<Face> again = finder.Recognize(small);
                Assert.Equal(found.Select(face => face.Box), again.Select(face => face.Box));
                Assert.All(found.Zip(again), pair => RecognizeManyTests.AssertClose(pair.First.Probabilities, pair.Second.Probabilities));
                break;
            case 1:
                int which = kind % files.Length;
                RecognizeManyTests.AssertClose(expected[which], cropped.Recognize(files[which])[0].Probabilities);
                break;
            case 2:
                which = kind * 5 % files.Length;
                RecognizeManyTests.AssertClose(expected[which],
                    cropped.RecognizeAsync(files[which], Token).GetAwaiter().GetResult()[0].Probabilities);
                break;
            default:
                PictureResult<string>[] results = [.. cropped.RecognizeManyAsync(files, new BatchOptions { Workers = 3 }, Token)
                    .ToBlockingEnumerable(Token)];
                Assert.All(expected.Zip(results), pair => RecognizeManyTests.AssertClose(pair.First, pair.Second.Faces![0].Probabilities));
                break;
        }
    }

    /// <summary>Every n-th pixel: smaller, and quicker to search.</summary>
    private static Picture Shrunk(string file, int n)
    {
        Picture picture = Picture.Load(file);
        byte[] rgba = picture.ToRgba();
        (int width, int height) = (picture.Width / n, picture.Height / n);
        byte[] small = new byte[width * height * 4];
        for (int i = 0; i < width * height; i++)
            rgba.AsSpan((i / width * n * picture.Width + i % width * n) * 4, 4).CopyTo(small.AsSpan(i * 4));
        return Picture.FromRgba(small, width, height);
    }
}
