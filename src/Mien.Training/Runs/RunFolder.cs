using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mien.Training.Runs;

/// <summary>The folder of one run: config.json, metrics.jsonl, checkpoint.safetensors, model.onnx.</summary>
public sealed class RunFolder
{
    private static readonly TrainingJson OneLine =
        new(new JsonSerializerOptions(TrainingJson.Default.Options) { WriteIndented = false });

    private readonly string _prefix;

    /// <summary>Names a run folder, which need not exist yet.</summary>
    public RunFolder(string path) : this(path, "")
    {
    }

    private RunFolder(string path, string prefix)
    {
        Path = path;
        _prefix = prefix;
    }

    /// <summary>
    /// What is kept beside a model file of its run: `config.json` and `metrics.jsonl` beside `model.onnx`,
    /// `NAME.config.json` and `NAME.metrics.jsonl` beside `NAME.onnx`.
    /// </summary>
    /// <param name="model">The .onnx file.</param>
    public static RunFolder Beside(string model)
    {
        string name = System.IO.Path.GetFileNameWithoutExtension(model);
        return new RunFolder(System.IO.Path.GetDirectoryName(model) ?? "", name == "model" ? "" : name + ".");
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>All that is needed to repeat the run.</summary>
    public string ConfigurationFile => System.IO.Path.Combine(Path, _prefix + "config.json");

    /// <summary>A JSON line an epoch: <see cref="EpochMetrics"/>.</summary>
    public string MetricsFile => System.IO.Path.Combine(Path, _prefix + "metrics.jsonl");

    /// <summary>State after the last whole epoch.</summary>
    public string CheckpointFile => System.IO.Path.Combine(Path, "checkpoint.safetensors");

    /// <summary>The exported network.</summary>
    public string ModelFile => System.IO.Path.Combine(Path, "model.onnx");

    /// <summary>Keeps every other process from training this run until the result is disposed.</summary>
    /// <exception cref="MienException">Another trains it.</exception>
    internal IDisposable Hold()
    {
        string file = System.IO.Path.Combine(Path, "run.lock");
        try
        {
            return new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.Write,
                Share = FileShare.None,
                Options = FileOptions.DeleteOnClose
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{Path}: another process trains this run, or {file} can't be written ({e.Message}). Stop the other "
                + "one, or choose another --out.", e);
        }
    }

    /// <summary>How config.json is written and read.</summary>
    public static System.Text.Json.Serialization.Metadata.JsonTypeInfo<RunConfiguration> ConfigurationJson =>
        TrainingJson.Default.RunConfiguration;

    /// <summary>Reads config.json.</summary>
    /// <exception cref="MienException">It is absent or unreadable.</exception>
    public RunConfiguration ReadConfiguration()
    {
        if (!File.Exists(ConfigurationFile))
            throw new MienException($"{ConfigurationFile}: not found, so {Path} holds no run. Begin one with `mien train --data PATH --out "
                + $"{Path}`.");
        try
        {
            JsonNode configuration = JsonNode.Parse(File.ReadAllText(ConfigurationFile)) ?? throw new JsonException("it holds null");
            // A run of an older Mien lacks the options that came since: they are as they were without them.
            if (configuration is JsonObject members && members["options"] is JsonObject given)
            {
                JsonObject options = Recipe.Defaults();
                Recipe.Merge(options, given);
                members["options"] = options;
            }

            return configuration.Deserialize(TrainingJson.Default.RunConfiguration)!;
        }
        catch (JsonException e)
        {
            throw new MienException($"{ConfigurationFile}: unreadable ({e.Message}). Restore it, or begin the run anew in another "
                + "folder.", e);
        }
    }

    /// <summary>Reads metrics.jsonl; empty where no epoch is done.</summary>
    /// <exception cref="MienException">A line is unreadable.</exception>
    public IReadOnlyList<EpochMetrics> ReadMetrics()
    {
        if (!File.Exists(MetricsFile))
            return [];
        var epochs = new List<EpochMetrics>();
        int line = 0;
        foreach (string text in File.ReadLines(MetricsFile))
        {
            line++;
            try
            {
                epochs.Add(JsonSerializer.Deserialize(text, OneLine.EpochMetrics)!);
            }
            catch (JsonException e)
            {
                throw new MienException($"{MetricsFile}, line {line}: unreadable ({e.Message}). `mien train --resume` writes it anew.", e);
            }
        }

        return epochs;
    }

    /// <summary>Whether the run is at its end: all epochs done, or stopped because PublicTest stood still, and exported.</summary>
    /// <param name="options">The run's recipe.</param>
    internal bool IsFinished(TrainingOptions options)
    {
        if (!File.Exists(ModelFile))
            return false;
        IReadOnlyList<EpochMetrics> epochs = ReadMetrics();
        return epochs.Count >= options.Epochs || (options.Patience > 0
            && epochs.Reverse().TakeWhile(epoch => !epoch.Best).Count() >= options.Patience);
    }

    internal void WriteConfiguration(RunConfiguration configuration) =>
        AtomicFile.WriteText(ConfigurationFile, JsonSerializer.Serialize(configuration, TrainingJson.Default.RunConfiguration) + "\n");

    internal void WriteMetrics(IEnumerable<EpochMetrics> epochs)
    {
        var text = new StringBuilder();
        foreach (EpochMetrics epoch in epochs)
            text.Append(JsonSerializer.Serialize(epoch, OneLine.EpochMetrics)).Append('\n');
        AtomicFile.WriteText(MetricsFile, text.ToString());
    }
}
