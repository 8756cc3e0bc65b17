using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Mien.Cli.Predictions;

/// <summary>One part of several of a set of pictures, told by each picture's name alone: parts are disjoint, together they are the
/// whole.</summary>
/// <param name="Number">1..Count.</param>
/// <param name="Count">Parts.</param>
internal readonly record struct Shard(int Number, int Count)
{
    /// <summary>The whole in one part.</summary>
    public static Shard Whole { get; } = new(1, 1);

    /// <summary>As it is written on the command line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Count}");

    /// <summary>Reads `I/N`; null where it is none.</summary>
    public static Shard? Parse(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && number >= 1 && number <= count
            ? new Shard(number, count)
            : null;
    }

    /// <summary>Whether a picture belongs to this part: XxHash64 (seed 0) of its name in UTF-8, modulo Count, is Number - 1.</summary>
    /// <param name="name">Relative, with `/` between folders.</param>
    public bool Contains(string name) =>
        Count == 1 || XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(name)) % (ulong)Count == (ulong)(Number - 1);
}
