using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Augmentation;

/// <summary>Mixes each face of a batch with another and its label with the other's.</summary>
/// <remarks>
/// Mixup blends whole pictures (Zhang et al. 2018, arXiv:1710.09412); CutMix pastes a rectangle (Yun et al. 2019,
/// arXiv:1905.04899). One share and one kind a batch; all chance comes from the given generator.
/// </remarks>
internal sealed class Mixer(AugmentationOptions options)
{
    /// <summary>Mixes, or leaves the batch as it is.</summary>
    /// <param name="faces">[N,1,S,S].</param>
    /// <param name="targets">[N,K].</param>
    /// <param name="random">Where all chance comes from.</param>
    /// <returns>[N,1,S,S] and [N,K].</returns>
    public (Tensor Faces, Tensor Targets) Apply(Tensor faces, Tensor targets, Random random)
    {
        // No draw where nothing is mixed: recipes from before there was mixing keep their chance.
        if (options.CutMix + options.MixUp == 0)
            return (faces, targets);
        double kind = random.NextDouble();
        if (kind < options.CutMix)
            return Mix(faces, targets, random, Paste);
        if (kind < options.CutMix + options.MixUp)
            return Mix(faces, targets, random, Blend);
        return (faces, targets);
    }

    /// <summary>Puts part of the others over the faces; gives the result and the share of the faces that is left.</summary>
    private delegate (Tensor Mixed, double Share) Mixing(Tensor faces, Tensor others, Random random);

    private static (Tensor, Tensor) Mix(Tensor faces, Tensor targets, Random random, Mixing mixing)
    {
        long[] order = [.. Enumerable.Range(0, (int)targets.shape[0]).Select(i => (long)i)];
        random.Shuffle(order);
        Tensor places = tensor(order, device: faces.device);
        (Tensor mixed, double share) = mixing(faces, faces.index_select(0, places), random);
        using Scalar kept = (float)share;
        using Scalar given = (float)(1 - share);
        return (mixed, targets.mul(kept).add(targets.index_select(0, places).mul(given)));
    }

    private static (Tensor, double) Blend(Tensor faces, Tensor others, Random random)
    {
        double share = Beta(0.2, random);
        using Scalar kept = (float)share;
        using Scalar given = (float)(1 - share);
        return (faces.mul(kept).add(others.mul(given)), share);
    }

    private static (Tensor, double) Paste(Tensor faces, Tensor others, Random random)
    {
        int size = (int)faces.shape[^1];
        double side = Math.Sqrt(1 - random.NextDouble());
        int cut = (int)Math.Round(side * size);
        int top = random.Next(size - cut + 1);
        int left = random.Next(size - cut + 1);
        float[] mask = new float[size * size];
        for (int y = top; y < top + cut; y++)
            mask.AsSpan(y * size + left, cut).Fill(1);
        Tensor pasted = tensor(mask, [1, 1, size, size], device: faces.device);
        return (faces + (others - faces) * pasted, 1 - (double)cut * cut / (size * size));
    }

    /// <summary>A draw from Beta(a,a), 0 below a up to 1 (Jöhnk 1964).</summary>
    private static double Beta(double a, Random random)
    {
        while (true)
        {
            double x = Math.Pow(random.NextDouble(), 1 / a);
            double y = Math.Pow(random.NextDouble(), 1 / a);
            if (x + y is > 0 and <= 1)
                return x / (x + y);
        }
    }
}
