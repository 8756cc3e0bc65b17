using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>All that changes from epoch to epoch and that a checkpoint keeps.</summary>
internal sealed class TrainingState : IDisposable
{
    private readonly Dictionary<string, Tensor> _vectors = [];

    /// <summary>The state before the first step: no momentum, the average at the initial weights.</summary>
    public TrainingState(Tensor weights, Tensor buffers)
    {
        using var noGradient = no_grad();
        Momentum = Keep("momentum", zeros_like(weights));
        Weights = Keep("weights", weights.clone());
        Buffers = Keep("buffers", buffers.clone());
        Average = Keep("average", weights.clone());
        AverageBuffers = Keep("average_buffers", buffers.clone());
        Best = Keep("best", weights.clone());
        BestBuffers = Keep("best_buffers", buffers.clone());
    }

    /// <summary>Float32 [P].</summary>
    public Tensor Weights { get; }

    /// <summary>Float32 [B], the norms' running statistics.</summary>
    public Tensor Buffers { get; }

    /// <summary>Float32 [P].</summary>
    public Tensor Momentum { get; }

    /// <summary>Exponential average of the weights, float32 [P].</summary>
    public Tensor Average { get; }

    /// <summary>Exponential average of the running statistics, float32 [B].</summary>
    public Tensor AverageBuffers { get; }

    /// <summary>The average at the best epoch so far, float32 [P].</summary>
    public Tensor Best { get; }

    /// <summary>Its running statistics, float32 [B].</summary>
    public Tensor BestBuffers { get; }

    /// <summary>Whole epochs done, in order.</summary>
    public List<EpochMetrics> History { get; private set; } = [];

    /// <summary>Moves the average toward the weights and statistics of now.</summary>
    /// <param name="buffers">Float32 [B].</param>
    /// <param name="share">How far, 0..1.</param>
    public void UpdateAverage(Tensor buffers, double share)
    {
        using var noGradient = no_grad();
        using Tensor amount = tensor((float)share, device: Average.device);
        Average.lerp_(Weights, amount);
        AverageBuffers.lerp_(buffers, amount);
    }

    /// <summary>Keeps the average as the best so far.</summary>
    public void KeepBest()
    {
        using var noGradient = no_grad();
        Best.copy_(Average);
        BestBuffers.copy_(AverageBuffers);
    }

    /// <summary>Writes everything to one file, atomically.</summary>
    public void Save(string path) => TensorFile.Write(
        path,
        _vectors.ToDictionary(p => p.Key, p => p.Value.cpu().data<float>().ToArray()),
        new Dictionary<string, string> { ["history"] = JsonSerializer.Serialize(History, TrainingJson.Default.ListEpochMetrics) });

    /// <summary>Reads everything from a file that <see cref="Save"/> wrote.</summary>
    /// <exception cref="MienException">The file is damaged or of another network.</exception>
    public void Load(string path)
    {
        (Dictionary<string, float[]> vectors, Dictionary<string, string> text) = TensorFile.Read(path);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        foreach ((string name, Tensor target) in _vectors)
        {
            if (!vectors.TryGetValue(name, out float[]? values) || values.Length != target.numel())
                throw new MienException($"{path}: `{name}` does not fit the network that config.json names. Delete it to begin the run "
                    + "anew.");
            target.copy_(tensor(values));
        }

        History = JsonSerializer.Deserialize(text["history"], TrainingJson.Default.ListEpochMetrics) ?? [];
    }

    /// <summary>Writes the best weights that a checkpoint holds into a network.</summary>
    /// <exception cref="MienException">The file is damaged or of another network.</exception>
    public static void LoadBest(string path, FlatWeights into)
    {
        Dictionary<string, float[]> vectors = TensorFile.Read(path).Vectors;
        using var scope = NewDisposeScope();
        using Tensor weights = into.Weights();
        using Tensor buffers = into.Buffers();
        if (!vectors.TryGetValue("best", out float[]? best) || !vectors.TryGetValue("best_buffers", out float[]? bestBuffers)
            || best.Length != weights.numel() || bestBuffers.Length != buffers.numel())
            throw new MienException($"{path}: does not fit the network that config.json names.");
        into.WriteWeights(tensor(best, device: weights.device));
        into.WriteBuffers(tensor(bestBuffers, device: weights.device));
    }

    public void Dispose()
    {
        foreach (Tensor vector in _vectors.Values)
            vector.Dispose();
    }

    private Tensor Keep(string name, Tensor vector) => _vectors[name] = vector.DetachFromDisposeScope();
}
