using System.Text;

namespace Mien.Training.Datasets;

/// <summary>The names that splits go by in tables, folders and file names, in any case.</summary>
internal static class Splits
{
    private static readonly string[] Names = Enum.GetNames<Split>();

    /// <summary>Reads a Usage field: one of the three names, in any case.</summary>
    public static bool TryParseUsage(ReadOnlySpan<byte> usage, out Split split)
    {
        split = default;
        return usage.Length is > 0 and < 32 && TryParseExact(Encoding.UTF8.GetString(usage), out split);
    }

    /// <summary>Reads a folder's name: train, test, validation and the like. A test folder is the last word: PrivateTest.</summary>
    public static bool TryParseFolder(string name, out Split split)
    {
        (bool known, split) = name.Trim().ToLowerInvariant() switch
        {
            "train" or "training" => (true, Split.Training),
            "validation" or "valid" or "val" or "dev" or "publictest" => (true, Split.PublicTest),
            "test" or "testing" or "privatetest" => (true, Split.PrivateTest),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>Reads the prefix that FER2013's picture files carry, as in `PublicTest_81293.jpg`.</summary>
    public static bool TryParseFileName(string name, out Split split)
    {
        int underscore = name.IndexOf('_');
        split = default;
        return underscore > 0 && TryParseExact(name.AsSpan(0, underscore), out split);
    }

    /// <summary>The three names and nothing else: Enum.TryParse would take "+1" and "Training, PublicTest" too.</summary>
    private static bool TryParseExact(ReadOnlySpan<char> name, out Split split)
    {
        int place = 0;
        while (place < Names.Length && !name.Equals(Names[place], StringComparison.OrdinalIgnoreCase))
            place++;
        bool known = place < Names.Length;
        split = known ? (Split)place : default;
        return known;
    }
}
