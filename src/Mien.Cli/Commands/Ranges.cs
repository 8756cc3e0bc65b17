using System.CommandLine;

namespace Mien.Cli.Commands;

/// <summary>Options whose numbers have a range.</summary>
internal static class Ranges
{
    /// <summary>Makes a number out of the range a mistake of usage.</summary>
    public static void Require<T>(Option<T> option, Func<T?, bool> holds, string range) => option.Validators.Add(result =>
    {
        // A value that is no number at all is reported by the parser itself.
        if (result.Tokens.Count == 1 && result.Tokens[0].Value is { } text && double.TryParse(text, out _)
            && !holds(result.GetValueOrDefault<T>()))
            result.AddError($"{option.Name} {text}: expected {range}.");
    });
}
