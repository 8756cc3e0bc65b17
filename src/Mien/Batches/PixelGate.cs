namespace Mien.Batches;

/// <summary>Lets workers decode as long as the pixels of all their pictures fit; one picture is always let through.</summary>
internal sealed class PixelGate(long capacity)
{
    private readonly Lock _lock = new();
    private readonly Queue<(long Pixels, TaskCompletionSource Turn)> _waiting = [];
    private long _used;

    /// <summary>Waits until there is room; first come, first served, so that a large picture is not passed over for ever.</summary>
    public async Task EnterAsync(long pixels, CancellationToken cancellationToken)
    {
        Task turn;
        lock (_lock)
        {
            if (_waiting.Count == 0 && Fits(pixels))
            {
                _used += pixels;
                return;
            }

            var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((pixels, source));
            turn = source.Task;
        }

        // Canceled, the whole pipeline ends: the place in the queue needs no undoing.
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Leave(long pixels)
    {
        lock (_lock)
        {
            _used -= pixels;
            while (_waiting.TryPeek(out (long Pixels, TaskCompletionSource Turn) next) && Fits(next.Pixels))
            {
                _waiting.Dequeue();
                _used += next.Pixels;
                next.Turn.SetResult();
            }
        }
    }

    private bool Fits(long pixels) => _used == 0 || _used + pixels <= capacity;
}
