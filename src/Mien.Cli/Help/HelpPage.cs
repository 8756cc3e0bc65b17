using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;

namespace Mien.Cli.Help;

/// <summary>The help of the program and of each verb, in the width of the terminal.</summary>
internal static class HelpPage
{
    /// <summary>Writes the page of a command.</summary>
    /// <param name="command">The verb, or the root.</param>
    /// <param name="terminal">Where to.</param>
    /// <param name="all">Whether options that are seldom used are listed too.</param>
    public static void Write(Command command, Terminal terminal, bool all)
    {
        // A pipe has no width of its own.
        var page = new HelpWriter(terminal.Output, Math.Clamp(terminal.Console.Profile.Width, 40, 100));
        string name = Name(command);
        page.Paragraph(command.Description!);
        page.Line("");
        page.Paragraph($"Usage: {Usage(command)}", hanging: 7);
        if (name.Length == 0)
        {
            foreach ((string title, string[] verbs) in HelpTexts.Groups)
                page.Table(title, command.Subcommands.Where(verb => verbs.Contains(verb.Name))
                    .Select(verb => (verb.Name, verb.Description!)));
        }
        else
        {
            page.Table("Verbs", command.Subcommands.Select(verb =>
                (string.Join(' ', [verb.Name, .. verb.Arguments.Select(ArgumentName)]), verb.Description!)));
        }

        page.Table("Arguments", command.Arguments.Select(argument => (argument.Name, argument.Description!)));
        Option[] options = [.. command.Options.Where(option => !option.Hidden && option is not (HelpOption or VersionOption))];
        string[]? shown = HelpTexts.Short.GetValueOrDefault(name);
        bool shortened = !all && shown is not null;
        page.Table("Options", (shortened ? shown!.Select(one => options.First(option => option.Name == one)) : options).Select(Row));
        if (HelpTexts.Examples.TryGetValue(name, out string[]? examples))
            page.List("Examples", examples);
        page.Line("");
        if (shortened)
            page.Line($"`mien {name} --help-all` lists all {options.Length} options.");
        if (name.Length == 0)
            page.Line("`mien help VERB` explains one verb. `mien --version` prints the version.");
    }

    /// <summary>The words that call a command, without the program's.</summary>
    public static string Name(Command command)
    {
        var words = new Stack<string>();
        for (Command? part = command; part is not (null or RootCommand); part = part.Parents.OfType<Command>().FirstOrDefault())
            words.Push(part.Name);
        return string.Join(' ', words);
    }

    private static string Usage(Command command)
    {
        string[] parts =
        [
            "mien", Name(command), command.Subcommands.Count > 0 ? "VERB" : "", .. command.Arguments.Select(ArgumentName),
            .. command.Options.Where(option => option.Required).Select(option => $"{option.Name} {Value(option)}"), "[options]",
        ];
        return string.Join(' ', parts.Where(part => part.Length > 0));
    }

    private static string ArgumentName(Argument argument) =>
        (argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]" : argument.Name)
            + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");

    private static (string, string) Row(Option option)
    {
        string value = Value(option);
        string names = string.Join(", ", option.Aliases.Order(StringComparer.Ordinal).Append(option.Name));
        return (value.Length == 0 ? names : $"{names} {value}", option.Description + Default(option));
    }

    /// <summary>What stands for an option's value: its choices, N for a number, else a word; empty where it takes none.</summary>
    public static string Value(Option option)
    {
        Type type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        if (type == typeof(bool))
            return "";
        string[] choices = [.. option.GetCompletions(CompletionContext.Empty).Select(choice => choice.Label)];
        if (choices.Length > 0)
            return string.Join('|', choices);
        if (HelpTexts.Values.TryGetValue(option.Name, out string? name))
            return name;
        return type.IsPrimitive ? "N" : option.Name.Split('-')[^1].ToUpperInvariant();
    }

    private static string Default(Option option)
    {
        if (option.Required || !option.HasDefaultValue)
            return "";
        return option.GetDefaultValue() switch
        {
            null or false or "" => "",
            true => " [default:\u00a0true]",
            Enum value => $" [default:\u00a0{AsTyped(value.ToString())}]",
            Array { Length: 0 } => "",
            IFormattable value => $" [default:\u00a0{value.ToString(null, CultureInfo.InvariantCulture)}]",
            object value => $" [default:\u00a0{value}]",
        };
    }

    /// <summary>A value as it is typed: letters' case does not matter.</summary>
    private static string AsTyped(string name) => name.ToLowerInvariant();
}

/// <summary>Writes a help page in place of the library's own.</summary>
internal sealed class HelpPageAction(Terminal terminal, bool all) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        HelpPage.Write(parseResult.CommandResult.Command, terminal, all);
        return ExitCode.Ok;
    }
}
