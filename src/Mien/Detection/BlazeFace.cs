using System.Buffers;
using System.Runtime.Intrinsics;
using Microsoft.ML.OnnxRuntime;
using Mien.Imaging;

namespace Mien.Detection;

/// <summary>The published BlazeFace networks.</summary>
internal enum BlazeFaceVariant
{
    /// <summary>Published for 128 pixels: the cheaper one for each pixel.</summary>
    Front,

    /// <summary>Published for 256 pixels: twice the work for each pixel, with eyes of its own.</summary>
    Back,
}

/// <summary>
/// A BlazeFace network, run over windows of any size (Bazarevsky et al. 2019, arXiv:1907.05047). It finds faces of 25
/// pixels and more surely, of 20 in part.
/// </summary>
internal sealed class BlazeFace : IDisposable
{
    /// <summary>Sides of a window that the front network reads are multiples of this, its coarse grid's cell; the back network wants twice
    /// as much.</summary>
    public const int Multiple = 16;

    private const int NumbersAnAnchor = 16;

    // Anchors sit at the cells' centers: two a cell on a fine grid, six a cell on a grid half as fine.
    private static readonly int[] AnchorsACell = [2, 6];

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly int _cell;

    public BlazeFace(BlazeFaceVariant variant, SessionOptions options)
    {
        _cell = variant == BlazeFaceVariant.Front ? 8 : 16;
        _session = new InferenceSession(WideChannels.Widen(ReadModel(variant)), options);
        _inputs = [.. _session.InputNames];
        // Scores of the fine and the coarse grid, then their boxes and points.
        _outputs = [.. _session.OutputNames];
    }

    /// <summary>The network's .onnx file, for windows of any size and number.</summary>
    public static byte[] ReadModel(BlazeFaceVariant variant) =>
        BlazeFaceGraph.FreeSizes(Resources.Read(variant == BlazeFaceVariant.Front ? "blazeface-front.onnx" : "blazeface-back.onnx"));

    /// <summary>Faces in a part of one level of the picture.</summary>
    /// <param name="level">The level.</param>
    /// <param name="scale">Pixels of the full picture in one of the level's.</param>
    /// <param name="region">The part, its sides multiples of <see cref="Multiple"/>; it may reach over the edge.</param>
    /// <param name="minScore">Candidates below are left out, 0..1.</param>
    /// <param name="found">Receives the candidates, in the full picture's pixels, with the network's own square boxes.</param>
    public void Scan(Level level, float scale, Region region, float minScore, List<DetectedFace> found)
    {
        int length = region.Width * region.Height * 3;
        float[] input = ArrayPool<float>.Shared.Rent(length);
        Fill(level, region, input.AsSpan(0, length));
        var window = new Window(region.X * scale, region.Y * scale, scale, 1, 0);
        Run(input, [window], region.Width, region.Height, minScore, found, static (found, _, face) => found.Add(face));
        ArrayPool<float>.Shared.Return(input);
    }

    /// <summary>Looks at square parts of the picture.</summary>
    /// <param name="pyramid">The picture.</param>
    /// <param name="squares">The parts, in the full picture's pixels, turned as they say; they may reach over the edge.</param>
    /// <param name="size">At how many points a side each is sampled, a multiple of 32.</param>
    /// <param name="minScore">Candidates below are left out, 0..1.</param>
    /// <param name="found">Receives candidates with the place in <paramref name="squares"/> where each was seen.</param>
    public void Look(Pyramid pyramid, ReadOnlySpan<FaceCrop> squares, int size, float minScore, List<(int Square, DetectedFace Face)> found)
    {
        int area = size * size * 3;
        float[] input = ArrayPool<float>.Shared.Rent(squares.Length * area);
        Window[] windows = ArrayPool<Window>.Shared.Rent(squares.Length);
        for (int i = 0; i < squares.Length; i++)
        {
            windows[i] = Window.Of(squares[i], size);
            Fill(pyramid.At(windows[i].Step), windows[i], size, input.AsSpan(i * area, area));
        }

        Run(input, windows.AsSpan(0, squares.Length), size, size, minScore, found,
            static (found, square, face) => found.Add((square, face)));
        ArrayPool<Window>.Shared.Return(windows);
        ArrayPool<float>.Shared.Return(input);
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private void Run<T>(float[] input, ReadOnlySpan<Window> windows, int width, int height, float minScore, T found, Action<T, int,
        DetectedFace> add)
    {
        using OrtValue tensor = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance,
            input.AsMemory(0, windows.Length * width * height * 3), [windows.Length, height, width, 3]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, _inputs, [tensor], _outputs);
        float logit = MathF.Log(minScore / (1 - minScore));
        for (int grid = 0; grid < AnchorsACell.Length; grid++)
        {
            ReadOnlySpan<float> scores = outputs[grid].GetTensorDataAsSpan<float>();
            ReadOnlySpan<float> numbers = outputs[grid + AnchorsACell.Length].GetTensorDataAsSpan<float>();
            int cell = _cell << grid;
            int columns = width / cell;
            int anchors = columns * (height / cell) * AnchorsACell[grid];
            if (scores.Length != anchors * windows.Length || numbers.Length != scores.Length * NumbersAnAnchor)
                throw new InvalidOperationException($"The face detector gives {scores.Length} scores for {windows.Length} windows of "
                    + $"{width}x{height}.");
            for (int i = 0; i < scores.Length; i++)
            {
                if (scores[i] < logit)
                    continue;
                int place = i % anchors / AnchorsACell[grid];
                float anchorX = (place % columns + 0.5f) * cell;
                float anchorY = (place / columns + 0.5f) * cell;
                add(found, i / anchors, Decode(numbers.Slice(i * NumbersAnAnchor, NumbersAnAnchor), anchorX, anchorY, scores[i],
                    windows[i / anchors]));
            }
        }
    }

    private static void Fill(Level level, Region region, Span<float> input)
    {
        // Outside the picture the input stays 0, mid-gray.
        input.Clear();
        int left = Math.Max(region.X, 0);
        int right = Math.Min(region.X + region.Width, level.Width);
        for (int y = Math.Max(region.Y, 0); y < Math.Min(region.Y + region.Height, level.Height); y++)
        {
            ReadOnlySpan<byte> pixels = level.Pixels.AsSpan((y * level.Width + left) * 4, Math.Max(0, right - left) * 4);
            Span<float> line = input[(((y - region.Y) * region.Width + left - region.X) * 3)..];
            for (int i = 0, j = 0; i + 3 < pixels.Length; i += 4, j += 3)
            {
                line[j] = pixels[i] / 127.5f - 1;
                line[j + 1] = pixels[i + 1] / 127.5f - 1;
                line[j + 2] = pixels[i + 2] / 127.5f - 1;
            }
        }
    }

    private static void Fill(Sampler sampler, Window window, int size, Span<float> input)
    {
        input.Clear();
        int i = 0;
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++, i += 3)
            {
                (float x, float y) = window.At(column + 0.5f, row + 0.5f);
                if (!sampler.Contains(x, y))
                    continue;
                Vector128<float> color = sampler.Sample(x, y) / 127.5f - Vector128<float>.One;
                input[i] = color[0];
                input[i + 1] = color[1];
                input[i + 2] = color[2];
            }
        }
    }

    private static DetectedFace Decode(ReadOnlySpan<float> numbers, float anchorX, float anchorY, float logit, Window window)
    {
        PicturePoint center = At(numbers[0], numbers[1]);
        float width = numbers[2] * window.Step;
        float height = numbers[3] * window.Step;
        return new DetectedFace(
            new Box(center.X - width / 2, center.Y - height / 2, width, height),
            1 / (1 + MathF.Exp(-logit)),
            new FaceKeypoints(
                At(numbers[4], numbers[5]), At(numbers[6], numbers[7]), At(numbers[8], numbers[9]),
                At(numbers[10], numbers[11]), At(numbers[12], numbers[13]), At(numbers[14], numbers[15])));

        PicturePoint At(float dx, float dy) => window.At(anchorX + dx, anchorY + dy);
    }

    /// <summary>Where a network's input lies: its first corner and the distance of its samples in the full picture's pixels, and its
    /// turn.</summary>
    private readonly record struct Window(float X, float Y, float Step, float Cosine, float Sine)
    {
        public static Window Of(FaceCrop square, int size)
        {
            (float sine, float cosine) = MathF.SinCos(square.Degrees * (MathF.PI / 180));
            float half = square.Side / 2;
            return new Window(square.Center.X - (cosine - sine) * half, square.Center.Y - (sine + cosine) * half, square.Side / size,
                cosine, sine);
        }

        /// <summary>The point of the picture that lies so many samples across and down the input.</summary>
        public PicturePoint At(float across, float down) =>
            new(X + (across * Cosine - down * Sine) * Step, Y + (across * Sine + down * Cosine) * Step);
    }
}
