namespace Mien.Server.Safety;

/// <summary>Bytes of bodies that are held at once, so that many large uploads can't fill the memory.</summary>
internal sealed class BytesInFlight(ServerOptions options)
{
    private long _held;

    public long Held => Interlocked.Read(ref _held);

    /// <summary>Sets aside what a request says that it will send; disposing gives it back.</summary>
    /// <exception cref="RefusedException">It is more than a request may send, or than there is room for now.</exception>
    public IDisposable Reserve(HttpRequest request)
    {
        long bytes = request.ContentLength ?? options.MaxRequestBytes;
        if (bytes > options.MaxRequestBytes)
            throw RefusedException.TooLarge(options.MaxRequestBytes);
        if (Interlocked.Add(ref _held, bytes) <= options.MaxBytesInFlight)
            return new Reservation(this, bytes);
        Interlocked.Add(ref _held, -bytes);
        throw RefusedException.Busy();
    }

    private sealed class Reservation(BytesInFlight owner, long bytes) : IDisposable
    {
        public void Dispose() => Interlocked.Add(ref owner._held, -bytes);
    }
}
