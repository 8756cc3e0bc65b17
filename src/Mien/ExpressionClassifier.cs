using Microsoft.ML.OnnxRuntime;
using Mien.Imaging;

namespace Mien;

/// <summary>The network over aligned faces: grey crops in, calibrated probabilities out. Safe to call from many threads.</summary>
public sealed class ExpressionClassifier : IDisposable
{
    /// <summary>Faces a run at most; more are done in turn, so that memory stays bounded.</summary>
    public const int MaxBatch = 256;

    private const string Bundled = "mien-fer2013.onnx";

    private static readonly string[] Inputs = [ModelCard.InputName];
    private static readonly string[] Outputs = [ModelCard.ProbabilitiesName];

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    private ExpressionClassifier(byte[] model, string name, SessionOptions? options)
    {
        using SessionOptions? own = options is null ? new SessionOptions() : null;
        try
        {
            _session = new InferenceSession(model, options ?? own!);
        }
        catch (OnnxRuntimeException e)
        {
            throw new MienException($"{name}: not an ONNX model that can be loaded ({FirstLine(e)}). Pass a model.onnx that `mien train` wrote.", e);
        }

        try
        {
            Card = ModelCard.FromMetadata(_session.ModelMetadata.CustomMetadataMap, name);
            if (!_session.InputNames.Contains(ModelCard.InputName) || !_session.OutputNames.Contains(ModelCard.ProbabilitiesName))
                throw new MienException($"{name}: no input `{ModelCard.InputName}` or no output `{ModelCard.ProbabilitiesName}`. Pass a model.onnx that `mien train` wrote.");
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    /// <summary>What the model says of itself: labels, input, provenance.</summary>
    public ModelCard Card { get; }

    /// <summary>Loads the model that comes with Mien.</summary>
    /// <param name="options">ONNX Runtime options; null for its defaults.</param>
    /// <exception cref="MienException">Mien was built without a model.</exception>
    public static ExpressionClassifier CreateDefault(SessionOptions? options = null)
    {
        if (!Resources.Has(Bundled))
            throw new MienException("This build of Mien carries no model. Build it with models/mien-fer2013.onnx in place, or name a model of your own.");
        return new ExpressionClassifier(Resources.Read(Bundled), "the bundled model", options);
    }

    /// <summary>Loads a model file that `mien train` wrote.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="options">ONNX Runtime options; null for its defaults.</param>
    /// <exception cref="MienException">Not found, damaged, or not exported by Mien.</exception>
    public static ExpressionClassifier Create(string path, SessionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] model;
        try
        {
            model = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException(
                e is FileNotFoundException or DirectoryNotFoundException
                    ? $"{path}: not found. Pass a model.onnx that `mien train` wrote."
                    : $"{path}: can't be read ({e.Message}).", e);
        }

        return new ExpressionClassifier(model, path, options);
    }

    /// <summary>Reads the expression of aligned faces.</summary>
    /// <param name="faces">[count*S*S] grey levels, row-major, face after face; S is the card's input size.</param>
    /// <param name="count">How many faces.</param>
    /// <returns>[count*K] probabilities in the order of the card's labels; rows sum to 1.</returns>
    /// <exception cref="ArgumentException">The length is not count*S*S.</exception>
    public float[] Classify(ReadOnlySpan<byte> faces, int count)
    {
        int classes = Card.Labels.Count;
        float[] probabilities = new float[count * classes];
        Run(faces, count, Outputs, (start, outputs) => outputs[0].GetTensorDataAsSpan<float>().CopyTo(probabilities.AsSpan(start * classes)));
        return probabilities;
    }

    /// <summary>Reads the expression of aligned faces and keeps the last feature maps, as far as <see cref="HasFeatureMaps"/>.</summary>
    /// <inheritdoc cref="Classify" path="/param"/>
    /// <inheritdoc cref="Classify" path="/exception"/>
    /// <exception cref="MienException">The model gives no feature maps.</exception>
    public FaceFeatures ClassifyWithFeatures(ReadOnlySpan<byte> faces, int count)
    {
        if (!HasFeatureMaps)
            throw new MienException($"The model {Card.Name} gives no feature maps. Export it again with `mien train --resume`.");
        int classes = Card.Labels.Count;
        int[] shape = _session.OutputMetadata[ModelCard.FeatureMapsName].Dimensions[1..];
        int maps = shape[0] * shape[1] * shape[2];
        float[] probabilities = new float[count * classes];
        float[] features = new float[count * maps];
        Run(faces, count, [.. Outputs, ModelCard.FeatureMapsName], (start, outputs) =>
        {
            outputs[0].GetTensorDataAsSpan<float>().CopyTo(probabilities.AsSpan(start * classes));
            outputs[1].GetTensorDataAsSpan<float>().CopyTo(features.AsSpan(start * maps));
        });
        return new FaceFeatures(count, probabilities, features, shape[0], shape[1], shape[2]);
    }

    /// <summary>Whether the model gives its last feature maps: `feature_maps` among its outputs.</summary>
    public bool HasFeatureMaps => _session.OutputNames.Contains(ModelCard.FeatureMapsName);

    /// <summary>The weights of the last dense layer, [K*F], or null where the model does not give them.</summary>
    internal float[]? ReadClassifierWeights()
    {
        if (!_session.OutputNames.Contains(ModelCard.ClassifierWeightsName))
            return null;
        float[] weights = [];
        byte[] blank = new byte[Card.Input.Size * Card.Input.Size];
        Run(blank, 1, [ModelCard.ClassifierWeightsName], (_, outputs) => weights = outputs[0].GetTensorDataAsSpan<float>().ToArray());
        return weights;
    }

    /// <summary>Runs the network over the faces in batches; <paramref name="read"/> gets each batch's first face and outputs.</summary>
    private void Run(ReadOnlySpan<byte> faces, int count, string[] names, Action<int, IReadOnlyList<OrtValue>> read)
    {
        InputSpec input = Card.Input;
        int area = input.Size * input.Size;
        if (faces.Length != count * area)
            throw new ArgumentException($"{faces.Length} pixels for {count} faces of {input.Size}x{input.Size}.", nameof(faces));
        float[] normalised = new float[Math.Min(count, MaxBatch) * area];
        for (int start = 0; start < count; start += MaxBatch)
        {
            int batch = Math.Min(MaxBatch, count - start);
            for (int i = 0; i < batch; i++)
                Preprocessing.Normalise(faces.Slice((start + i) * area, area), input, normalised.AsSpan(i * area, area));
            using OrtValue tensor = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, normalised.AsMemory(0, batch * area), [batch, 1, input.Size, input.Size]);
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, Inputs, [tensor], names);
            read(start, outputs);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private static string FirstLine(Exception e) => e.Message.Split('\n')[0];
}
