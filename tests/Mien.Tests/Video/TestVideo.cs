using System.Diagnostics;
using System.Globalization;
using Mien.TestSupport;
using Mien.Video;

namespace Mien.Tests.Video;

/// <summary>Small clips made by ffmpeg, and what ffprobe says of copies.</summary>
internal static class TestVideo
{
    /// <summary>A picture of a moving pattern, 64x48.</summary>
    public static string[] Pattern(double seconds, int rate = 10) =>
        ["-f", "lavfi", "-i", $"testsrc=size=64x48:rate={rate}:duration={seconds.ToString(CultureInfo.InvariantCulture)}"];

    /// <summary>A tone.</summary>
    public static string[] Tone(double seconds) => ["-f", "lavfi", "-i", $"sine=duration={seconds.ToString(CultureInfo.InvariantCulture)}"];

    /// <summary>Makes a file; the test is skipped without ffmpeg.</summary>
    public static string Make(TemporaryFolder folder, string name, params string[] arguments)
    {
        TestData.NeedFfmpeg();
        string path = folder.File(name);
        (int exit, _, string error) = Run("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments, "file:" + path]);
        Assert.True(exit == 0, error);
        return path;
    }

    /// <summary>The times of a file's frames or of one of its sound tracks' packets, in seconds.</summary>
    public static double[] Times(string path, string stream = "v:0", string entries = "frame=best_effort_timestamp_time")
    {
        return [.. Probe(path, stream, "-show_entries", entries)
            .Select(cell => double.TryParse(cell, CultureInfo.InvariantCulture, out double time) ? time : double.NaN)
            .Where(double.IsFinite)];
    }

    /// <summary>How many streams of a kind it has.</summary>
    public static int Streams(string path, string kind) => Probe(path, kind, "-show_entries", "stream=index").Distinct().Count();

    /// <summary>How many frames it shows.</summary>
    public static int Frames(string path) =>
        int.Parse(Probe(path, "v:0", "-count_frames", "-show_entries", "stream=nb_read_frames")[0], CultureInfo.InvariantCulture);

    /// <summary>Reads all frames; what is thrown at the end comes beside them.</summary>
    public static async Task<(List<double> Times, MienException? Error)> ReadAsync(
        VideoReader reader, CancellationToken cancellationToken, Action<VideoFrame>? seen = null)
    {
        var times = new List<double>();
        try
        {
            await foreach (VideoFrame frame in reader.ReadAsync(cancellationToken: cancellationToken))
            {
                using (frame)
                {
                    Assert.Equal(times.Count, frame.Number);
                    times.Add(frame.Time.TotalSeconds);
                    seen?.Invoke(frame);
                }
            }
        }
        catch (MienException e)
        {
            return (times, e);
        }

        return (times, null);
    }

    /// <summary>Reads all frames and writes them as they are.</summary>
    public static async Task<List<double>> CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        VideoReader reader = await VideoReader.OpenAsync(from, cancellationToken);
        await using var writer = VideoWriter.Create(to, reader);
        var times = new List<double>();
        await foreach (VideoFrame frame in reader.ReadAsync(cancellationToken: cancellationToken))
        {
            using (frame)
                await writer.WriteAsync(frame, [], cancellationToken);
            times.Add(frame.Time.TotalSeconds);
        }

        await writer.EndAsync(cancellationToken);
        return times;
    }

    private static string[] Probe(string path, string streams, params string[] what) =>
        Run("ffprobe", ["-v", "error", "-select_streams", streams, .. what, "-of", "csv=p=0", "file:" + path]).Output
            .Split([',', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

    private static (int Exit, string Output, string Error) Run(string program, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(info)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
