using Microsoft.ML.OnnxRuntime;

namespace Mien.Detection;

/// <summary>What the cover network says of a face.</summary>
/// <param name="Cover">Probability that mouth, eyes or one side is covered, 0..1.</param>
/// <param name="Upright">Probability that it is upright, 0..1.</param>
internal readonly record struct CoverAnswer(float Cover, float Upright);

/// <summary>A small network that tells covered and turned faces from clear ones. Safe to call from many threads.</summary>
/// <remarks>Trained by `mien train --arch tiny` on what `mien dataset covers` draws; models/README.md has its figures.</remarks>
internal sealed class CoverNetwork : IDisposable
{
    private const string File = "mien-cover.onnx";
    private const string Clear = "clear";
    private const string Turned = "turned";

    private readonly ExpressionClassifier _classifier;
    private readonly int _clear;
    private readonly int _turned;

    /// <param name="options">ONNX Runtime options; null for its defaults.</param>
    public CoverNetwork(SessionOptions? options)
    {
        _classifier = ExpressionClassifier.Create(new ModelSource("the cover network", ReadNetwork), options);
        string[] labels = [.. _classifier.Card.Labels];
        (_clear, _turned) = (Array.IndexOf(labels, Clear), Array.IndexOf(labels, Turned));
    }

    /// <summary>The network's file, for a runtime elsewhere.</summary>
    public static byte[] ReadNetwork() => Resources.Read(File);

    /// <summary>Reads aligned faces.</summary>
    /// <param name="crops">[count*S*S] gray levels, S = <see cref="FaceQuality.CropSize"/>.</param>
    /// <param name="count">How many.</param>
    public CoverAnswer[] Read(ReadOnlySpan<byte> crops, int count)
    {
        int classes = _classifier.Card.Labels.Count;
        float[] probabilities = _classifier.Classify(crops, count);
        var answers = new CoverAnswer[count];
        for (int i = 0; i < count; i++)
        {
            float turned = probabilities[i * classes + _turned];
            answers[i] = new CoverAnswer(Math.Max(0, 1 - probabilities[i * classes + _clear] - turned), 1 - turned);
        }

        return answers;
    }

    public void Dispose() => _classifier.Dispose();
}
