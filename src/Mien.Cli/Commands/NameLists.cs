using System.Text.Json;

namespace Mien.Cli.Commands;

/// <summary>Names of classes on the command line: plain ones between commas, any at all as JSON.</summary>
internal static class NameLists
{
    /// <summary>Reads names between commas, or a JSON array of them.</summary>
    /// <exception cref="MienException">It begins like JSON and is no array of texts.</exception>
    public static string[] Names(string option, string given)
    {
        if (!given.TrimStart().StartsWith('['))
            return given.Split(',');
        return Read<string[]>(option, given, """["first","second"]""");
    }

    /// <summary>Reads pairs such as joy=happy between commas, or a JSON object of them.</summary>
    /// <exception cref="MienException">A part is no pair.</exception>
    public static IEnumerable<KeyValuePair<string, string>> Pairs(string option, string given)
    {
        if (given.TrimStart().StartsWith('{'))
            return Read<Dictionary<string, string>>(option, given, """{"first":"second"}""");
        return given.Split(',').Select(pair => pair.Split('=', StringSplitOptions.TrimEntries) is [{ Length: > 0 } from, { Length: > 0 } to]
            ? KeyValuePair.Create(from, to)
            : throw new MienException($"{option} {pair}: expected label=label, such as joy=happy. Names with a comma or = go as JSON: "
                + """{"first":"second"}."""));
    }

    private static T Read<T>(string option, string given, string expected)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(given) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new MienException($"{option} {given}: begins like JSON and can't be read as such. Expected {expected}.", e);
        }
    }
}
