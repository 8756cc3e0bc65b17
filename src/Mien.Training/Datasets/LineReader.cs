using System.Buffers;

namespace Mien.Training.Datasets;

/// <summary>Lines of a UTF-8 stream as bytes, without copies: LF or CRLF, with or without a byte-order mark.</summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    // A row of 48x48 has at most 9.2 kB; a line past this limit is no row of any face.
    private const int LongestLine = 16 << 20;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>The line last read, counted from 1; 0 before the first.</summary>
    public long Line { get; private set; }

    /// <summary>Whether the line last read ends the file without a line end.</summary>
    public bool Unfinished { get; private set; }

    /// <summary>Reads one line; the span holds until the next call.</summary>
    /// <exception cref="InvalidDataException">The stream is damaged, or a line is longer than 16 MB.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        int searched = 0;
        while (true)
        {
            int newline = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                line = Take(searched + newline);
                _start++;
                return true;
            }

            searched = _end - _start;
            if (_ended)
            {
                Unfinished = searched > 0;
                line = Unfinished ? Take(searched) : default;
                return Unfinished;
            }

            Fill();
        }
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        stream.Dispose();
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        ReadOnlySpan<byte> line = _buffer.AsSpan(_start, length);
        _start += length;
        Line++;
        if (Line == 1 && line.StartsWith("\uFEFF"u8))
            line = line[3..];
        return line is [.. var withoutReturn, (byte)'\r'] ? withoutReturn : line;
    }

    private void Fill()
    {
        int kept = _end - _start;
        if (kept == _buffer.Length)
        {
            if (kept >= LongestLine)
                throw new InvalidDataException("a line is longer than 16 MB");
            byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(_start, kept).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        else
        {
            _buffer.AsSpan(_start, kept).CopyTo(_buffer);
        }

        (_start, _end) = (0, kept);
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _ended = read == 0;
    }
}
