using Microsoft.ML.OnnxRuntime;
using Mien.Imaging;
using Mien.Training.Datasets;

namespace Mien.Training.Evaluation;

/// <summary>How a network that Mien did not write wants its pixels.</summary>
public enum PixelRange
{
    /// <summary>0 to 255.</summary>
    Byte,

    /// <summary>0 to 1.</summary>
    Unit,

    /// <summary>-1 to 1.</summary>
    Signed,
}

/// <summary>
/// Any ONNX classifier over one face: first input [N,C,S,S] or [N,S,S,C] with 1 or 3 channels, first output one score a
/// label. What each score means, and in which range the pixels go, only its author knows.
/// </summary>
public sealed class ForeignClassifier : IDisposable
{
    private readonly InferenceSession _session;
    private readonly string _input;
    private readonly string _file;
    private readonly IReadOnlyList<string> _labels;
    private readonly PixelRange _range;
    private readonly int _channels;
    private readonly int _size;
    private readonly bool _channelsLast;

    /// <summary>Opens a model file.</summary>
    /// <param name="file">The .onnx file.</param>
    /// <param name="labels">What its scores mean, in their order.</param>
    /// <param name="range">How it wants its pixels.</param>
    /// <exception cref="MienException">Not found, not ONNX, or another kind of input.</exception>
    public ForeignClassifier(string file, IReadOnlyList<string> labels, PixelRange range)
        : this(Load(file), file, labels, range)
    {
    }

    private ForeignClassifier(InferenceSession session, string file, IReadOnlyList<string> labels, PixelRange range)
    {
        (_session, _file, _labels, _range) = (session, file, [.. labels.Select(Known)], range);
        (_input, NodeMetadata input) = _session.InputMetadata.First();
        int[] shape = input.Dimensions;
        bool fits = input.ElementType == typeof(float) && shape.Length == 4;
        _channelsLast = fits && shape[3] is 1 or 3 && shape[1] == shape[2];
        _channels = fits ? _channelsLast ? shape[3] : shape[1] : 0;
        _size = fits ? shape[2] : 0;
        if (_channels is not (1 or 3) || _size < 8)
        {
            _session.Dispose();
            throw new MienException($"{file}: its input is {input.ElementType.Name} [{string.Join(',', shape)}]. Expected float [N,C,S,S] "
                + "or [N,S,S,C] with 1 or 3 channels and a fixed side.");
        }
    }

    /// <summary>Opens a model file unless Mien wrote it: <see cref="ExpressionClassifier"/> is for those.</summary>
    /// <param name="file">The .onnx file.</param>
    /// <param name="labels">What its scores mean, in their order; null where nobody said so, as a model of Mien's says it itself.</param>
    /// <param name="range">How it wants its pixels.</param>
    /// <returns>Null where Mien wrote it.</returns>
    /// <exception cref="MienException">Not ONNX, or another's without labels or of another kind of input.</exception>
    public static ForeignClassifier? OpenIfForeign(string file, IReadOnlyList<string>? labels, PixelRange range)
    {
        InferenceSession session = Load(file);
        bool ours = session.ModelMetadata.CustomMetadataMap.ContainsKey("mien.format");
        if (!ours && labels is not null)
            return new ForeignClassifier(session, file, labels, range);
        session.Dispose();
        return ours ? null : throw new MienException($"{file}: not a model that Mien wrote. Name what its scores mean with --labels "
            + "neutral,happiness,…");
    }

    /// <summary>What its scores mean, in their order; expressions by Mien's names.</summary>
    public IReadOnlyList<string> Labels => _labels;

    /// <summary>The most probable class of each face.</summary>
    /// <param name="faces">The faces.</param>
    /// <param name="without">Classes that are never the answer; null for none.</param>
    /// <returns>[N] places among the table's labels; 255 where the answer is none of them.</returns>
    /// <exception cref="MienException">The model does not give one score a label.</exception>
    public byte[] Predict(FaceTable faces, IReadOnlyList<string>? without = null)
    {
        ArgumentNullException.ThrowIfNull(faces);
        int[] scored = [.. Enumerable.Range(0, _labels.Count).Where(k => without?.Contains(_labels[k]) != true)];
        byte[] places = [.. _labels.Select(label => PlaceOf(label, faces.LabelNames))];
        byte[] predicted = new byte[faces.Count];
        float[] values = new float[_size * _size * _channels];
        byte[] resized = new byte[_size * _size];
        using var run = new RunOptions();
        for (int i = 0; i < faces.Count; i++)
        {
            Preprocessing.Resize(faces.Face(i), faces.Size, faces.Size, _size, resized);
            Fill(resized, values);
            long[] shape = _channelsLast ? [1, _size, _size, _channels] : [1, _channels, _size, _size];
            using OrtValue tensor = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values.AsMemory(), shape);
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(run, [_input], [tensor], [_session.OutputNames[0]]);
            ReadOnlySpan<float> scores = outputs[0].GetTensorDataAsSpan<float>();
            if (scores.Length != _labels.Count)
                throw new MienException($"{_file}: {scores.Length} scores for {_labels.Count} labels ({string.Join(", ", _labels)}). Name "
                    + "one label a score with --labels.");
            predicted[i] = places[MostProbable(scores, scored)];
        }

        return predicted;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static InferenceSession Load(string file)
    {
        try
        {
            return new InferenceSession(file);
        }
        catch (OnnxRuntimeException e)
        {
            throw new MienException($"{file}: not an ONNX model that can be loaded ({e.Message.Split('\n')[0]}).", e);
        }
    }

    private void Fill(byte[] gray, float[] values)
    {
        for (int p = 0; p < gray.Length; p++)
        {
            float value = _range switch
            {
                PixelRange.Unit => gray[p] / 255f,
                PixelRange.Signed => gray[p] / 127.5f - 1,
                _ => gray[p],
            };
            for (int c = 0; c < _channels; c++)
                values[_channelsLast ? p * _channels + c : c * gray.Length + p] = value;
        }
    }

    private static int MostProbable(ReadOnlySpan<float> scores, int[] among)
    {
        int best = among[0];
        foreach (int k in among)
        {
            if (scores[k] > scores[best])
                best = k;
        }

        return best;
    }

    private static string Known(string label) => FacialExpressions.TryParse(label, out FacialExpression expression) ? expression.Name()
        : label.Trim().ToLowerInvariant();

    private static byte PlaceOf(string label, IReadOnlyList<string> names)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == label)
                return (byte)i;
        }

        return byte.MaxValue;
    }
}
