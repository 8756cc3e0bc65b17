using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace Mien.Cli.Predictions;

/// <summary>What an output file already holds: which pictures need not be read again, and where its last whole line ends.</summary>
/// <remarks>16 bytes of hash a picture are kept, not names: a million pictures cost some 50 MB less than their paths would.</remarks>
internal sealed class DoneFiles
{
    private readonly Dictionary<UInt128, int> _done = [];

    /// <summary>Pictures that it holds.</summary>
    public long Count { get; private set; }

    /// <summary>Those of them that could not be read.</summary>
    public long Failed { get; private set; }

    /// <summary>Reads the file, and cuts off what a kill left half written.</summary>
    /// <param name="path">JSON lines or CSV.</param>
    /// <param name="header">CSV's first line, without its end; null for JSON lines.</param>
    /// <exception cref="MienException">The file is of another kind, or can't be read.</exception>
    public static DoneFiles Read(string path, string? header)
    {
        var done = new DoneFiles();
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
            long end = header is null ? done.ReadJson(stream, path) : done.ReadCsv(stream, path, header);
            if (end == 0 && !IsBeginning(stream, header ?? "{\"file\":"))
                throw NoResult(path, line: 1);
            stream.SetLength(end);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{path}: can't be gone on with ({e.Message}).", e);
        }

        return done;
    }

    /// <summary>Whether a picture is done; each time that it was written counts for one time that it is asked for.</summary>
    public bool Take(string file)
    {
        UInt128 key = Key(file);
        if (!_done.TryGetValue(key, out int times))
            return false;
        if (times == 1)
            _done.Remove(key);
        else
            _done[key] = times - 1;
        return true;
    }

    /// <summary>Whether a file without a whole line may be the beginning of one of ours: nothing else is cut.</summary>
    private static bool IsBeginning(FileStream stream, string expected)
    {
        stream.Position = 0;
        byte[] bytes = new byte[Math.Min(stream.Length, Encoding.UTF8.GetByteCount(expected))];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetBytes(expected).AsSpan().StartsWith(bytes);
    }

    private long ReadJson(FileStream stream, string path)
    {
        long end = 0;
        long number = 0;
        foreach ((long lineEnd, ReadOnlyMemory<byte> line) in Records(stream, quotes: false))
        {
            number++;
            (string? file, bool failed) = FileOf(line.Span);
            if (file is null)
                throw NoResult(path, number);
            Add(file, failed);
            end = lineEnd;
        }

        return end;
    }

    /// <summary>A line that is damaged, or of another program.</summary>
    internal static MienException NoResult(string path, long line) => new(
        $"{path}, line {line}: damaged, or no result of `mien predict`. "
        + "Remove that line, and --resume reads its picture again; or give another --out.");

    /// <summary>A JSON line's `file`, its first field, and whether an error comes next; null where it is no such line.</summary>
    private static (string? File, bool Failed) FileOf(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            bool begins = reader.Read() && reader.TokenType == JsonTokenType.StartObject
                && reader.Read() && reader.ValueTextEquals("file") && reader.Read();
            if (!begins)
                return (null, false);
            string? file = reader.GetString();
            bool failed = reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("error");
            // A line is whole or it is none: what is to become a table must be readable to its end.
            while (reader.Read())
                reader.TrySkip();
            return (file, failed);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, false);
        }
    }

    /// <summary>A picture has a line a face, and nothing says how many: the last one's are cut off and written again.</summary>
    private long ReadCsv(FileStream stream, string path, string header)
    {
        long end = 0;
        long begin = 0;
        string? last = null;
        bool lastFailed = false;
        bool first = true;
        foreach ((long lineEnd, ReadOnlyMemory<byte> line) in Records(stream, quotes: true))
        {
            string text = Encoding.UTF8.GetString(line.Span);
            if (first)
            {
                if (text != header)
                    throw new MienException($"{path}: begins with other columns than this run writes. Give another --out.");
                first = false;
                end = lineEnd;
                continue;
            }

            string file = FirstCell(text, out int rest);
            string[] cells = text[rest..].Split(',', 5);
            if (cells.Length < 5)
                throw new MienException($"{path}: a line that begins {text[..Math.Min(text.Length, 40)]} has too few columns. Give another "
                    + "--out.");
            if (cells[3] is "" or "1")
            {
                if (last is not null)
                    Add(last, lastFailed);
                begin = end;
            }

            // Of a picture without a face, nothing but an error may stand in the last column.
            (last, lastFailed) = (file, cells[3].Length == 0 && !text.EndsWith(','));
            end = lineEnd;
        }

        return last is null ? end : begin;
    }

    private static string FirstCell(string text, out int rest)
    {
        if (!text.StartsWith('"'))
        {
            rest = text.IndexOf(',', StringComparison.Ordinal);
            rest = rest < 0 ? text.Length : rest;
            return text[..rest];
        }

        int at = 1;
        while (at < text.Length && (text[at] != '"' || (at + 1 < text.Length && text[at + 1] == '"')))
            at += text[at] == '"' ? 2 : 1;
        rest = Math.Min(at + 1, text.Length);
        return text[1..at].Replace("\"\"", "\"", StringComparison.Ordinal);
    }

    /// <summary>Whole lines with the place where each ends in the file; a last one without its end is left out.</summary>
    /// <param name="stream">From its beginning.</param>
    /// <param name="quotes">A line's end within quotes is none (RFC 4180).</param>
    internal static IEnumerable<(long End, ReadOnlyMemory<byte> Line)> Records(Stream stream, bool quotes)
    {
        byte[] buffer = new byte[1 << 16];
        int held = 0;
        int scanned = 0;
        long offset = 0;
        bool quoted = false;
        while (true)
        {
            if (held == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            int read = stream.Read(buffer, held, buffer.Length - held);
            if (read == 0)
                yield break;
            held += read;
            int start = 0;
            for (; scanned < held; scanned++)
            {
                if (quotes && buffer[scanned] == '"')
                    quoted = !quoted;
                if (buffer[scanned] != '\n' || quoted)
                    continue;
                yield return (offset + scanned + 1, buffer.AsMemory(start, scanned - start));
                start = scanned + 1;
            }

            buffer.AsSpan(start, held - start).CopyTo(buffer);
            offset += start;
            held -= start;
            scanned = held;
        }
    }

    /// <summary>Notes a picture as done.</summary>
    public void Add(string file, bool failed = false)
    {
        Failed += failed ? 1 : 0;
        UInt128 key = Key(file);
        _done[key] = _done.GetValueOrDefault(key) + 1;
        Count++;
    }

    private static UInt128 Key(string file) => XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(file));
}
