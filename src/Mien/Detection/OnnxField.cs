using System.Text;

namespace Mien.Detection;

/// <summary>One field of a protobuf message: a number where <see cref="Bytes"/> is null, else bytes.</summary>
internal readonly record struct OnnxField(int Number, byte[] Bytes, long Value = 0)
{
    private const int Varint = 0;
    private const int Delimited = 2;

    public OnnxField(int number, string text)
        : this(number, Encoding.UTF8.GetBytes(text))
    {
    }

    public OnnxField(int number, long value)
        : this(number, null!, value)
    {
    }

    public string AsText() => Encoding.UTF8.GetString(Bytes);

    public static List<OnnxField> Read(ReadOnlySpan<byte> message)
    {
        var fields = new List<OnnxField>();
        while (message.Length > 0)
        {
            long key = ReadVarint(ref message);
            int number = (int)(key >> 3);
            switch ((int)(key & 7))
            {
                case Varint:
                    fields.Add(new OnnxField(number, ReadVarint(ref message)));
                    break;
                case Delimited:
                    int length = (int)ReadVarint(ref message);
                    fields.Add(new OnnxField(number, message[..length].ToArray()));
                    message = message[length..];
                    break;
                default:
                    throw new InvalidOperationException($"The face detector's field {number} has an unforeseen type.");
            }
        }

        return fields;
    }

    public static byte[] Write(IEnumerable<OnnxField> fields)
    {
        using var stream = new MemoryStream();
        foreach (OnnxField field in fields)
        {
            WriteVarint(stream, (field.Number * 8L) + (field.Bytes is null ? Varint : Delimited));
            WriteVarint(stream, field.Bytes?.Length ?? field.Value);
            stream.Write(field.Bytes);
        }

        return stream.ToArray();
    }

    public static List<long> Varints(ReadOnlySpan<byte> packed)
    {
        var values = new List<long>();
        while (packed.Length > 0)
            values.Add(ReadVarint(ref packed));
        return values;
    }

    private static long ReadVarint(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 127) << shift;
            if (next < 128)
                return (long)value;
        }
    }

    private static void WriteVarint(MemoryStream stream, long value)
    {
        for (ulong rest = (ulong)value; ; rest >>= 7)
        {
            if (rest < 128)
            {
                stream.WriteByte((byte)rest);
                return;
            }

            stream.WriteByte((byte)(rest | 128));
        }
    }
}
