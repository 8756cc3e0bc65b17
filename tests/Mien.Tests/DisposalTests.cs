using Microsoft.ML.OnnxRuntime;
using Mien.Detection;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.Tests;

/// <summary>An object that is disposed while others call it ends their calls or refuses them; the process lives on.</summary>
public class DisposalTests
{
    private const int Callers = 8;
    private const int Rounds = 200;
    private const int RecognizerRounds = 20;

    private static readonly Picture Photo = Picture.Load(Path.Combine(TestData.Root, "samples", "average-faces.png"));

    private static readonly RecognizerOptions Cropped = RecognizerOptions.Default with { FaceMode = FaceMode.Cropped, Threads = 1 };

    [Fact]
    public void A_disposed_object_says_so()
    {
        var classifier = ExpressionClassifier.CreateDefault();
        byte[] face = new byte[classifier.Card.Input.Size * classifier.Card.Input.Size];
        classifier.Dispose();
        classifier.Dispose();
        Assert.Throws<ObjectDisposedException>(() => classifier.Classify(face, 1));
        Assert.Throws<ObjectDisposedException>(() => classifier.ClassifyWithFeatures(face, 1));

        var detector = new FaceDetector();
        detector.Dispose();
        detector.Dispose();
        Assert.Throws<ObjectDisposedException>(() => detector.Detect(Photo));

        var meter = new FaceQualityMeter();
        meter.Dispose();
        meter.Dispose();
        Assert.Throws<ObjectDisposedException>(() => meter.Measure(face, 1, 48));
    }

    [Fact]
    public async Task A_disposed_recognizer_says_so_whatever_is_called()
    {
        var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        Face face = Assert.Single(recognizer.Recognize(Photo));
        recognizer.Dispose();
        recognizer.Dispose();
        CancellationToken token = TestContext.Current.CancellationToken;
        Assert.Throws<ObjectDisposedException>(() => recognizer.Recognize(Photo));
        Assert.Throws<ObjectDisposedException>(() => recognizer.Recognize("nowhere.jpg"));
        Assert.Throws<ObjectDisposedException>(() => recognizer.Recognize(Stream.Null));
        Assert.Throws<ObjectDisposedException>(() => recognizer.Explain(Photo));
        Assert.Throws<ObjectDisposedException>(() => recognizer.Explain(Photo, face));
        Assert.Throws<ObjectDisposedException>(() => recognizer.RecognizeManyAsync(["nowhere.jpg"], cancellationToken: token));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => recognizer.RecognizeAsync(Photo, token));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => recognizer.RecognizeAsync("nowhere.jpg", token));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => recognizer.RecognizeAsync(Stream.Null, token));
    }

    [Fact]
    public async Task Many_threads_call_a_classifier_while_one_disposes_it()
    {
        byte[] faces = new byte[48 * 48];
        using var session = new SessionOptions { IntraOpNumThreads = 1 };
        await DisposeAmidCalls(Rounds, () => ExpressionClassifier.CreateDefault(session), classifier => classifier.Classify(faces, 1));
    }

    [Fact]
    public Task Many_threads_call_a_recognizer_while_one_disposes_it() =>
        DisposeAmidCalls(RecognizerRounds, () => ExpressionRecognizer.CreateDefault(Cropped), recognizer => recognizer.Recognize(Photo));

    [Fact]
    public async Task A_task_that_was_given_up_does_not_outlive_the_detector()
    {
        for (int round = 0; round < 10; round++)
        {
            Task<IReadOnlyList<Face>> task;
            using (var recognizer = ExpressionRecognizer.CreateDefault(RecognizerOptions.Default with { Threads = 1 }))
            {
                task = recognizer.RecognizeAsync(Photo, TestContext.Current.CancellationToken);
                await Task.WhenAny(task, Task.Delay(round * 3, TestContext.Current.CancellationToken));
            }

            Exception? error = await Record.ExceptionAsync(() => task);
            Assert.True(error is null or ObjectDisposedException, error?.ToString());
        }
    }

    private static async Task DisposeAmidCalls<T>(int rounds, Func<T> create, Action<T> call) where T : IDisposable
    {
        for (int round = 0; round < rounds; round++)
        {
            T called = create();
            using var started = new CountdownEvent(Callers);
            Task[] callers = [.. Enumerable.Range(0, Callers).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    started.Signal();
                    CallUntilDisposed(() => call(called));
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
            started.Wait(TestContext.Current.CancellationToken);
            Thread.Sleep(round % 4);
            called.Dispose();
            // Nobody runs in the network now: what comes later is refused.
            await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
    }

    private static void CallUntilDisposed(Action call)
    {
        while (true)
        {
            try
            {
                call();
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }
}
