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
        InputSpec input = Card.Input;
        int area = input.Size * input.Size;
        if (faces.Length != count * area)
            throw new ArgumentException($"{faces.Length} pixels for {count} faces of {input.Size}x{input.Size}.", nameof(faces));
        int classes = Card.Labels.Count;
        float[] probabilities = new float[count * classes];
        float[] normalised = new float[Math.Min(count, MaxBatch) * area];
        for (int start = 0; start < count; start += MaxBatch)
        {
            int batch = Math.Min(MaxBatch, count - start);
            for (int i = 0; i < batch; i++)
                Preprocessing.Normalise(faces.Slice((start + i) * area, area), input, normalised.AsSpan(i * area, area));
            using OrtValue tensor = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, normalised.AsMemory(0, batch * area), [batch, 1, input.Size, input.Size]);
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, Inputs, [tensor], Outputs);
            outputs[0].GetTensorDataAsSpan<float>().CopyTo(probabilities.AsSpan(start * classes));
        }

        return probabilities;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private static string FirstLine(Exception e) => e.Message.Split('\n')[0];
}
