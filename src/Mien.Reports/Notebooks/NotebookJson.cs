using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mien.Reports.Notebooks;

/// <summary>Jupyter's file format, version 4.5.</summary>
/// <remarks>https://nbformat.readthedocs.io/en/latest/format_description.html</remarks>
internal static class NotebookJson
{
    // Readable in a diff: quotes and accents as they are. The file is data, it is never put into a page.
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        IndentSize = 1,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    public static string Write(IReadOnlyList<NotebookCell> cells, IReadOnlyList<IReadOnlyList<NotebookOutput>> outputs)
    {
        var array = new JsonArray();
        int run = 0;
        for (int i = 0; i < cells.Count; i++)
        {
            bool code = cells[i].Kind == CellKind.Code;
            var cell = new JsonObject
            {
                ["cell_type"] = code ? "code" : "markdown",
                ["id"] = $"cell-{i + 1}",
                ["metadata"] = new JsonObject(),
                ["source"] = Lines(cells[i].Source),
            };
            if (code)
            {
                cell["execution_count"] = ++run;
                cell["outputs"] = new JsonArray([.. outputs[i].Select(Output)]);
            }

            array.Add((JsonNode)cell);
        }

        var notebook = new JsonObject
        {
            ["cells"] = array,
            ["metadata"] = new JsonObject
            {
                ["kernelspec"] = new JsonObject { ["display_name"] = ".NET (C#)", ["language"] = "C#", ["name"] = ".net-csharp" },
                ["language_info"] = new JsonObject
                {
                    ["file_extension"] = ".cs",
                    ["mimetype"] = "text/x-csharp",
                    ["name"] = "C#",
                    ["pygments_lexer"] = "csharp"
                },
            },
            ["nbformat"] = 4,
            ["nbformat_minor"] = 5,
        };
        return notebook.ToJsonString(Readable).ReplaceLineEndings("\n") + "\n";
    }

    private static JsonNode Output(NotebookOutput output) => output.Png is null
        ? new JsonObject { ["name"] = "stdout", ["output_type"] = "stream", ["text"] = Lines(output.Text) }
        : new JsonObject
        {
            // PNG alone: viewers that clean SVG for safety would show nothing.
            ["data"] = new JsonObject { ["image/png"] = Convert.ToBase64String(output.Png), ["text/plain"] = Lines(output.Text) },
            ["metadata"] = new JsonObject { ["image/png"] = new JsonObject { ["width"] = output.Width } },
            ["output_type"] = "display_data",
        };

    /// <summary>Lines with their ends, as the format keeps text.</summary>
    private static JsonArray Lines(string text)
    {
        string[] lines = text.Split('\n');
        var array = new JsonArray();
        for (int i = 0; i < lines.Length; i++)
        {
            string line = i < lines.Length - 1 ? lines[i] + "\n" : lines[i];
            if (line.Length > 0)
                array.Add((JsonNode)JsonValue.Create(line));
        }

        return array;
    }
}
