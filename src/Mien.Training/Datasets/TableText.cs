using System.Text;

namespace Mien.Training.Datasets;

/// <summary>The characters of tables, however a spreadsheet saved them: UTF-8 with or without mark, UTF-16, Windows-1252
/// (Latin-1).</summary>
internal static class TableText
{
    private const int Looked = 4;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>UTF-16 by its mark, or by the zeros that ASCII has in it; null for anything else.</summary>
    /// <param name="head">The first bytes.</param>
    public static Encoding? Utf16(ReadOnlySpan<byte> head) => head switch
    {
        [0xff, 0xfe, ..] or [not 0, 0, not 0, 0, ..] => Encoding.Unicode,
        [0xfe, 0xff, ..] or [0, not 0, 0, not 0, ..] => Encoding.BigEndianUnicode,
        _ => null,
    };

    /// <summary>The first line of a text; the whole of <paramref name="head"/> where it ends before the line does.</summary>
    public static string FirstLine(ReadOnlySpan<byte> head)
    {
        string text = (Utf16(head) ?? Encoding.UTF8).GetString(head);
        return text.Split('\n')[0].Trim('\uFEFF', ' ', '\r');
    }

    /// <summary>A whole text. What is no UTF-8 is read as Windows-1252, which spreadsheets write west of it.</summary>
    public static string Decode(byte[] bytes)
    {
        if (Utf16(bytes) is { } utf16)
            return utf16.GetString(bytes).TrimStart('\uFEFF');
        try
        {
            return Strict.GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetString(bytes);
        }
    }

    /// <summary>A text of any length as UTF-8, read as it comes.</summary>
    /// <param name="stream">From the first byte on; it is disposed of with the result.</param>
    /// <param name="changed">Whether bytes are other ones than the stream's.</param>
    public static Stream AsUtf8(Stream stream, out bool changed)
    {
        byte[] head = new byte[Looked];
        int length = stream.ReadAtLeast(head, Looked, throwOnEndOfStream: false);
        var whole = new Rejoined(head.AsMemory(0, length), stream);
        Encoding? utf16 = Utf16(head.AsSpan(0, length));
        changed = utf16 is not null;
        return utf16 is null ? whole : Encoding.CreateTranscodingStream(whole, utf16, Encoding.UTF8);
    }

    /// <summary>A stream with the bytes put back that were looked at.</summary>
    private sealed class Rejoined(ReadOnlyMemory<byte> head, Stream rest) : ForwardStream
    {
        private ReadOnlyMemory<byte> _head = head;

        public override int Read(Span<byte> buffer)
        {
            if (_head.IsEmpty)
                return rest.Read(buffer);
            int length = Math.Min(buffer.Length, _head.Length);
            _head.Span[..length].CopyTo(buffer);
            _head = _head[length..];
            return length;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                rest.Dispose();
            base.Dispose(disposing);
        }
    }
}
