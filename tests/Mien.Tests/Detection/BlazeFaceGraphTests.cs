using Microsoft.ML.OnnxRuntime;
using Mien.Detection;

namespace Mien.Tests.Detection;

public class BlazeFaceGraphTests
{
    [Theory]
    [InlineData("blazeface-front.onnx", 128)]
    [InlineData("blazeface-back.onnx", 256)]
    public void A_graph_freed_of_its_size_gives_what_the_published_one_gives(string file, int size)
    {
        byte[] published = Resources.Read(file);
        float[] input = new float[size * size * 3];
        var random = new Random(1);
        for (int i = 0; i < input.Length; i++)
            input[i] = random.NextSingle() * 2 - 1;
        float[][] expected = Run(published, input, 1, size);
        float[][] actual = Run(BlazeFaceGraph.FreeSizes(published), input, 1, size);
        Assert.Equal(4, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.All(expected[i].Zip(actual[i]), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));

        // Wider feature maps: nothing but zeros in what is new.
        float[][] wide = Run(WideChannels.Widen(BlazeFaceGraph.FreeSizes(published)), input, 1, size);
        for (int i = 0; i < expected.Length; i++)
            Assert.All(expected[i].Zip(wide[i]), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));

        // Twice the batch: the same answers twice.
        float[][] twice = Run(BlazeFaceGraph.FreeSizes(published), [.. input, .. input], 2, size);
        Assert.All(expected[0].Concat(expected[0]).Zip(twice[0]), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
    }

    private static float[][] Run(byte[] model, float[] input, int batch, int size)
    {
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(model, options);
        using var run = new RunOptions();
        using OrtValue tensor = OrtValue.CreateTensorValueFromMemory(input, [batch, size, size, 3]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, session.InputNames, [tensor], session.OutputNames);
        return [.. outputs.Select(output => output.GetTensorDataAsSpan<float>().ToArray())];
    }
}
