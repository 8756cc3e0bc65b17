using System.CommandLine;
using Mien.Cli.Help;
using Spectre.Console;
using Spectre.Console.Testing;

namespace Mien.Cli.Tests;

public class HelpTests
{
    public static TheoryData<string> Pages => [.. AllCommands().Select(HelpPage.Name)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_fits_its_width_and_has_examples_that_parse(string name)
    {
        (int exit, string page, _) = Run(80, [.. name.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Equal(0, exit);
        Assert.All(page.Split('\n'), line => Assert.InRange(line.TrimEnd('\r').Length, 0, 80));
        string[] examples = HelpTexts.Examples[name];
        Assert.NotEmpty(examples);
        foreach (string example in examples)
        {
            Assert.Contains(example, page, StringComparison.Ordinal);
            ParseResult parsed = Program.Root(Silent()).Parse(example.Split(" >>")[0].Split(' ')[1..]);
            Assert.Empty(UsageErrors.Of(parsed));
            Assert.StartsWith(name, HelpPage.Name(parsed.CommandResult.Command), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_verb_is_in_one_group()
    {
        string[] listed = [.. HelpTexts.Groups.SelectMany(group => group.Verbs)];
        string[] verbs = [.. Program.Root(Silent()).Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name)];
        Assert.Equal(verbs.Order(), listed.Order());
        (int exit, string page, _) = Run(80);
        Assert.Equal(0, exit);
        Assert.All(verbs, verb => Assert.Contains($"  {verb} ", page, StringComparison.Ordinal));
    }

    [Fact]
    public void No_page_names_a_type_of_NET_or_a_default_that_nobody_types()
    {
        foreach (Command command in AllCommands())
        {
            string page = Run(100, [.. HelpPage.Name(command).Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help-all"]).Output;
            Assert.DoesNotContain("System.", page, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"\[default: [^\]]*[{ ]", page);
        }
    }

    [Fact]
    public void Train_shows_ten_options_and_all_of_them_when_asked()
    {
        string page = Run(80, "train", "--help").Output;
        Assert.Equal(10, page.Split('\n').Count(line => line.StartsWith("  --", StringComparison.Ordinal)));
        Assert.Contains("--help-all", page, StringComparison.Ordinal);
        Assert.Contains("--sharpness", Run(80, "train", "--help-all").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("predct x", "Did you mean `predict`?")]
    [InlineData("dataset inspct x", "Did you mean `inspect`?")]
    [InlineData("help predct", "Did you mean `predict`?")]
    [InlineData("predict --resme x.jpg", "--resme is not an option of `mien predict`. Did you mean --resume?")]
    [InlineData("predict x.jpg --typo", "after `--`")]
    [InlineData("compare --typo x.onnx --data y", "--typo is not an option")]
    [InlineData("label suggest --typo photos --out x.csv", "--typo is not an option")]
    [InlineData("train --dat x --out y", "Did you mean --data?")]
    [InlineData("--foo", "--foo is not an option of `mien`.")]
    [InlineData("plot", "history, confusion")]
    [InlineData("train --epochs many --data a --out b", "--epochs many: expected a whole number.")]
    [InlineData("predict x --prior foo", "--prior foo: expected balanced or dataset.")]
    [InlineData("completion fish", "'powershell'")]
    [InlineData("predict", "INPUT is missing.")]
    [InlineData("predict x.jpg --out", "--out")]
    [InlineData("predict x.jpg --out -", "leave --out out for standard output")]
    [InlineData("predict x.jpg --out ", "--out is empty")]
    [InlineData("predict x.jpg --annotate ", "--annotate is empty")]
    [InlineData("label suggest x --out ", "--out is empty")]
    [InlineData("explain x --out ", "--out is empty")]
    [InlineData("predict x.jpg --model defualt", "Did you mean default?")]
    [InlineData("predict a.mp4 --out t.csv --timeline t.csv", "give each a file of its own")]
    public void A_mistake_is_told_with_what_was_likely_meant_and_nothing_is_done(string line, string expected)
    {
        (int exit, string output, string error) = Run(80, line.Split(' '));
        Assert.NotEqual(0, exit);
        Assert.Empty(output);
        Assert.Contains(expected, Flat(error), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_dashes_end_the_options()
    {
        (int exit, _, string error) = Run(80, "predict", "--", "--not-there.jpg");
        Assert.Equal(1, exit);
        Assert.Contains("--not-there.jpg: not found", Flat(error), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-v")]
    [InlineData("--version")]
    public void The_version_is_printed(string option) => Assert.Matches(@"^\d+\.\d+\.\d+", Run(80, option).Output);

    [Theory]
    [InlineData("mien pre", "predict")]
    [InlineData("mien dataset i", "inspect")]
    [InlineData("mien predict --prior ", "balanced")]
    [InlineData("mien train --data x --fr", "--from")]
    public void The_shell_is_told_how_a_word_may_end(string line, string expected)
    {
        (int exit, string output, _) = Run(80, $"[suggest:{line.Length}]", line);
        Assert.Equal(0, exit);
        Assert.Contains(expected, output.Split('\n', StringSplitOptions.TrimEntries));
    }

    private static IEnumerable<Command> AllCommands()
    {
        var left = new Queue<Command>([Program.Root(Silent())]);
        while (left.TryDequeue(out Command? command))
        {
            yield return command;
            foreach (Command verb in command.Subcommands.Where(verb => !verb.Hidden))
                left.Enqueue(verb);
        }
    }

    private static Terminal Silent() => new(TextWriter.Null, new TestConsole(), new TestConsole());

    private static (int Exit, string Output, string Error) Run(int width, params string[] arguments)
    {
        using var output = new StringWriter();
        using var console = new TestConsole();
        using var error = new TestConsole();
        console.Profile.Width = width;
        int exit = Program.Run(arguments, new Terminal(output, console, error));
        return (exit, output.ToString(), error.Output);
    }

    private static string Flat(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
