using System.Buffers;

namespace Mien.Training.Datasets;

/// <summary>Lines of a UTF-8 stream as spans of bytes, without their end (LF or CRLF), the byte order mark dropped.</summary>
/// <param name="stream">The text.</param>
/// <param name="length">How many bytes it must have, where an archive says so: decompressors end quietly at a cut.</param>
internal sealed class LineReader(Stream stream, long? length = null) : IDisposable
{
    /// <summary>Longest line: a picture of 4096x4096 as text. Longer ones are not lines of a table.</summary>
    public const int MaxLine = 1 << 26;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
    private int _start;
    private int _end;
    private bool _ended;
    private long _read;

    /// <summary>Number of the line that was read last, 1 for the first.</summary>
    public int Line { get; private set; }

    /// <summary>Whether the line that was read last has no line end, as where a file is cut off.</summary>
    public bool Unfinished { get; private set; }

    /// <summary>Reads the next line; it is valid until the next call.</summary>
    /// <exception cref="InvalidDataException">A line is longer than <see cref="MaxLine"/>, or the stream is damaged or too
    /// short.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        int searched = 0;
        while (true)
        {
            int newline = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                line = Take(searched + newline, searched + newline + 1);
                return true;
            }

            searched = _end - _start;
            if (!_ended)
            {
                Fill();
                continue;
            }

            line = Take(searched, searched);
            Unfinished = searched > 0;
            return Unfinished;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private ReadOnlySpan<byte> Take(int length, int consumed)
    {
        ReadOnlySpan<byte> line = _buffer.AsSpan(_start, length);
        _start += consumed;
        if (Line++ == 0 && line.StartsWith("\uFEFF"u8))
            line = line[3..];
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= MaxLine)
                throw new InvalidDataException($"a line of more than {MaxLine} bytes");
            byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _ended = read == 0;
        _read += read;
        if (_ended && _read < length)
            throw new InvalidDataException($"cut off after {_read} bytes");
        _end += read;
    }
}
