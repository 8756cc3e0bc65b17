using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Models;

namespace Mien.Training.Runs;

/// <summary>One finished variant of a sweep. Shares are 0..1; all figures are PublicTest's.</summary>
/// <param name="Name">The variant's name.</param>
/// <param name="Accuracy">Of the exported model.</param>
/// <param name="AccuracyFlip">The same with probabilities averaged over the face and its mirror image.</param>
/// <param name="MacroF1">Of the exported model.</param>
/// <param name="Parameters">Of the network.</param>
/// <param name="MultiplyAdds">For one face, without flip averaging.</param>
/// <param name="SecondsAnEpoch">Median over its epochs, evaluation included.</param>
/// <param name="Epochs">Epochs done.</param>
public sealed record SweepResult(
    string Name, double Accuracy, double AccuracyFlip, double MacroF1, long Parameters, long MultiplyAdds, double SecondsAnEpoch,
        int Epochs);

[JsonSerializable(typeof(List<SweepResult>))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class SweepJson : JsonSerializerContext;

/// <summary>
/// A recipe search: variants of a recipe, run one after another; an interrupted sweep goes on where it was.
/// </summary>
/// <remarks>The file: `{ "base": { … }, "variants": { "name": { … } } }`, each part some members of
/// <see cref="TrainingOptions"/>.</remarks>
public sealed class Sweep
{
    private static readonly string[] Tables = ["table.json", "table.md"];

    private Sweep(string file, IReadOnlyDictionary<string, TrainingOptions> variants) => (File, Variants) = (file, variants);

    /// <summary>The file that lists the variants.</summary>
    public string File { get; }

    /// <summary>The recipe of each variant by its name, in the file's order.</summary>
    public IReadOnlyDictionary<string, TrainingOptions> Variants { get; }

    /// <summary>Reads a sweep file and checks every recipe in it before anything runs.</summary>
    /// <exception cref="MienException">No such file, no valid JSON, an unknown member, a figure out of range.</exception>
    public static Sweep Read(string file)
    {
        JsonObject root = Recipe.ReadObject(file, "sweep");
        JsonObject defaults = Recipe.Defaults();
        if (root["base"] is JsonObject shared)
            Recipe.Merge(defaults, shared);
        if (root["variants"] is not JsonObject { Count: > 0 } listed)
            throw new MienException($"{file}: no \"variants\". Expected {{ \"base\": {{ … }}, \"variants\": {{ \"name\": {{ … }} }} }}.");
        var variants = new Dictionary<string, TrainingOptions>();
        foreach ((string name, JsonNode? changes) in listed)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()))
                throw new MienException($"{file}: a variant is named \"{name}\". Expected a name that a folder can have.");
            variants[name] = Recipe.Merged($"{file}, variant \"{name}\"", defaults, changes as JsonObject, options => options.Validate());
        }

        return new Sweep(file, variants);
    }

    /// <summary>Runs every variant that is not finished and writes table.md and table.json after each.</summary>
    /// <param name="table">The data set.</param>
    /// <param name="data">Where it was read from, for the record.</param>
    /// <param name="folder">Receives a run folder a variant.</param>
    /// <param name="limit">Faces to keep, stratified; 0 for all.</param>
    /// <param name="begins">Told of each variant before it runs.</param>
    /// <param name="progress">Told of each run's progress.</param>
    /// <param name="cancellationToken">Ends the sweep after the step at work.</param>
    /// <returns>The finished variants, best accuracy with flip averaging first.</returns>
    /// <exception cref="MienException">The folder holds a variant's run of another recipe, other data or another limit; nothing has run
    /// then.</exception>
    public IReadOnlyList<SweepResult> Run(
        FaceTable table, string data, string folder, int limit, Action<string>? begins, IProgress<TrainingProgress>? progress,
            CancellationToken cancellationToken)
    {
        CheckBegun(table, folder, limit);
        CheckTables(folder);
        var judged = new Dictionary<string, SweepResult>();
        foreach ((string name, TrainingOptions options) in Variants)
        {
            var run = new RunFolder(Path.Combine(folder, name));
            if (run.IsFinished(options))
                continue;
            if (cancellationToken.IsCancellationRequested)
                break;
            begins?.Invoke(name);
            using (Trainer trainer = Trainer.BeginOrResume(run, table, data, options, limit))
            {
                if (trainer.Run(progress, cancellationToken).End == TrainingEnd.Canceled)
                    break;
            }

            WriteTable(folder, table, judged);
        }

        return WriteTable(folder, table, judged);
    }

    private void CheckBegun(FaceTable table, string folder, int limit)
    {
        string sha256 = table.Sha256();
        foreach ((string name, TrainingOptions options) in Variants)
        {
            var run = new RunFolder(Path.Combine(folder, name));
            if (!System.IO.File.Exists(run.ConfigurationFile))
                continue;
            RunConfiguration begun = run.ReadConfiguration();
            string? other = !begun.BeganWith(options) ? "another recipe"
                : begun.Limit != limit ? $"--limit {begun.Limit}"
                : begun.DataSha256 != sha256 ? $"other data ({begun.Data})"
                : null;
            if (other is not null)
                throw new MienException($"{File}, variant \"{name}\": {run.Path} was begun with {other}. Give the variant another name, "
                    + "delete that folder, or choose another --out.");
        }
    }

    /// <summary>Tables are written anew after each variant, but none that another program or a person wrote.</summary>
    private void CheckTables(string folder)
    {
        if (Variants.Keys.Any(name => System.IO.File.Exists(new RunFolder(Path.Combine(folder, name)).ConfigurationFile)))
            return;
        if (Tables.Select(name => Path.Combine(folder, name)).FirstOrDefault(System.IO.File.Exists) is { } there)
            throw new MienException($"{there}: exists already, and no variant's run stands beside it. Choose another --out.");
    }

    private List<SweepResult> WriteTable(string folder, FaceTable table, Dictionary<string, SweepResult> judged)
    {
        foreach ((string name, TrainingOptions options) in Variants)
        {
            var run = new RunFolder(Path.Combine(folder, name));
            if (!judged.ContainsKey(name) && run.IsFinished(options))
                judged[name] = Result(name, options, run, table);
        }

        List<SweepResult> results = [.. judged.Values.OrderByDescending(result => result.AccuracyFlip)];
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, Tables[0]), JsonSerializer.Serialize(results, SweepJson.Default.ListSweepResult) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, Tables[1]), Markdown(results));
        return results;
    }

    private static SweepResult Result(string name, TrainingOptions options, RunFolder run, FaceTable table)
    {
        using var classifier = ExpressionClassifier.Create(run.ModelFile);
        // A variant may learn other labels than the table's, and takes its shape from the model that it goes on from.
        FaceTable faces = RunSetup.Faces(table, options, limit: 0);
        var plain = Evaluator.Evaluate(classifier, faces, Split.PublicTest);
        var flipped = Evaluator.Evaluate(classifier, faces, Split.PublicTest, flip: true);
        ModelSummary summary = ModelSummary.Of(classifier.Card.Architecture, faces.LabelNames.Count, faces.Size);
        double[] seconds = [.. run.ReadMetrics().Select(epoch => epoch.Seconds).Order()];
        return new SweepResult(name, plain.Accuracy, flipped.Accuracy, plain.MacroF1, summary.Parameters, summary.MultiplyAdds,
            seconds[seconds.Length / 2], seconds.Length);
    }

    private static string Markdown(IEnumerable<SweepResult> results) =>
        "| variant | PublicTest | with flip | macro F1 | parameters | multiply-adds | seconds an epoch | epochs |\n|---|---|---|---|---|---|---|---|\n"
        + string.Concat(results.Select(r =>
            FormattableString.Invariant($"| {r.Name} | {r.Accuracy * 100:F2} % | {r.AccuracyFlip * 100:F2} % | {r.MacroF1:F4} | ")
            + FormattableString.Invariant($"{r.Parameters:N0} | {r.MultiplyAdds / 1e6:F1} M | {r.SecondsAnEpoch:F0} | {r.Epochs} |\n")));
}
