using System.Text;

namespace Mien.Training.Datasets;

/// <summary>The names that splits go by in tables, folders and file names, in any case.</summary>
public static class Splits
{
    private static readonly string[] Names = Enum.GetNames<Split>();

    /// <summary>The names that may stand in a table or an option, for messages.</summary>
    internal const string Known = "train, validation or test (or Training, PublicTest, PrivateTest)";

    /// <summary>Reads a split by any of its names, in any case: train, val, test, Training, PublicTest, PrivateTest and the like.</summary>
    /// <param name="name">The name; blanks around it are ignored.</param>
    /// <param name="split">The split.</param>
    /// <returns>Whether <paramref name="name"/> is known.</returns>
    public static bool TryParse(string name, out Split split)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryParseFolder(name, out split);
    }

    /// <summary>Reads a Usage field: a split by any of its names, in any case.</summary>
    internal static bool TryParseUsage(ReadOnlySpan<byte> usage, out Split split)
    {
        split = default;
        return usage.Length is > 0 and < 32 && TryParseFolder(Encoding.UTF8.GetString(usage), out split);
    }

    /// <summary>Reads a folder's name: train, test, validation and the like. A test folder is the last word: PrivateTest.</summary>
    internal static bool TryParseFolder(string name, out Split split)
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
    internal static bool TryParseFileName(string name, out Split split)
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
