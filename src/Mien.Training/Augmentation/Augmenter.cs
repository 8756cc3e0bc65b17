using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Augmentation;

/// <summary>Changes a batch of faces at random: one geometric sampling, then contrast, brightness and erasing.</summary>
/// <remarks>All chance comes from the given generator, in a fixed order, so that a run can be repeated.</remarks>
public sealed class Augmenter(AugmentationOptions options)
{
    private const float LeastBlur = -0.5f;

    /// <summary>[N,1,S,S] normalized faces -> [N,1,size,size].</summary>
    /// <param name="faces">[N,1,S,S], float32, normalized.</param>
    /// <param name="size">Side of the result.</param>
    /// <param name="random">Where all chance comes from.</param>
    /// <param name="mirrored">[N], which faces to mirror; null to draw them.</param>
    public Tensor Apply(Tensor faces, int size, Random random, bool[]? mirrored = null)
    {
        using var scope = NewDisposeScope();
        int count = (int)faces.shape[0];
        int side = (int)faces.shape[^1];
        Tensor theta = tensor(Windows(count, side, size, random, mirrored), [count, 2, 3], device: faces.device);
        Tensor grid = nn.functional.affine_grid(theta, [count, 1, size, size], align_corners: false);
        Tensor result = nn.functional.grid_sample(faces, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Border, align_corners: false);
        if (options.Blur > 0)
            result = Blurred(result, Draw(count, () => random.NextDouble() < options.Blur ? LeastBlur
                + (float)random.NextDouble() * (1 - LeastBlur) : 0));
        if (options.Contrast > 0 || options.Brightness > 0)
        {
            float[] contrast = Draw(count, () => 1 + Symmetric(random, options.Contrast));
            float[] brightness = Draw(count, () => Symmetric(random, options.Brightness));
            Tensor means = result.mean([2, 3], keepdim: true);
            result = (result - means) * tensor(contrast, [count, 1, 1, 1], device: faces.device) + means
                + tensor(brightness, [count, 1, 1, 1], device: faces.device);
        }

        if (options.Erasing > 0)
            result = result * tensor(Erased(count, size, random), [count, 1, size, size], device: faces.device);
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>For each face the affine map from the result's coordinates to the picture's, both in -1..1. [N*2*3].</summary>
    private float[] Windows(int count, int side, int size, Random random, bool[]? mirrored)
    {
        float[] theta = new float[count * 6];
        double pixel = 2.0 / side;
        int slack = (int)Math.Round(options.Shift * side);
        for (int i = 0; i < count; i++)
        {
            bool drawn = options.Flip && random.Next(2) == 1;
            double mirror = (mirrored is null ? drawn : mirrored[i]) ? -1 : 1;
            bool affine = random.NextDouble() < options.Affine;
            double angle = Symmetric(random, options.Rotation) * Math.PI / 180;
            double window = options.MinWindow + random.NextDouble() * (options.MaxWindow - options.MinWindow);
            double shiftX = Symmetric(random, options.Shift) * 2;
            double shiftY = Symmetric(random, options.Shift) * 2;
            int pixelsX = random.Next(-slack, slack + 1);
            int pixelsY = random.Next(-slack, slack + 1);
            if (!affine)
            {
                // Whole pixels only: bilinear sampling then copies them, and the network also sees sharp faces.
                (angle, window) = (0, (double)size / side);
                (shiftX, shiftY) = (pixelsX * pixel, pixelsY * pixel);
            }

            double cos = Math.Cos(angle) * window;
            double sin = Math.Sin(angle) * window;
            theta[i * 6] = (float)(cos * mirror);
            theta[i * 6 + 1] = (float)-sin;
            theta[i * 6 + 2] = (float)shiftX;
            theta[i * 6 + 3] = (float)(sin * mirror);
            theta[i * 6 + 4] = (float)cos;
            theta[i * 6 + 5] = (float)shiftY;
        }

        return theta;
    }

    /// <summary>Blends each face with its blurred copy; a negative share takes the blur away and so sharpens.</summary>
    private static Tensor Blurred(Tensor faces, float[] shares)
    {
        using Tensor kernel = Gaussian(faces.device);
        Tensor padded = nn.functional.pad(faces, [2, 2, 2, 2], PaddingModes.Replicate);
        Tensor blurred = nn.functional.conv2d(padded, kernel);
        return faces + (blurred - faces) * tensor(shares, [shares.Length, 1, 1, 1], device: faces.device);
    }

    /// <summary>A 5x5 Gaussian of deviation 1.2, [1,1,5,5].</summary>
    private static Tensor Gaussian(Device device)
    {
        double[] line = [.. Enumerable.Range(-2, 5).Select(x => Math.Exp(-x * x / (2 * 1.2 * 1.2)))];
        double sum = line.Sum();
        float[] values = [.. line.SelectMany(y => line.Select(x => (float)(x * y / (sum * sum))))];
        return tensor(values, [1, 1, 5, 5], device: device);
    }

    /// <summary>1 where a face is kept, 0 (the mean gray) in a rectangle of 2 to 20 % of its area. [N*size*size].</summary>
    private float[] Erased(int count, int size, Random random)
    {
        float[] kept = new float[count * size * size];
        Array.Fill(kept, 1f);
        for (int i = 0; i < count; i++)
        {
            if (random.NextDouble() >= options.Erasing)
                continue;
            double area = (0.02 + random.NextDouble() * 0.18) * size * size;
            double aspect = Math.Exp(Symmetric(random, Math.Log(3)));
            int height = Math.Clamp((int)Math.Round(Math.Sqrt(area * aspect)), 1, size);
            int width = Math.Clamp((int)Math.Round(Math.Sqrt(area / aspect)), 1, size);
            int top = random.Next(size - height + 1);
            int left = random.Next(size - width + 1);
            for (int y = top; y < top + height; y++)
                kept.AsSpan(i * size * size + y * size + left, width).Clear();
        }

        return kept;
    }

    private static float Symmetric(Random random, double range) => (float)((random.NextDouble() * 2 - 1) * range);

    private static float[] Draw(int count, Func<float> draw)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = draw();
        return values;
    }
}
