using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mien.Training.Runs;

/// <summary>Recipes as JSON: some members of <see cref="TrainingOptions"/>, the others at their defaults.</summary>
public static class Recipe
{
    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip };

    private const string Folder = "recipes/";

    /// <summary>The recipes that come with Mien; <see cref="Read"/> takes their names.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. typeof(Recipe).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => Path.GetFileNameWithoutExtension(name)).Order(StringComparer.Ordinal)];

    /// <summary>Reads a recipe of Mien's, a recipe from a file, or the recipe of a run from its config.json.</summary>
    /// <param name="file">One of <see cref="Names"/> (a file of that name is `./quick`), JSON of the options, or JSON with the options
    /// under "options".</param>
    /// <returns>The options; a file of votes that they need is for the caller to name.</returns>
    /// <exception cref="MienException">No such file, no valid JSON, an unknown member, a figure out of range.</exception>
    public static TrainingOptions Read(string file)
    {
        JsonObject root = ReadObject(file, "recipe");
        return Merged(file, Defaults(), root["options"] as JsonObject ?? root, options => options.CheckFigures());
    }

    /// <summary>The default recipe as JSON.</summary>
    internal static JsonObject Defaults() =>
        JsonSerializer.SerializeToNode(TrainingOptions.Default, TrainingJson.Default.TrainingOptions)!.AsObject();

    /// <summary>Reads a JSON object, comments allowed.</summary>
    /// <exception cref="MienException">No such file, or no JSON object.</exception>
    internal static JsonObject ReadObject(string file, string kind)
    {
        try
        {
            return JsonNode.Parse(ReadText(file), documentOptions: WithComments)!.AsObject();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new MienException($"{file}: no valid {kind} file ({e.Message}).", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{file}: can't be read ({e.Message}). Pass a JSON "
                + $"file{(kind == "recipe" ? $", or one of Mien's recipes: {string.Join(", ", Names)}" : "")}.", e);
        }
    }

    private static string ReadText(string file)
    {
        if (!Names.Contains(file))
            return File.ReadAllText(file);
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Folder}{file}.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Options of a recipe with changes to it.</summary>
    /// <param name="where">Named in messages.</param>
    /// <param name="recipe">All members.</param>
    /// <param name="changes">Some members; null for none.</param>
    /// <param name="check">Throws where the options won't do.</param>
    /// <exception cref="MienException">An unknown member, or what the check says.</exception>
    internal static TrainingOptions Merged(string where, JsonObject recipe, JsonObject? changes, Action<TrainingOptions> check)
    {
        JsonObject merged = recipe.DeepClone().AsObject();
        if (changes is not null)
            Merge(merged, changes);
        try
        {
            TrainingOptions options = merged.Deserialize(TrainingJson.Default.TrainingOptions)!;
            check(options);
            return options;
        }
        catch (Exception e) when (e is JsonException or MienException)
        {
            throw new MienException($"{where}: {e.Message}", e);
        }
    }

    /// <summary>Writes changes over a recipe, member by member.</summary>
    internal static void Merge(JsonObject into, JsonObject changes)
    {
        foreach ((string key, JsonNode? value) in changes)
        {
            if (value is JsonObject inner && into[key] is JsonObject existing)
                Merge(existing, inner);
            else
                into[key] = value?.DeepClone();
        }
    }
}
