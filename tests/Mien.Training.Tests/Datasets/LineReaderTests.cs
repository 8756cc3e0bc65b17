using System.Text;
using CsCheck;
using Mien.Training.Datasets;

namespace Mien.Training.Tests.Datasets;

public class LineReaderTests
{
    [Fact]
    public void Lines_are_the_same_however_the_stream_comes_in_pieces()
    {
        Gen<string> line = Gen.String[Gen.Char["ab,\" 19"], 0, 30];
        Gen.Select(line.Array[1, 20], Gen.Bool, Gen.Bool, Gen.Bool, Gen.Int[1, 40], Gen.Bool).Sample(
            (lines, mark, returns, final, piece, ahead) =>
            {
                // Without a line end, an empty last line is no line.
                if (!final && lines[^1].Length == 0)
                    lines[^1] = "x";
                string end = returns ? "\r\n" : "\n";
                string text = (mark ? "\uFEFF" : "") + string.Join(end, lines) + (final ? end : "");
                Stream stream = new Pieces(Encoding.UTF8.GetBytes(text), piece);
                using Stream source = ahead ? new ReadAheadStream(stream) : stream;
                return Read(source).SequenceEqual(lines);
            },
            iter: 500, seed: "0000KaB3QYd1", threads: 1);
    }

    [Fact]
    public void What_was_read_before_an_error_is_given_out_before_it()
    {
        using var ahead = new ReadAheadStream(new Pieces("one\ntwo\nth"u8.ToArray(), 5) { BreaksAtTheEnd = true });
        using var lines = new LineReader(ahead);
        Assert.True(lines.TryRead(out _));
        Assert.True(lines.TryRead(out ReadOnlySpan<byte> second));
        Assert.Equal("two", Encoding.UTF8.GetString(second));
        Assert.Throws<InvalidDataException>(() => lines.TryRead(out _));
        Assert.Equal(2, lines.Line);
    }

    [Fact]
    public void A_stream_shorter_than_it_must_be_is_damaged()
    {
        using var lines = new LineReader(new MemoryStream("one\n"u8.ToArray()), length: 8);
        Assert.True(lines.TryRead(out _));
        Assert.Throws<InvalidDataException>(() => lines.TryRead(out _));
    }

    private static List<string> Read(Stream stream)
    {
        using var reader = new LineReader(stream);
        var lines = new List<string>();
        while (reader.TryRead(out ReadOnlySpan<byte> line))
            lines.Add(Encoding.UTF8.GetString(line));
        return lines;
    }

    /// <summary>A stream that gives a few bytes at a time, as decompressors may.</summary>
    private sealed class Pieces(byte[] content, int size) : MemoryStream(content)
    {
        public bool BreaksAtTheEnd { get; init; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (BreaksAtTheEnd && Position == Length)
                throw new InvalidDataException("broken");
            return base.Read(buffer, offset, Math.Min(size, count));
        }
    }
}
