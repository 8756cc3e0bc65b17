using System.Buffers;
using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Mien.Imaging;

namespace Mien;

/// <summary>The network over aligned faces: gray crops in, calibrated probabilities out. Safe to call from many threads.</summary>
public sealed class ExpressionClassifier : IDisposable
{
    /// <summary>Faces a run at most; more are done in turn, so that memory stays bounded.</summary>
    public const int MaxBatch = 256;

    private static readonly string[] Inputs = [ModelCard.InputName];
    private static readonly string[] Outputs = [ModelCard.ProbabilitiesName];

    private readonly Member[] _members;
    private readonly RunOptions _run = new();
    private readonly CallGate _gate = new();

    private ExpressionClassifier(Member[] members)
    {
        _members = members;
        ModelCard first = members[0].Card;
        Card = members.Length == 1
            ? first
            : first with
            {
                Name = string.Join(" + ", members.Select(member => member.Card.Name)),
                Architecture = string.Join(" + ", members.Select(member => member.Card.Architecture)),
                Metrics = new SortedDictionary<string, double>()
            };
    }

    /// <summary>What the model says of itself: labels, input, provenance.</summary>
    public ModelCard Card { get; }

    /// <summary>Opens the default model, <see cref="Models.Default"/>.</summary>
    /// <param name="options">ONNX Runtime options; null for its defaults.</param>
    /// <exception cref="MienException">Mien was built without a model.</exception>
    public static ExpressionClassifier CreateDefault(SessionOptions? options = null) => Create(Models.Default, options);

    /// <summary>Opens a model file that `mien train` wrote.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="options">ONNX Runtime options; null for its defaults.</param>
    /// <exception cref="MienException">Not found, damaged, or not exported by Mien.</exception>
    public static ExpressionClassifier Create(string path, SessionOptions? options = null) => Create(ModelSource.FromFile(path), options);

    /// <summary>Opens a model.</summary>
    /// <param name="model">A file, bytes, or one of <see cref="Models"/>.</param>
    /// <param name="options">ONNX Runtime options; null for its defaults.</param>
    /// <exception cref="MienException">Not found, damaged, or not exported by Mien.</exception>
    public static ExpressionClassifier Create(ModelSource model, SessionOptions? options = null) => Create([model], options);

    /// <summary>Opens several models as one classifier that averages their probabilities.</summary>
    /// <param name="models">Models with the same labels and input size.</param>
    /// <param name="options">ONNX Runtime options; null for its defaults.</param>
    /// <exception cref="ArgumentException">No model is given.</exception>
    /// <exception cref="MienException">One is not found, damaged or not exported by Mien, or they differ in labels or size.</exception>
    public static ExpressionClassifier Create(IReadOnlyList<ModelSource> models, SessionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentOutOfRangeException.ThrowIfZero(models.Count, nameof(models));
        var members = new List<Member>();
        try
        {
            foreach (ModelSource model in models)
            {
                members.Add(Member.Open(model, options));
                (ModelCard first, ModelCard last) = (members[0].Card, members[^1].Card);
                if (!first.Labels.SequenceEqual(last.Labels) || first.Input.Size != last.Input.Size)
                {
                    throw new MienException($"{model.Name}: its labels or input size ({string.Join(", ", last.Labels)}; "
                        + $"{last.Input.Size} pixels) are not those of {models[0].Name} ({string.Join(", ", first.Labels)}; {first.Input.Size} pixels). "
                        + "Models are averaged only where both agree.");
                }
            }

            return new ExpressionClassifier([.. members]);
        }
        catch
        {
            members.ForEach(member => member.Session.Dispose());
            throw;
        }
    }

    /// <summary>Reads the expression of aligned faces.</summary>
    /// <param name="faces">[count*S*S] gray levels, row-major, face after face; S is the card's input size.</param>
    /// <param name="count">How many faces.</param>
    /// <param name="mirror">Averages each face's probabilities with those of its mirror image, at twice the cost.</param>
    /// <returns>[count*K] probabilities in the order of the card's labels; rows sum to 1.</returns>
    /// <exception cref="ArgumentException">The length is not count*S*S.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Classify(ReadOnlySpan<byte> faces, int count, bool mirror = false)
    {
        using CallGate.Call call = _gate.Enter(this);
        float[] probabilities = new float[count * Card.Labels.Count];
        float share = 1f / (_members.Length * (mirror ? 2 : 1));
        foreach (Member member in _members)
            AddProbabilities(member, faces, count, share, probabilities);
        if (!mirror)
            return probabilities;
        byte[] mirrored = faces.ToArray();
        for (int row = 0; row < mirrored.Length; row += Card.Input.Size)
            mirrored.AsSpan(row, Card.Input.Size).Reverse();
        foreach (Member member in _members)
            AddProbabilities(member, mirrored, count, share, probabilities);
        return probabilities;
    }

    /// <summary>Reads the expression of aligned faces and keeps the last feature maps, as far as <see cref="HasFeatureMaps"/>.</summary>
    /// <inheritdoc cref="Classify" path="/param"/>
    /// <inheritdoc cref="Classify" path="/exception"/>
    /// <exception cref="MienException">The model gives no feature maps.</exception>
    public FaceFeatures ClassifyWithFeatures(ReadOnlySpan<byte> faces, int count)
    {
        using CallGate.Call call = _gate.Enter(this);
        if (!HasFeatureMaps)
            throw new MienException(_members.Length > 1 ? "Several models have no feature maps in common: name one."
                : $"The model {Card.Name} gives no feature maps. Export it again with `mien train --resume`.");
        int classes = Card.Labels.Count;
        int[] shape = _members[0].Session.OutputMetadata[ModelCard.FeatureMapsName].Dimensions[1..];
        int maps = shape[0] * shape[1] * shape[2];
        float[] probabilities = new float[count * classes];
        float[] features = new float[count * maps];
        Run(_members[0], faces, count, [.. Outputs, ModelCard.FeatureMapsName], (start, outputs) =>
        {
            outputs[0].GetTensorDataAsSpan<float>().CopyTo(probabilities.AsSpan(start * classes));
            outputs[1].GetTensorDataAsSpan<float>().CopyTo(features.AsSpan(start * maps));
        });
        return new FaceFeatures(count, probabilities, features, shape[0], shape[1], shape[2]);
    }

    /// <summary>Whether the model gives its last feature maps: `feature_maps` among its outputs.</summary>
    public bool HasFeatureMaps => _members.Length == 1 && _members[0].Outputs.Contains(ModelCard.FeatureMapsName);

    /// <summary>The model files, read again, for a runtime elsewhere (a browser's), which averages their probabilities.</summary>
    /// <exception cref="MienException">A file is gone since it was opened.</exception>
    public IReadOnlyList<ModelFile> ReadModels() => [.. _members.Select(member => new ModelFile(member.Card.Input, member.Source.Read()))];

    /// <summary>The weights of the last dense layer, [K*F], or null where the model does not give them.</summary>
    internal float[]? ReadClassifierWeights()
    {
        using CallGate.Call call = _gate.Enter(this);
        if (_members.Length > 1 || !_members[0].Outputs.Contains(ModelCard.ClassifierWeightsName))
            return null;
        float[] weights = [];
        byte[] blank = new byte[Card.Input.Size * Card.Input.Size];
        Run(_members[0], blank, 1, [ModelCard.ClassifierWeightsName],
            (_, outputs) => weights = outputs[0].GetTensorDataAsSpan<float>().ToArray());
        return weights;
    }

    private void AddProbabilities(Member member, ReadOnlySpan<byte> faces, int count, float share, float[] sum) =>
        Run(member, faces, count, Outputs, (start, outputs) =>
        {
            ReadOnlySpan<float> answers = outputs[0].GetTensorDataAsSpan<float>();
            Span<float> target = sum.AsSpan(start * Card.Labels.Count, answers.Length);
            TensorPrimitives.MultiplyAdd(answers, share, target, target);
        });

    /// <summary>Runs a network over the faces in batches; <paramref name="read"/> gets each batch's first face and outputs.</summary>
    private void Run(Member member, ReadOnlySpan<byte> faces, int count, string[] names, Action<int, IReadOnlyList<OrtValue>> read)
    {
        InputSpec input = member.Card.Input;
        int area = input.Size * input.Size;
        if (faces.Length != count * area)
            throw new ArgumentException($"{faces.Length} pixels for {count} faces of {input.Size}x{input.Size}.", nameof(faces));
        float[] normalized = ArrayPool<float>.Shared.Rent(Math.Min(count, MaxBatch) * area);
        for (int start = 0; start < count; start += MaxBatch)
        {
            int batch = Math.Min(MaxBatch, count - start);
            for (int i = 0; i < batch; i++)
                Preprocessing.Normalize(faces.Slice((start + i) * area, area), input, normalized.AsSpan(i * area, area));
            using OrtValue tensor = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, normalized.AsMemory(0, batch * area), [batch, 1, input.Size, input.Size]);
            using IDisposableReadOnlyCollection<OrtValue> outputs = member.Session.Run(_run, Inputs, [tensor], names);
            read(start, outputs);
        }

        ArrayPool<float>.Shared.Return(normalized);
    }

    /// <summary>Waits for the calls under way and frees the networks; later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        if (!_gate.Close())
            return;
        _run.Dispose();
        foreach (Member member in _members)
            member.Session.Dispose();
    }

    /// <summary>One network.</summary>
    private sealed record Member(InferenceSession Session, ModelCard Card, ModelSource Source)
    {
        /// <summary>Names of the network's outputs; they stay when the session is gone.</summary>
        public string[] Outputs { get; } = [.. Session.OutputNames];

        public static Member Open(ModelSource source, SessionOptions? options)
        {
            ArgumentNullException.ThrowIfNull(source);
            using SessionOptions? own = options is null ? new SessionOptions() : null;
            string name = source.Name;
            byte[] model = source.Read();
            InferenceSession session;
            try
            {
                session = new InferenceSession(model, options ?? own!);
            }
            catch (OnnxRuntimeException e)
            {
                throw new MienException($"{name}: not an ONNX model that can be loaded ({e.Message.Split('\n')[0]}). Pass a model.onnx "
                    + "that `mien train` wrote.", e);
            }

            try
            {
                var card = ModelCard.FromMetadata(session.ModelMetadata.CustomMetadataMap, name);
                if (!session.InputNames.Contains(ModelCard.InputName) || !session.OutputNames.Contains(ModelCard.ProbabilitiesName))
                    throw new MienException($"{name}: no input `{ModelCard.InputName}` or no output `{ModelCard.ProbabilitiesName}`. Pass "
                        + "a model.onnx that `mien train` wrote.");
                int[] shape = session.InputMetadata[ModelCard.InputName].Dimensions;
                int side = card.Input.Size;
                if (shape is not [_, 1, var height, var width] || (height > 0 && height != side) || (width > 0 && width != side))
                    throw new MienException($"{name}: its input is [{string.Join(',', shape)}], its metadata says gray faces of {side} "
                        + $"pixels, [N,1,{side},{side}]. Export the model again with `mien train`.");
                if (session.OutputMetadata[ModelCard.ProbabilitiesName].Dimensions is [_, var scores] && scores > 0
                    && scores != card.Labels.Count)
                    throw new MienException($"{name}: its network gives {scores} scores, its metadata names {card.Labels.Count} "
                        + $"classes ({string.Join(", ", card.Labels)}). Export the model again with `mien train`.");
                return new Member(session, card, source);
            }
            catch
            {
                session.Dispose();
                throw;
            }
        }
    }
}
