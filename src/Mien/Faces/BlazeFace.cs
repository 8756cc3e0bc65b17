using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using Mien.Imaging;

namespace Mien.Faces;

/// <summary>
/// The BlazeFace network itself: one square window of a picture in, candidate faces out (Bazarevsky et al. 2019,
/// arXiv:1907.05047; the 256-pixel "back" variant with 896 anchors).
/// </summary>
internal sealed class BlazeFace : IDisposable
{
    /// <summary>Side of the input, [1,256,256,3], values -1..1.</summary>
    public const int InputSize = 256;

    private const int NumbersAnAnchor = 16;
    private const int InputLength = InputSize * InputSize * 3;

    private static readonly long[] Shape = [1, InputSize, InputSize, 3];

    // Anchors sit at the cells' centres: two a cell on a 16x16 grid, six a cell on an 8x8 grid.
    private static readonly (int Grid, int PerCell)[] AnchorGrids = [(16, 2), (8, 6)];

    private readonly InferenceSession _session;
    private readonly string _input;
    private readonly RunOptions _run = new();

    public BlazeFace(SessionOptions options)
    {
        _session = new InferenceSession(Resources.Read("blazeface-back.onnx"), options);
        _input = _session.InputNames[0];
    }

    /// <summary>Faces in a window.</summary>
    /// <param name="pyramid">The picture.</param>
    /// <param name="x">Left edge of the window in the picture's pixels, may lie outside.</param>
    /// <param name="y">Upper edge.</param>
    /// <param name="side">Side of the window.</param>
    /// <param name="minScore">Candidates below are left out, 0..1.</param>
    /// <param name="found">Receives the candidates, in the picture's pixels, with the network's own square boxes.</param>
    public void Detect(Pyramid pyramid, float x, float y, float side, float minScore, List<DetectedFace> found)
    {
        float[] input = ArrayPool<float>.Shared.Rent(InputLength);
        try
        {
            Fill(pyramid.At(side / InputSize), x, y, side / InputSize, input.AsSpan(0, InputLength));
            using OrtValue tensor = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, input.AsMemory(0, InputLength), Shape);
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, [_input], [tensor], _session.OutputNames);
            Read(outputs, x, y, side, minScore, found);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(input);
        }
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private static void Read(IEnumerable<OrtValue> outputs, float x, float y, float side, float minScore, List<DetectedFace> found)
    {
        float logit = MathF.Log(minScore / (1 - minScore));
        foreach ((int grid, int perCell) in AnchorGrids)
        {
            int count = grid * grid * perCell;
            ReadOnlySpan<float> scores = Output(outputs, count);
            ReadOnlySpan<float> numbers = Output(outputs, count * NumbersAnAnchor);
            for (int i = 0; i < count; i++)
            {
                if (scores[i] < logit)
                    continue;
                float anchorX = (i / perCell % grid + 0.5f) / grid;
                float anchorY = (i / perCell / grid + 0.5f) / grid;
                found.Add(Decode(numbers.Slice(i * NumbersAnAnchor, NumbersAnAnchor), anchorX, anchorY, scores[i], x, y, side));
            }
        }
    }

    private static void Fill(Sampler sampler, float x, float y, float step, Span<float> input)
    {
        input.Clear();
        int i = 0;
        for (int row = 0; row < InputSize; row++)
        {
            float py = y + (row + 0.5f) * step;
            for (int column = 0; column < InputSize; column++, i += 3)
            {
                float px = x + (column + 0.5f) * step;
                // Outside the picture the input stays 0, mid-grey.
                if (!sampler.Contains(px, py))
                    continue;
                (float red, float green, float blue) = sampler.Sample(px, py);
                input[i] = red / 127.5f - 1;
                input[i + 1] = green / 127.5f - 1;
                input[i + 2] = blue / 127.5f - 1;
            }
        }
    }

    private static DetectedFace Decode(ReadOnlySpan<float> numbers, float anchorX, float anchorY, float logit, float x, float y, float side)
    {
        Point centre = At(numbers[0], numbers[1]);
        float width = numbers[2] / InputSize * side;
        float height = numbers[3] / InputSize * side;
        return new DetectedFace(
            new Box(centre.X - width / 2, centre.Y - height / 2, width, height),
            1 / (1 + MathF.Exp(-logit)),
            new FaceKeypoints(
                At(numbers[4], numbers[5]), At(numbers[6], numbers[7]), At(numbers[8], numbers[9]),
                At(numbers[10], numbers[11]), At(numbers[12], numbers[13]), At(numbers[14], numbers[15])));

        Point At(float dx, float dy) => new(x + (anchorX + dx / InputSize) * side, y + (anchorY + dy / InputSize) * side);
    }

    /// <summary>The output with so many numbers: the four have different lengths, and their names say nothing.</summary>
    private static ReadOnlySpan<float> Output(IEnumerable<OrtValue> outputs, int length)
    {
        foreach (OrtValue output in outputs)
        {
            ReadOnlySpan<float> numbers = output.GetTensorDataAsSpan<float>();
            if (numbers.Length == length)
                return numbers;
        }

        throw new InvalidOperationException($"The face detector has no output of {length} numbers.");
    }
}
