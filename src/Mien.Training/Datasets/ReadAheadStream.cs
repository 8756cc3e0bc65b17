using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Mien.Training.Datasets;

/// <summary>Reads another stream on a second thread, a few blocks ahead, so that decompression and parsing overlap.</summary>
internal sealed class ReadAheadStream : ForwardStream
{
    private const int BlockSize = 1 << 18;

    private readonly Channel<(byte[] Block, int Length)> _full = Channel.CreateBounded<(byte[], int)>(4);
    private readonly Channel<byte[]> _free = Channel.CreateUnbounded<byte[]>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reader;
    private byte[]? _block;
    private int _length;
    private int _position;

    public ReadAheadStream(Stream inner)
    {
        _reader = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    byte[] block = _free.Reader.TryRead(out byte[]? used) ? used : new byte[BlockSize];
                    int length = Fill(inner, block, out ExceptionDispatchInfo? error);
                    if (length > 0)
                        await _full.Writer.WriteAsync((block, length), _stop.Token).ConfigureAwait(false);
                    error?.Throw();
                    if (length == 0)
                        break;
                }

                _full.Writer.Complete();
            }
            catch (Exception e)
            {
                // The consumer meets the error where the bytes end.
                _full.Writer.Complete(e);
            }
            finally
            {
                inner.Dispose();
            }
        });
    }

    public override int Read(Span<byte> buffer)
    {
        if (_block is null || _position == _length)
        {
            if (_block is not null)
                _free.Writer.TryWrite(_block);
            _block = null;
            if (!_full.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult()
                || !_full.Reader.TryRead(out (byte[] Block, int Length) next))
                return 0;
            (_block, _length) = next;
            _position = 0;
        }

        int count = Math.Min(buffer.Length, _length - _position);
        _block.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    /// <summary>Fills a block; what comes before an error is still handed out, so that the row it stands in can be named.</summary>
    private static int Fill(Stream inner, byte[] block, out ExceptionDispatchInfo? error)
    {
        int length = 0;
        error = null;
        try
        {
            int read;
            do
            {
                read = inner.Read(block, length, block.Length - length);
                length += read;
            }
            while (read > 0 && length < block.Length);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            error = ExceptionDispatchInfo.Capture(e);
        }

        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Cancel();
            _reader.Wait();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }
}
