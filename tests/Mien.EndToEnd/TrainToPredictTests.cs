using System.Diagnostics;
using System.Text.Json;
using Mien.TestSupport;

namespace Mien.EndToEnd;

/// <summary>The whole way on the real table: train, kill, resume, export, evaluate, predict.</summary>
public class TrainToPredictTests(ITestOutputHelper output)
{
    private static readonly string[] Recipe = ["--arch", "residual", "--epochs", "2", "--limit", "2000", "--threads", "1", "--seed", "7"];

    [Fact]
    public void A_run_that_is_killed_and_resumed_ends_with_the_same_metrics_and_its_model_evaluates_and_predicts()
    {
        long begun = Stopwatch.GetTimestamp();
        using TemporaryFolder folder = TestData.NewFolder();
        string data = TestData.Fer2013Zip;
        (int exit, string printed, string error) = MienProcess.Run(["train", "--data", data, "--out", folder.File("whole"), .. Recipe]);
        Assert.True(exit == 0, error);
        Assert.Equal(folder.File("whole/model.onnx"), printed.Trim());
        Assert.Contains("PublicTest loss", error, StringComparison.Ordinal);

        KillAfterTheFirstEpoch(folder.File("killed"), data);
        Assert.Single(File.ReadAllLines(folder.File("killed/metrics.jsonl")));
        (exit, _, error) = MienProcess.Run("train", "--resume", "--out", folder.File("killed"));
        Assert.True(exit == 0, error);
        Assert.Contains("going on after epoch 1", error, StringComparison.Ordinal);
        Assert.Equal(Metrics(folder.File("whole/metrics.jsonl")), Metrics(folder.File("killed/metrics.jsonl")));

        string model = folder.File("killed/model.onnx");
        (exit, _, error) = MienProcess.Run("evaluate", "--model", model, "--data", data, "--split", "PublicTest", "--json",
            folder.File("figures.json"));
        Assert.True(exit == 0, error);
        using JsonDocument figures = JsonDocument.Parse(File.ReadAllText(folder.File("figures.json")));
        Assert.Equal(3589, figures.RootElement.GetProperty("count").GetInt32());
        // 1,600 faces and two epochs teach little, but a network that learned nothing stands at 1/7.
        Assert.InRange(figures.RootElement.GetProperty("accuracy").GetDouble(), 0.16, 1);

        string photo = Path.Combine(TestData.Root, "samples", "average-faces.png");
        (exit, printed, error) = MienProcess.Run("predict", photo, "--model", model, "--format", "json", "--annotate",
            folder.File("annotated"));
        Assert.True(exit == 0, error);
        using JsonDocument prediction = JsonDocument.Parse(printed);
        JsonElement faces = prediction.RootElement[0].GetProperty("faces");
        Assert.Equal(7, faces.GetArrayLength());
        Assert.Equal(FacialExpressions.Fer2013Names, faces[0].GetProperty("probabilities").EnumerateObject()
            .Select(property => property.Name));
        Assert.True(File.Exists(folder.File("annotated/average-faces.png")));
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        output.WriteLine($"{seconds:F0} s");
        Assert.InRange(seconds, 0, 240);
    }

    private static void KillAfterTheFirstEpoch(string run, string data)
    {
        using Process process = MienProcess.Start(["train", "--data", data, "--out", run, .. Recipe]);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        string metrics = Path.Combine(run, "metrics.jsonl");
        while (!process.HasExited && !File.Exists(metrics))
            Thread.Sleep(50);
        // Somewhere inside the second epoch; Kill is SIGKILL.
        Thread.Sleep(700);
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        Assert.NotEqual(0, process.ExitCode);
    }

    /// <summary>The lines without what a clock measured.</summary>
    private static IEnumerable<string> Metrics(string file) => File.ReadLines(file).Select(line =>
    {
        var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(line)!;
        return string.Join(' ', fields.Where(field => field.Key is not ("seconds" or "imagesPerSecond"))
            .Select(field => $"{field.Key}={field.Value}"));
    });
}
