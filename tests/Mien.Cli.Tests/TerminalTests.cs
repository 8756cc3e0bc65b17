using Mien.Cli.Predictions;
using Mien.TestSupport;
using Spectre.Console;
using Spectre.Console.Testing;
using static Mien.Cli.Tests.CommandTests;

namespace Mien.Cli.Tests;

/// <summary>What names of files hold never steers the terminal.</summary>
public class TerminalTests
{
    private const string Hostile = "a\u001b]0;owned\u0007\u001b[2J\r\nerror: none\u202egnp.\u009b31m";
    private const string Shown = "a\\x1b]0;owned\\x07\\x1b[2J\\r\\nerror: none\\u202egnp.\\x9b31m";

    [Fact]
    public void What_would_steer_a_terminal_is_spelled_out()
    {
        Assert.Equal(Shown, VisibleText.Of(Hostile));
        Assert.Equal("ü 漢字 👩‍🚀 [bold]", VisibleText.Of("ü 漢字 👩‍🚀 [bold]"));
    }

    [Fact]
    public void Neither_markup_nor_tables_nor_live_views_pass_it_on()
    {
        using var console = new TestConsole().Width(400).EmitAnsiSequences();
        var safe = new SafeConsole(console);
        safe.MarkupLineInterpolated($"[red]error:[/] {Hostile} {1.5:F1}");
        Assert.Contains($" {Shown} 1.5\n", console.Output, StringComparison.Ordinal);
        Assert.Contains("\u001b[", console.Output, StringComparison.Ordinal);
        safe.WriteLine(Hostile);
        safe.Write(new Table().AddColumn(new TableColumn(new Text(Hostile))).AddRow(new Text(Hostile)));
        ((IAnsiConsole)safe).MarkupLineInterpolated($"{Hostile}");
        safe.Live(new Text(Hostile)).Start(live =>
        {
            live.UpdateTarget(new Text("again " + Hostile));
            live.Refresh();
        });
        safe.Status().Start(Markup.Escape(Hostile), status => status.Status(Markup.Escape(Hostile)));
        AssertHarmless(console.Output);
    }

    [Fact]
    public void A_hostile_name_reaches_no_verbs_messages()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Such names are for Unix.");
        using TemporaryFolder folder = TestData.NewFolder();
        string name = "a\u001b]0;owned\u0007\nerror: none\u202egnp.png";
        string shown = "a\\x1b]0;owned\\x07\\nerror: none\\u202egnp.png";
        string path = folder.File(name);
        File.WriteAllBytes(path, Imaging.Picture.FromGray(new byte[48 * 48], 48, 48).ToPng());
        folder.Write("damaged/" + name, "no picture");
        string[][] lines =
        [
            ["predict", path, "--faces", "cropped"],
            ["predict", folder.File("damaged"), "--out", folder.File("a.jsonl")],
            ["predict", path, "--option" + name],
            ["predict", path, "--format", name],
            ["predict", path, "--model", path],
            ["explain", folder.File("damaged/" + name), "--out", folder.File("out")],
            ["evaluate", "--data", path],
            ["dataset", "inspect", path],
            ["label", "suggest", folder.File("damaged"), "--out", folder.File("labels.csv")],
            ["model", "info", path],
        ];
        foreach (string[] line in lines)
        {
            (_, string output, string error) = Run(line);
            AssertHarmless(error);
            Assert.DoesNotContain("\nerror: none", error, StringComparison.Ordinal);
            Assert.Contains("a\\x1b]0;owned", output + error, StringComparison.Ordinal);
        }

        string said = Run("predict", folder.File("damaged")).Error;
        Assert.Contains(shown + ": not a picture", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Standard_output_is_made_harmless_where_it_is_a_terminal_alone()
    {
        using var written = new StringWriter { NewLine = "\n" };
        using var safe = new SafeWriter(written);
        var terminal = new Terminal(safe, new TestConsole(), new TestConsole());
        terminal.Output.WriteLine("{\n\"file\": \"\u001b[2J\"}");
        terminal.WriteName(Hostile);
        using (PredictionWriter csv = PredictionWriter.Create(PredictionFormat.Csv, [], terminal))
            csv.Write(new PicturePrediction("a\n\u202eb", 1, 1, [], null));
        Assert.Contains("\n\"a\\n\\u202eb\",1,1,", written.ToString().ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.StartsWith($"{{\n\"file\": \"\\x1b[2J\"}}\n{Shown}\n", written.ToString().ReplaceLineEndings("\n"),
            StringComparison.Ordinal);

        using var raw = new StringWriter { NewLine = "\n" };
        new Terminal(raw, new TestConsole(), new TestConsole()).WriteName(Hostile);
        Assert.Equal(Hostile + "\n", raw.ToString());
    }

    /// <summary>Nothing of the name that acts; Spectre's own colors and moves of the cursor may be there.</summary>
    private static void AssertHarmless(string text)
    {
        foreach (string part in (string[])["\u001b]0;owned", "\u001b[2J", "\u0007", "\u202e", "\u009b"])
            Assert.DoesNotContain(part, text, StringComparison.Ordinal);
    }
}
