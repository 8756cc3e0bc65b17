using System.Diagnostics;
using System.Runtime.CompilerServices;
using Mien.Batches;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.Tests.Batches;

public class RecognizeManyTests
{
    private static readonly RecognizerOptions Cropped = RecognizerOptions.Default with { FaceMode = FaceMode.Cropped, Threads = 1 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Results_come_in_the_order_of_the_files_and_are_those_of_one_picture_at_a_time()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string[] files = Pictures(folder, 60);
        using var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        List<PictureResult<string>> results = await recognizer.RecognizeManyAsync(files, new BatchOptions { Workers = 4, Faces = 7 }, Token)
            .ToListAsync(Token);
        Assert.Equal(files, results.Select(result => result.Source));
        foreach (PictureResult<string> result in results)
        {
            Face expected = Assert.Single(recognizer.Recognize(result.Source));
            Face face = Assert.Single(result.Faces!);
            Assert.Equal(((int)expected.Box.Width, (int)expected.Box.Height), (result.Width, result.Height));
            AssertClose(expected.Probabilities, face.Probabilities);
        }
    }

    [Fact]
    public async Task Faces_that_are_found_are_those_of_one_picture_at_a_time()
    {
        string average = Path.Combine(TestData.Root, "samples", "average-faces.png");
        using var recognizer = ExpressionRecognizer.CreateDefault(RecognizerOptions.Default with { Threads = 1 });
        IReadOnlyList<Face> expected = recognizer.Recognize(average);
        await foreach (PictureResult<string> result in recognizer.RecognizeManyAsync([average, average, average],
            new BatchOptions { Workers = 2 }, Token))
        {
            Assert.Equal(expected.Select(face => face.Box), result.Faces!.Select(face => face.Box));
            Assert.All(expected.Zip(result.Faces!), pair => AssertClose(pair.First.Probabilities, pair.Second.Probabilities));
        }
    }

    [Fact]
    public async Task A_file_that_fails_carries_its_error_and_stops_nothing()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string[] good = Pictures(folder, 3);
        string[] files = [good[0], folder.File("none.png"), good[1], folder.Write("text.jpg", "not a picture"), folder.Path, good[2]];
        using var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        List<PictureResult<string>> results = await recognizer.RecognizeManyAsync(files, cancellationToken: Token).ToListAsync(Token);
        Assert.Equal([true, false, true, false, false, true], results.Select(result => result.Error is null));
        Assert.All(results.Where(result => result.Error is not null), result =>
        {
            Assert.StartsWith(result.Source, result.Error, StringComparison.Ordinal);
            Assert.Null(result.Faces);
        });
    }

    [Fact]
    public async Task A_slow_reader_stops_the_work_instead_of_filling_the_memory()
    {
        int taken = 0;
        byte[] gray = new byte[48 * 48];
        async IAsyncEnumerable<int> Endless([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                yield return Interlocked.Increment(ref taken);
                await Task.Yield();
            }
        }

        using var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        var options = new BatchOptions { Workers = 2, Ahead = 10 };
        await foreach (PictureResult<int> result in recognizer.RecognizeManyAsync(Endless(Token), _ => Picture.FromGray(gray, 48, 48),
            options: options, cancellationToken: Token))
        {
            await Task.Delay(30, Token);
            // Ahead, and one each in the hands of the feeder and the reader.
            Assert.InRange(taken - result.Source, 0, 12);
            if (result.Source == 30)
                break;
        }

        int left = taken;
        await Task.Delay(100, Token);
        Assert.Equal(left, taken);
    }

    [Fact]
    public async Task A_canceled_enumeration_ends_at_once_and_says_so()
    {
        using var stop = new CancellationTokenSource();
        using var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        byte[] gray = new byte[48 * 48];
        int results = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (PictureResult<int> _ in recognizer.RecognizeManyAsync(Enumerable.Range(0, int.MaxValue).ToAsyncEnumerable(),
                _ => Picture.FromGray(gray, 48, 48), cancellationToken: stop.Token))
            {
                if (++results == 5)
                    await stop.CancelAsync();
            }
        });
        Assert.Equal(5, results);
    }

    [Fact]
    public async Task What_the_source_throws_comes_after_the_results_before_it()
    {
        static IEnumerable<string> Files(string[] good)
        {
            foreach (string file in good)
                yield return file;
            throw new InvalidOperationException("the disk is gone");
        }

        using TemporaryFolder folder = TestData.NewFolder();
        using var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        int results = 0;
        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (PictureResult<string> _ in recognizer.RecognizeManyAsync(Files(Pictures(folder, 4)), cancellationToken: Token))
                results++;
        });
        Assert.Equal(("the disk is gone", 4), (error.Message, results));
    }

    [Fact]
    public async Task Each_picture_is_seen_with_its_faces_while_its_pixels_are_there()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string[] files = Pictures(folder, 10);
        using var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        IAsyncEnumerable<PictureResult<string>> results = recognizer.RecognizeManyAsync(
            files.ToAsyncEnumerable(), file => Picture.Load(file),
            seen: (file, picture, faces) => seen[file] = file == files[3] ? throw new MienException($"{file}: no room")
                : picture.Width * faces.Count, cancellationToken: Token);
        PictureResult<string>[] all = [.. await results.ToListAsync(Token)];
        Assert.Equal(9, seen.Count);
        Assert.Equal($"{files[3]}: no room", all[3].Error);
        Assert.All(all.Where(result => result.Error is null), result => Assert.Equal(result.Width, seen[result.Source]));
    }

    [Theory]
    [InlineData("pixels")]
    [InlineData("load")]
    [InlineData("seen")]
    public async Task Whatever_a_callback_throws_is_that_pictures_error_and_the_workers_go_on(string where)
    {
        using var others = new CancellationTokenSource();
        await others.CancelAsync();
        using var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        // More failures of each kind than workers, so that none would be left if one of them ended its worker.
        Exception?[] errors = [.. Enumerable.Range(0, 40).Select(i => (Exception?)((i % 5) switch
        {
            0 => new OperationCanceledException("gave up"),
            1 => new TaskCanceledException("timed out"),
            2 => new OperationCanceledException(others.Token),
            3 => new InvalidOperationException("no such thing"),
            _ => null,
        }))];
        List<PictureResult<int>> results = await recognizer.RecognizeManyAsync(
            Enumerable.Range(0, errors.Length).ToAsyncEnumerable(),
            i => At("load", i) ? Gray() : null!,
            i => At("pixels", i) ? 48 * 48 : 0,
            where == "seen" ? (i, _, _) => At("seen", i) : null,
            new BatchOptions { Workers = 2 }, Token).ToListAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Token);
        Assert.Equal(Enumerable.Range(0, errors.Length), results.Select(result => result.Source));
        Assert.All(results, result =>
        {
            Exception? error = errors[result.Source];
            Assert.Same(error, result.Exception);
            Assert.Equal(error is null ? null : $"{result.Source}: {error.Message}", result.Error);
            Assert.Equal(error is null, result.Faces is not null);
        });

        bool At(string place, int i) => place != where || errors[i] is null ? true : throw errors[i]!;
    }

    [Fact]
    public async Task What_the_measuring_callback_throws_ends_no_worker()
    {
        var error = new OperationCanceledException("enough measured");
        int batches = 0;
        using var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        var options = new BatchOptions { Workers = 1, Faces = 1, Classified = (_, _) => _ = batches++ == 0 ? throw error : 0 };
        List<PictureResult<int>> results = await recognizer
            .RecognizeManyAsync(Enumerable.Range(0, 5).ToAsyncEnumerable(), _ => Gray(), options: options, cancellationToken: Token)
            .ToListAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Token);
        Assert.Equal([error, null, null, null, null], results.Select(result => result.Exception));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_cancellation_no_further_stage_begins(bool isSeen)
    {
        using var stop = new CancellationTokenSource();
        using var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        (int opened, int after) = (0, 0);
        var options = new BatchOptions { Workers = 1, Classified = (_, _) => Count() };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => recognizer.RecognizeManyAsync(
            Enumerable.Range(0, 3).ToAsyncEnumerable(), Load,
            seen: isSeen ? (_, _, _) => Count() : null,
            options: options, cancellationToken: stop.Token).ToListAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Token));
        Assert.Equal((3, 0), (opened, after));

        void Count() => after += stop.IsCancellationRequested ? 1 : 0;

        Picture Load(int i)
        {
            opened++;
            // As a callback that heeds the same token does.
            if (i == 2)
                stop.Cancel();
            return Gray();
        }
    }

    [Fact]
    public async Task A_canceled_batch_waits_for_no_source_that_does_not_heed_its_token()
    {
        using var stop = new CancellationTokenSource();
        using var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        var never = new TaskCompletionSource();
        async IAsyncEnumerable<int> Deaf()
        {
            yield return 1;
            await never.Task;
        }

        await using IAsyncEnumerator<PictureResult<int>> results = recognizer
            .RecognizeManyAsync(Deaf(), _ => Gray(), cancellationToken: stop.Token).GetAsyncEnumerator(Token);
        Assert.True(await results.MoveNextAsync());
        ValueTask<bool> next = results.MoveNextAsync();
        long begun = Stopwatch.GetTimestamp();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        // A tenth of a second, and what a busy machine takes.
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, 0.7);
        never.SetResult();
    }

    [Fact]
    public async Task Leaving_early_ends_the_workers()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        (int running, int begun, int classified) = (0, 0, 0);
        var options = new BatchOptions { Workers = 3, Classified = (_, _) => Interlocked.Increment(ref classified) };
        IAsyncEnumerable<int> endless = Enumerable.Range(0, int.MaxValue).ToAsyncEnumerable();
        await foreach (PictureResult<int> _ in recognizer.RecognizeManyAsync(endless, Load, options: options, cancellationToken: Token))
            break;
        (int begunThen, int classifiedThen) = (begun, classified);
        Assert.Equal(0, running);
        await Task.Delay(200, Token);
        Assert.Equal((begunThen, classifiedThen), (begun, classified));

        Picture Load(int i)
        {
            Interlocked.Increment(ref begun);
            Interlocked.Increment(ref running);
            Thread.Sleep(5);
            Interlocked.Decrement(ref running);
            return Gray();
        }
    }

    [Fact]
    public void Options_out_of_range_are_refused_at_once()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault(Cropped);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            recognizer.RecognizeManyAsync(["a.jpg"], new BatchOptions { Workers = -1 }, Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => recognizer.RecognizeManyAsync(["a.jpg"], new BatchOptions { Faces = 0 }, Token));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            recognizer.RecognizeManyAsync(["a.jpg"], new BatchOptions { PixelsInFlight = 0 }, Token));
    }

    private static Picture Gray() => Picture.FromGray(new byte[48 * 48], 48, 48);

    /// <summary>Pictures of noise, each of another size.</summary>
    internal static string[] Pictures(TemporaryFolder folder, int count)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            byte[] gray = new byte[(40 + i) * 50];
            random.NextBytes(gray);
            string file = folder.File($"{i:000}.png");
            File.WriteAllBytes(file, Picture.FromGray(gray, 40 + i, 50).ToPng());
            return file;
        })];
    }

    /// <summary>A batch of another size may add up in another order: the last digit of a float.</summary>
    internal static void AssertClose(IReadOnlyList<float> expected, IReadOnlyList<float> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
            Assert.Equal(expected[i], actual[i], 1e-5f);
    }
}
