using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Mien.Training.Datasets;

namespace Mien.Cli.Help;

/// <summary>What is wrong with a command line, in words that help.</summary>
internal static class UsageErrors
{
    // How System.CommandLine reports what nothing takes; these are told here with what was likely meant.
    private const string Unmatched = "Unrecognized command or argument";
    private const string NoCommand = "Required command was not provided.";
    private const string WrongType = " as expected type ";
    private const string Missing = "Required argument ";

    /// <summary>The mistakes, most telling first; none where the command line is right.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        if (Stray(parsed) is { } stray)
            return [NoSuchOption(stray, command)];
        if (Empty(parsed) is { } empty)
            return [$"{empty} is empty: give a value, or leave it out."];
        if (parsed.UnmatchedTokens is [var first, ..])
        {
            if (first.StartsWith('-') && first.Length > 1)
                return [NoSuchOption(first, command)];
            if (command.Subcommands.Count > 0)
                return [NoSuchVerb(first, command)];
        }

        return [.. parsed.Errors.Select(error => Message(error, parsed)).Distinct()];
    }

    private static string Message(ParseError error, ParseResult parsed) => error switch
    {
        { Message: var text } when text.StartsWith(Unmatched, StringComparison.Ordinal) => $"{parsed.UnmatchedTokens[0]}: one argument too "
            + "many.",
        { Message: NoCommand } => $"`mien {HelpPage.Name(parsed.CommandResult.Command)}` needs one of its verbs: "
            + $"{Verbs(parsed.CommandResult.Command)}.",
        { SymbolResult: OptionResult option, Message: var text } when text.Contains(WrongType, StringComparison.Ordinal) =>
            $"{option.Option.Name} {string.Join(' ', option.Tokens.Select(token => token.Value))}: expected {Expected(option.Option)}.",
        { SymbolResult: ArgumentResult argument, Message: var text } when text.StartsWith(Missing, StringComparison.Ordinal) =>
            $"{argument.Argument.Name} is missing.",
        // The list of what is allowed comes a line each.
        { Message: var text } => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
    };

    private static string Expected(Option option)
    {
        Type type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        return type == typeof(int) || type == typeof(long) ? "a whole number"
            : type == typeof(float) || type == typeof(double) ? "a number, such as 0.5"
            : HelpPage.Value(option) is { Length: > 0 } choices ? choices.Replace("|", " or ", StringComparison.Ordinal)
            : "true or false";
    }

    public static string NoSuchVerb(string name, Command command)
    {
        string? meant = Spelling.Nearest(name, command.Subcommands.Select(verb => verb.Name));
        return meant is null
            ? $"'{name}' is not a verb of mien. There are {Verbs(command)}."
            : $"'{name}' is not a verb of mien. Did you mean `{meant}`?";
    }

    /// <summary>An option or argument whose value is no text at all, as a script with an unset variable passes it.</summary>
    private static string? Empty(ParseResult parsed) => parsed.CommandResult.Children
        .Where(child => child.Tokens.Any(token => token.Value.Length == 0))
        .Select(child => child switch
        {
            OptionResult option => option.Option.Name,
            ArgumentResult argument => argument.Argument.Name,
            _ => null,
        }).FirstOrDefault();

    /// <summary>An argument that begins like an option, before `--`.</summary>
    /// <remarks>Arguments that take any text would take a mistyped option for a file.</remarks>
    private static string? Stray(ParseResult parsed)
    {
        HashSet<Token> arguments = [.. parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)];
        return parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .FirstOrDefault(token => token.Value.Length > 1 && token.Value[0] == '-' && arguments.Contains(token))?.Value;
    }

    private static string NoSuchOption(string written, Command command)
    {
        string name = written.Split('=', ':')[0];
        IEnumerable<string> names = command.Options.Where(option => !option.Hidden && option is not HelpOption)
            .Select(option => option.Name);
        string verb = HelpPage.Name(command);
        string of = verb.Length == 0 ? "`mien`" : $"`mien {verb}`";
        string? meant = Spelling.Nearest(name, names);
        string cure = meant is not null
            ? $"Did you mean {meant}?"
            : command.Arguments.Count > 0 ? "Names that begin with a dash go after `--`." : "";
        return $"{name} is not an option of {of}. {cure}".TrimEnd();
    }

    private static string Verbs(Command command) =>
        string.Join(", ", command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name));
}
