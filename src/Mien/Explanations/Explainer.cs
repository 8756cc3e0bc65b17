using Mien.Imaging;

namespace Mien.Explanations;

/// <summary>Shows what in a face an answer rests on, with ONNX Runtime alone.</summary>
public sealed class Explainer
{
    /// <summary>Side of the patch that the occlusion map covers, as a share of the face's side: a sixth, about an eye.</summary>
    public const double PatchShare = 1.0 / 6;

    private readonly ExpressionClassifier _classifier;
    private readonly float[]? _weights;

    /// <summary>Prepares a classifier's explanations.</summary>
    /// <param name="classifier">The model; not disposed.</param>
    public Explainer(ExpressionClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        _classifier = classifier;
        _weights = classifier.ReadClassifierWeights();
    }

    /// <summary>Whether <see cref="GradCam(ReadOnlySpan{byte}, int)"/> works: the model gives feature maps and the weights over
    /// them.</summary>
    public bool HasGradCam => _weights is not null && _classifier.HasFeatureMaps;

    /// <summary>Grad-CAM of one face (Selvaraju et al. 2017, arXiv:1610.02391): where the feature maps speak for a class.</summary>
    /// <param name="face">[S*S] gray levels of an aligned face.</param>
    /// <param name="label">The class, 0 .. K-1.</param>
    /// <exception cref="MienException">The model gives no feature maps or no weights over them.</exception>
    public Heatmap GradCam(ReadOnlySpan<byte> face, int label) => GradCam(_classifier.ClassifyWithFeatures(face, 1), 0, label);

    /// <summary>Grad-CAM of a face that is already classified.</summary>
    /// <param name="features">Of some faces.</param>
    /// <param name="face">Which of them.</param>
    /// <param name="label">The class, 0 .. K-1.</param>
    /// <exception cref="MienException">The model gives no weights over its feature maps.</exception>
    public Heatmap GradCam(FaceFeatures features, int face, int label)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (_weights is null)
            throw new MienException($"The model {_classifier.Card.Name} gives no classifier weights: it was exported by an older Mien, or "
                + "more than one layer follows its feature maps. Export it again with `mien train --resume`, or use the occlusion map.");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)label, (uint)_classifier.Card.Labels.Count);

        // The score is linear in the pooled maps, so that its gradient in a map is that cell's weight over the cell's
        // area, and the mean of the gradient over a map, Grad-CAM's weight of it, the sum over its cells.
        int area = features.Height * features.Width;
        int cells = _weights.Length / _classifier.Card.Labels.Count / features.Channels;
        ReadOnlySpan<float> weights = _weights.AsSpan(label * cells * features.Channels, cells * features.Channels);
        ReadOnlySpan<float> maps = features.MapsOf(face);
        float[] sum = new float[area];
        for (int channel = 0; channel < features.Channels; channel++)
        {
            float weight = 0;
            foreach (float cell in weights.Slice(channel * cells, cells))
                weight += cell;
            for (int i = 0; i < area; i++)
                sum[i] += weight * maps[channel * area + i];
        }

        return Heatmap.Stretch(sum, features.Height, features.Width, _classifier.Card.Input.Size);
    }

    /// <summary>Occlusion map of one face (Zeiler and Fergus 2014, arXiv:1311.2901): how far a class's probability falls when a gray patch
    /// covers a place.</summary>
    /// <param name="face">[S*S] gray levels of an aligned face.</param>
    /// <param name="label">The class, 0 .. K-1.</param>
    public Heatmap Occlusion(ReadOnlySpan<byte> face, int label)
    {
        InputSpec input = _classifier.Card.Input;
        int classes = _classifier.Card.Labels.Count;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)label, (uint)classes);
        int size = input.Size;
        int patch = Math.Max(1, (int)Math.Round(size * PatchShare));
        int step = Math.Max(1, patch / 2);
        int places = (size - patch + step - 1) / step + 1;
        // The face itself, then one covered copy a place.
        byte[] faces = new byte[(1 + places * places) * size * size];
        face.CopyTo(faces);
        byte ground = input.Levels == InputLevels.Face ? MeanOf(face) : (byte)Math.Round(input.Mean * 255);
        for (int place = 0; place < places * places; place++)
        {
            Span<byte> covered = faces.AsSpan((place + 1) * size * size, size * size);
            face.CopyTo(covered);
            int top = Math.Min(place / places * step, size - patch);
            int left = Math.Min(place % places * step, size - patch);
            for (int y = top; y < top + patch; y++)
                covered.Slice(y * size + left, patch).Fill(ground);
        }

        float[] probabilities = _classifier.Classify(faces, 1 + places * places);
        float[] falls = new float[places * places];
        for (int place = 0; place < falls.Length; place++)
            falls[place] = probabilities[label] - probabilities[(place + 1) * classes + label];
        return Heatmap.Stretch(falls, places, places, size);
    }

    private static byte MeanOf(ReadOnlySpan<byte> face)
    {
        int sum = 0;
        foreach (byte level in face)
            sum += level;
        return (byte)Math.Round((double)sum / face.Length);
    }
}
