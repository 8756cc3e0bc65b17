using System.Text.Json.Nodes;
using Mien.TestSupport;
using NJsonSchema;

namespace Mien.Reports.Tests.Notebooks;

/// <summary>Jupyter's own schema of nbformat 4.5.</summary>
internal static class NotebookSchema
{
    /// <summary>What in a notebook breaks the format; empty where nothing does.</summary>
    public static async Task<string[]> ErrorsOf(string notebook)
    {
        string file = Path.Combine(TestData.Root, "tests", "Mien.Reports.Tests", "Notebooks", "nbformat.v4.5.schema.json");
        // NJsonSchema finds no definition inside another: those of `misc` move up to the rest, which changes no meaning.
        JsonNode text = JsonNode.Parse(File.ReadAllText(file))!;
        JsonObject definitions = text["definitions"]!.AsObject();
        foreach ((string name, JsonNode? definition) in definitions["misc"]!.AsObject())
            definitions[name] = definition!.DeepClone();
        definitions.Remove("misc");
        JsonSchema schema = await JsonSchema.FromJsonAsync(text.ToJsonString()
            .Replace("definitions/misc/", "definitions/", StringComparison.Ordinal));
        return [.. schema.Validate(notebook).Select(error => error.ToString())];
    }
}
