using Mien.Batches;
using Mien.Imaging;

namespace Mien.Tests.Batches;

public sealed class PictureQueueTests : IDisposable
{
    private readonly ExpressionRecognizer _recognizer = ExpressionRecognizer.CreateDefault(
        RecognizerOptions.Default with { FaceMode = FaceMode.Cropped, Threads = 1 });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pictures_of_many_callers_get_the_faces_that_each_has_alone()
    {
        await using var queue = new PictureQueue(_recognizer, 200);
        await Parallel.ForAsync(0, 100, Token, async (i, token) =>
        {
            PictureFaces read = await queue.TryAdd([Gray(i)], token)![0];
            Assert.Equal(48 + i, read.Width);
            Face expected = Assert.Single(_recognizer.Recognize(Picture(i)));
            Assert.All(expected.Probabilities.Zip(Assert.Single(read.Faces).Probabilities),
                pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        });
        Assert.Equal(0, queue.Held);
    }

    [Fact]
    public async Task What_has_no_room_is_refused_as_a_whole_and_room_comes_back()
    {
        using var hold = new ManualResetEventSlim();
        await using var queue = new PictureQueue(_recognizer, 3, new BatchOptions { Workers = 1, Classified = (_, _) => hold.Wait() });
        IReadOnlyList<Task<PictureFaces>> accepted = queue.TryAdd([Gray(1), Gray(2)], Token)!;
        Assert.Null(queue.TryAdd([Gray(3), Gray(4)], Token));
        Assert.Equal(2, queue.Held);
        Assert.NotNull(queue.TryAdd([Gray(3)], Token));
        Assert.Null(queue.TryAdd([Gray(4)], Token));
        hold.Set();
        await Task.WhenAll(accepted);
        await queue.DisposeAsync();
        Assert.Equal(0, queue.Held);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => queue.TryAdd([Gray(5)], Token)![0]);
    }

    [Fact]
    public async Task Whose_caller_is_gone_is_not_read_and_one_that_fails_stops_no_other()
    {
        using var hold = new ManualResetEventSlim();
        using var gone = new CancellationTokenSource();
        await using var queue = new PictureQueue(_recognizer, 10,
            new BatchOptions { Workers = 1, Faces = 1, Classified = (_, _) => hold.Wait() });
        Task<PictureFaces> first = queue.TryAdd([Gray(1)], Token)![0];
        bool opened = false;
        Task<PictureFaces> abandoned = queue.TryAdd([new QueuedPicture(() => { opened = true; return Picture(2); })], gone.Token)![0];
        Task<PictureFaces> failing = queue.TryAdd([new QueuedPicture(() => throw new MienException("no picture"))], Token)![0];
        Task<PictureFaces> last = queue.TryAdd([Gray(3)], Token)![0];
        await gone.CancelAsync();
        hold.Set();
        Assert.Single((await first).Faces);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
        Assert.False(opened);
        Assert.Equal("no picture", (await Assert.ThrowsAsync<MienException>(() => failing)).Message);
        Assert.Single((await last).Faces);
    }

    [Fact]
    public async Task A_picture_that_gives_up_ends_no_worker()
    {
        var error = new OperationCanceledException("gave up");
        var queue = new PictureQueue(_recognizer, 10, new BatchOptions { Workers = 1 });
        IReadOnlyList<Task<PictureFaces>> read = queue.TryAdd(
            [new QueuedPicture(() => throw error), Gray(1) with { Seen = (_, _) => throw error }, Gray(2)], Token)!;
        Assert.Same(error, await Assert.ThrowsAsync<OperationCanceledException>(() => read[0].WaitAsync(TimeSpan.FromSeconds(60), Token)));
        Assert.Same(error, await Assert.ThrowsAsync<OperationCanceledException>(() => read[1].WaitAsync(TimeSpan.FromSeconds(60), Token)));
        Assert.Single((await read[2].WaitAsync(TimeSpan.FromSeconds(60), Token)).Faces);
        await queue.DisposeAsync();
        Assert.Equal(0, queue.Held);
    }

    [Fact]
    public async Task All_that_was_accepted_is_read_before_the_queue_is_gone()
    {
        var queue = new PictureQueue(_recognizer, 50, new BatchOptions { Workers = 2 });
        IReadOnlyList<Task<PictureFaces>> accepted = queue.TryAdd([.. Enumerable.Range(0, 50).Select(Gray)], Token)!;
        await queue.DisposeAsync();
        Assert.All(accepted, picture => Assert.True(picture.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task A_picture_is_seen_with_its_pixels_and_faces()
    {
        await using var queue = new PictureQueue(_recognizer, 1);
        (int width, int faces) = (0, 0);
        await queue.TryAdd([Gray(7) with { Seen = (picture, found) => (width, faces) = (picture.Width, found.Count) }], Token)![0];
        Assert.Equal((55, 1), (width, faces));
    }

    /// <inheritdoc/>
    public void Dispose() => _recognizer.Dispose();

    private static QueuedPicture Gray(int i) => new(() => Picture(i));

    private static Picture Picture(int i)
    {
        byte[] pixels = new byte[(48 + i) * 48];
        new Random(i).NextBytes(pixels);
        return Mien.Imaging.Picture.FromGray(pixels, 48 + i, 48);
    }
}
