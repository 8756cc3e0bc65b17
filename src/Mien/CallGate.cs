namespace Mien;

/// <summary>Lets calls into an object until it is disposed, and lets the disposal wait for those under way.</summary>
/// <remarks>A native session that is freed while a call runs in it takes the whole process down.</remarks>
internal sealed class CallGate
{
    private readonly object _sync = new();
    private int _calls;
    private bool _closed;

    /// <summary>Begins a call, which ends when the result is disposed.</summary>
    /// <param name="owner">The object that is called.</param>
    /// <exception cref="ObjectDisposedException">The gate is closed.</exception>
    public Call Enter(object owner)
    {
        lock (_sync)
        {
            ObjectDisposedException.ThrowIf(_closed, owner);
            _calls++;
        }

        return new Call(this);
    }

    /// <summary>Throws where the gate is closed.</summary>
    /// <param name="owner">The object that is called.</param>
    /// <exception cref="ObjectDisposedException">The gate is closed.</exception>
    public void ThrowIfClosed(object owner)
    {
        lock (_sync)
            ObjectDisposedException.ThrowIf(_closed, owner);
    }

    /// <summary>Refuses further calls and waits until those under way have ended.</summary>
    /// <returns>Whether this was the first call of this method: only then is there something to free.</returns>
    public bool Close()
    {
        lock (_sync)
        {
            bool first = !_closed;
            _closed = true;
            while (_calls > 0)
                Monitor.Wait(_sync);
            return first;
        }
    }

    private void Leave()
    {
        lock (_sync)
        {
            if (--_calls == 0)
                Monitor.PulseAll(_sync);
        }
    }

    /// <summary>One call under way.</summary>
    public readonly ref struct Call(CallGate gate)
    {
        public void Dispose() => gate.Leave();
    }
}
