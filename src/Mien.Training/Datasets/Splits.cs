using System.Text;

namespace Mien.Training.Datasets;

/// <summary>The names that splits go by in tables, folders and file names, in any case.</summary>
internal static class Splits
{
    /// <summary>Reads a Usage field: one of the three names, in any case.</summary>
    public static bool TryParseUsage(ReadOnlySpan<byte> usage, out Split split)
    {
        split = default;
        return usage.Length is > 0 and < 32 && !char.IsDigit((char)usage[0])
            && Enum.TryParse(Encoding.UTF8.GetString(usage), ignoreCase: true, out split) && Enum.IsDefined(split);
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
        return underscore > 0 && Enum.TryParse(name[..underscore], ignoreCase: true, out split) && Enum.IsDefined(split) && !char.IsDigit(name[0]);
    }
}
