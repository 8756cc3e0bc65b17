using System.Text.Json.Nodes;
using Mien.Imaging;
using Mien.Reports.Figures;
using Mien.Reports.Notebooks;
using Mien.TestSupport;

namespace Mien.Reports.Tests.Notebooks;

public class NotebookTests
{
    private const string Program = """
        // %% [markdown]
        // # A <title> & more
        //
        // Some *text*.

        // %%
        #:project x.csproj
        int one = 1;

        notebook.Show("1");
        // %% named
        // %%% is no marker
        notebook.Show("é \"2\"");
        """;

    [Fact]
    public void Cells_begin_at_their_markers()
    {
        IReadOnlyList<NotebookCell> cells = PercentFormat.Parse(Program);
        Assert.Equal(
            [
                new NotebookCell(CellKind.Markdown, 1, 5, "# A <title> & more\n\nSome *text*."),
                new NotebookCell(CellKind.Code, 6, 10, "#:project x.csproj\nint one = 1;\n\nnotebook.Show(\"1\");"),
                new NotebookCell(CellKind.Code, 11, 13, "// %%% is no marker\nnotebook.Show(\"é \\\"2\\\"\");"),
            ],
            cells);
    }

    [Fact]
    public void What_stands_before_the_first_marker_is_a_cell_unless_it_is_blank()
    {
        Assert.Equal("int a;", Assert.Single(PercentFormat.Parse("int a;\r\n\r\n")).Source);
        Assert.Equal("int b;", Assert.Single(PercentFormat.Parse("\n\n// %%\nint b;")).Source);
    }

    [Fact]
    public async Task A_notebook_is_valid_and_its_outputs_stand_below_the_cells_that_gave_them()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        (string file, _) = Filled().Save(folder.Path);
        string text = File.ReadAllText(file);
        Assert.Empty(await NotebookSchema.ErrorsOf(text));

        JsonNode notebook = JsonNode.Parse(text)!;
        Assert.Equal((4, 5), ((int)notebook["nbformat"]!, (int)notebook["nbformat_minor"]!));
        JsonArray cells = notebook["cells"]!.AsArray();
        Assert.Equal(["markdown", "code", "code"], cells.Select(cell => (string)cell!["cell_type"]!));
        Assert.Equal([1, 2], cells.Skip(1).Select(cell => (int)cell!["execution_count"]!));
        Assert.Equal(["# A <title> & more\n", "\n", "Some *text*."], cells[0]!["source"]!.AsArray().Select(line => (string)line!));
        JsonNode stream = Assert.Single(cells[1]!["outputs"]!.AsArray())!;
        Assert.Equal(["1\n", "and more\n"], stream["text"]!.AsArray().Select(line => (string)line!));
        JsonArray last = cells[2]!["outputs"]!.AsArray();
        Assert.Equal(["stream", "display_data", "display_data"], last.Select(output => (string)output!["output_type"]!));
        byte[] png = Convert.FromBase64String((string)last[1]!["data"]!["image/png"]!);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
    }

    [Theory]
    [InlineData("id", "no spaces allowed")]
    [InlineData("cell_type", "picture")]
    [InlineData("execution_count", "one")]
    [InlineData("outputs", null)]
    [InlineData("surprise", "unknown member")]
    public async Task The_schema_refuses_what_breaks_the_format(string member, string? value)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        JsonNode notebook = JsonNode.Parse(File.ReadAllText(Filled().Save(folder.Path).Notebook))!;
        JsonObject cell = notebook["cells"]![1]!.AsObject();
        if (value is null)
            cell.Remove(member);
        else
            cell[member] = value;
        Assert.NotEmpty(await NotebookSchema.ErrorsOf(notebook.ToJsonString()));
    }

    [Fact]
    public void The_page_holds_text_code_and_outputs_and_asks_for_nothing()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string page = File.ReadAllText(Filled().Save(folder.Path).Page);
        Assert.Contains("<title>A &lt;title&gt; &amp; more</title>", page, StringComparison.Ordinal);
        Assert.Contains("<p>Some <em>text</em>.</p>", page, StringComparison.Ordinal);
        Assert.Contains("int one = 1;", page, StringComparison.Ordinal);
        Assert.Contains("<pre class=\"output\">1\nand more\n</pre>", page, StringComparison.Ordinal);
        Assert.Contains("src=\"data:image/svg+xml;base64,", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http:", page.Replace("http://www.w3.org/", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("https:", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_committed_notebook_is_valid_and_is_that_of_the_program_beside_it()
    {
        string folder = Path.Combine(TestData.Root, "notebooks");
        string text = File.ReadAllText(Path.Combine(folder, "FacialExpressionRecognition.ipynb"));
        Assert.Empty(await NotebookSchema.ErrorsOf(text));
        IEnumerable<string> committed = JsonNode.Parse(text)!["cells"]!.AsArray()
            .Select(cell => string.Concat(cell!["source"]!.AsArray().Select(line => (string)line!)));
        IEnumerable<string> program = PercentFormat.Parse(File.ReadAllText(Path.Combine(folder, "FacialExpressionRecognition.cs")))
            .Select(cell => cell.Source);
        // Where they differ: run the program again, it writes both files.
        Assert.Equal(program, committed);
    }

    private static Notebook Filled()
    {
        Notebook notebook = Notebook.Of("/made/up/test.cs", Program);
        notebook.Show("1", 9);
        notebook.Show("and more", 9);
        notebook.Show("é \"2\"", 13);
        notebook.Show(Charts.ClassCounts([1, 2], ["a", "b"]), 13);
        notebook.Show(Picture.FromGray(new byte[16], 4, 4), "nothing", 13);
        return notebook;
    }
}
