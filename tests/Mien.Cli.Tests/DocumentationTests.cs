using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Mien.Cli.Help;
using Mien.TestSupport;
using Spectre.Console.Testing;

namespace Mien.Cli.Tests;

/// <summary>What holds for all documents of the repository. Mien.EndToEnd runs the commands that they show.</summary>
public partial class DocumentationTests
{
    private const int LongestLine = 140, LongestReadme = 150;

    private static readonly string[] NotOurs = ["bin", "obj", "node_modules", "runs", "artifacts", "shared"];

    // A log of what was done then: its commands are not held to today's options.
    private const string Log = "docs/experiments-log.md";

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
        .UsePipeTables().Build();

    // As the program parses: @list.txt is a list of pictures.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    public static TheoryData<string> Documents => [.. Files(TestData.Root)
        .Select(file => Path.GetRelativePath(TestData.Root, file).Replace('\\', '/'))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_relative_link_leads_to_a_file_and_a_heading(string document)
    {
        string folder = Path.GetDirectoryName(Path.Combine(TestData.Root, document))!;
        foreach (LinkInline link in Markdown.Parse(Text(document), Pipeline).Descendants<LinkInline>()
            .Where(link => !link.Url!.Contains(':', StringComparison.Ordinal)))
        {
            string[] parts = link.Url!.Split('#');
            string target = parts[0].Length == 0 ? Path.Combine(TestData.Root, document) : Path.GetFullPath(Path.Combine(folder, parts[0]));
            Assert.True(Path.Exists(target), $"{document}: {link.Url} leads nowhere.");
            if (parts.Length > 1)
                Assert.True(Headings(File.ReadAllText(target)).Contains(parts[1]), $"{document}: {link.Url} names no heading.");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void No_line_of_prose_is_longer_than_a_line_of_code(string document)
    {
        bool code = false;
        foreach ((string line, int at) in Text(document).Split('\n').Select((line, i) => (line, i + 1)))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                code = !code;
            if (!code && !line.StartsWith('|'))
                Assert.True(line.Length <= LongestLine, $"{document}, line {at}: {line.Length} characters. Break it after {LongestLine} at "
                    + "most.");
        }
    }

    [Fact]
    public void The_README_can_be_read_in_one_sitting() => Assert.InRange(Text("README.md").TrimEnd().Split('\n').Length, 1, LongestReadme);

    [Fact]
    public void Every_verb_of_the_program_is_named_in_a_document()
    {
        string all = string.Concat(Documents.Select(row => row.Data).Where(document => document is not ("CHANGELOG.md" or Log))
            .Select(Text));
        Assert.All(Leaves(Root()), verb => Assert.Contains($"mien {verb}", all, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_command_that_a_document_shows_has_known_verbs_and_options(string document)
    {
        if (document == Log)
            return;
        foreach (FencedCodeBlock block in Markdown.Parse(Text(document), Pipeline).Descendants<FencedCodeBlock>()
            .Where(block => block.Info == "bash"))
        {
            foreach (string line in block.Lines.ToString().Split('\n').Where(line => line.StartsWith("mien ", StringComparison.Ordinal)))
            {
                string command = line.Split(" #")[0].Split(" > ")[0]["mien ".Length..].Trim().Replace('\'', '"');
                Assert.True(UsageErrors.Of(Root().Parse([.. CommandLineParser.SplitCommandLine(command)], Parsing)).Count == 0,
                    $"{document}: {line}");
            }
        }
    }

    [Fact]
    public void Every_source_file_that_the_architecture_names_exists()
    {
        IEnumerable<string> files = Directory.EnumerateFiles(Path.Combine(TestData.Root, "src"), "*.cs", SearchOption.AllDirectories);
        HashSet<string> sources = [.. files.Select(file => Path.GetFileName(file))];
        Assert.All(SourceFiles().Matches(Text("docs/architecture.md")), named => Assert.Contains(named.Value, sources));
    }

    private static string Text(string document) => File.ReadAllText(Path.Combine(TestData.Root, document));

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*.md").Concat(
        Directory.EnumerateDirectories(folder).Where(each => Path.GetFileName(each) is var name && name[0] != '.'
            && !NotOurs.Contains(name)).SelectMany(Files)).Order();

    private static HashSet<string> Headings(string text) =>
        [.. Markdown.Parse(text, Pipeline).Descendants<HeadingBlock>().Select(heading => heading.GetAttributes().Id!)];

    private static IEnumerable<string> Leaves(Command command) => command.Subcommands.Where(verb => !verb.Hidden)
        .SelectMany(verb => verb.Subcommands.Count == 0 ? [HelpPage.Name(verb)] : Leaves(verb));

    [GeneratedRegex(@"\b\w+\.cs\b")]
    private static partial Regex SourceFiles();

    private static RootCommand Root() => Program.Root(new Terminal(TextWriter.Null, new TestConsole(), new TestConsole()));
}
