using System.Diagnostics;
using System.Text.Json;
using Mien.TestSupport;

namespace Mien.EndToEnd;

/// <summary>Videos and cameras through the program.</summary>
public class VideoTests(ITestOutputHelper output)
{
    [Fact]
    public void Both_faces_of_the_clip_are_followed_to_its_end_and_drawn_into_a_copy()
    {
        string clip = TestData.Clip;
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, string printed, string error) = MienProcess.Run("predict", clip, "--format", "jsonl", "--min-face", "40", "--annotate",
            folder.File("out"));
        Assert.True(exit == 0, error);
        output.WriteLine(error.Trim());
        var faces = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Line.Parse).ToList();
        // The clip's maker says: both at the start, the left one leaving at the end.
        Assert.Equal([1, 2], faces.Select(face => face.Track).Distinct().Order());
        int right = faces.First(face => face.X > 320).Track;
        Assert.Equal(Enumerable.Range(0, 75), faces.Where(face => face.Track == right).Select(face => face.Frame));
        Line[] left = [.. faces.Where(face => face.Track != right)];
        Assert.Equal(0, left[0].Frame);
        Assert.InRange(left.Length, 65, 75);
        Assert.All(left, face => Assert.True(face.X < 200, $"frame {face.Frame}: {face.X}"));
        Assert.All(faces, face => Assert.Equal(face.Frame / 15.0, face.Time, 0.001));

        Assert.True(File.Exists(folder.File("out/clip-timeline.png")));
        using Process probe = Process.Start(new ProcessStartInfo("ffprobe",
            ["-v", "error", "-count_frames", "-show_entries", "stream=width,height,nb_read_frames", "-of", "csv=p=0",
            folder.File("out/clip.mp4")])
        { RedirectStandardOutput = true })!;
        Assert.Equal("640,376,75", probe.StandardOutput.ReadToEnd().Trim());
    }

    [Fact]
    public void Two_videos_of_one_name_get_a_timeline_each_and_one_file_of_rows()
    {
        string clip = TestData.Clip;
        using TemporaryFolder folder = TestData.NewFolder();
        string[] clips = [folder.File("a/clip.mp4"), folder.File("b/clip.mp4")];
        foreach (string path in clips)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using Process ffmpeg = Process.Start("ffmpeg", ["-v", "error", "-i", clip, "-frames:v", "5", "-an", path]);
            ffmpeg.WaitForExit();
        }

        string[] arguments = ["predict", .. clips, "--faces", "cropped", "--timeline", folder.File("out/t.png"), "--out",
            folder.File("rows.csv")];
        (int exit, _, string error) = MienProcess.Run(arguments);
        Assert.True(exit == 0, error);
        Assert.Equal(["t-clip-2.png", "t-clip.png"], Directory.GetFiles(folder.File("out")).Select(Path.GetFileName)
            .Order(StringComparer.Ordinal));
        Assert.Equal(11, File.ReadAllLines(folder.File("rows.csv")).Length);
        Assert.Equal([folder.File("rows.csv")], Directory.GetFiles(folder.Path));
        Directory.Delete(folder.File("out"), recursive: true);
        (exit, _, error) = MienProcess.Run(arguments);
        Assert.True(exit == 1 && error.Contains("rows.csv: exists already", StringComparison.Ordinal), error);
    }

    [Fact]
    public void A_clip_of_ten_times_the_length_takes_the_same_memory()
    {
        string clip = TestData.Clip;
        using TemporaryFolder folder = TestData.NewFolder();
        foreach ((string name, int times) in ((string, int)[])[("short.mp4", 1), ("long.mp4", 10)])
        {
            using Process ffmpeg = Process.Start("ffmpeg",
                ["-v", "error", "-stream_loop", $"{times - 1}", "-i", clip, "-c", "copy", folder.File(name)]);
            ffmpeg.WaitForExit();
        }

        // Frames taken whole: it is the way of the frames that is measured.
        (int exit, string error, long brief) = MienProcess.RunMeasured("predict", folder.File("short.mp4"), "--faces", "cropped", "--out",
            folder.File("short.jsonl"));
        Assert.True(exit == 0, error);
        (exit, error, long lengthy) = MienProcess.RunMeasured("predict", folder.File("long.mp4"), "--faces", "cropped", "--out",
            folder.File("long.jsonl"));
        Assert.True(exit == 0, error);
        Assert.Equal(750, File.ReadLines(folder.File("long.jsonl")).Count());
        output.WriteLine($"75 frames {brief / 1e6:F0} MB, 750 frames {lengthy / 1e6:F0} MB; {error.Trim()}");
        // Frames are a megabyte each: were they kept, it would be 650 MB more.
        Assert.InRange(lengthy, 1, brief + 80_000_000);
    }

    [Fact]
    public void A_file_played_as_a_camera_takes_its_own_time_and_ends()
    {
        long begun = Stopwatch.GetTimestamp();
        (int exit, string printed, string error) = MienProcess.Run("watch", TestData.Clip, "--format", "csv");
        Assert.True(exit == 0, error);
        output.WriteLine(error.Trim());
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 4.9, 60);
        string[] lines = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("file,frame,time,track,", lines[0], StringComparison.Ordinal);
        int[] frames = [.. lines[1..].Select(line => int.Parse(line.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.NotEmpty(frames);
        Assert.Equal(frames.Order(), frames);
        // A reader that lags would end long before the clip does.
        Assert.InRange(frames[^1], 60, 74);
    }

    [Fact]
    public void Without_ffmpeg_the_message_says_what_to_install()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = folder.Write("clip.mp4", "any bytes");
        (int exit, string printed, string error) = MienProcess.Run(new Dictionary<string, string> { ["PATH"] = folder.Path }, "predict",
            clip, "--format", "jsonl");
        Assert.Equal((1, ""), (exit, printed));
        Assert.Contains("apt-get install ffmpeg", error, StringComparison.Ordinal);
    }

    private sealed record Line(int Frame, double Time, int Track, double X)
    {
        public static Line Parse(string text)
        {
            using JsonDocument json = JsonDocument.Parse(text);
            JsonElement root = json.RootElement;
            return new Line(root.GetProperty("frame").GetInt32(), root.GetProperty("time").GetDouble(),
                root.GetProperty("track").GetInt32(), root.GetProperty("box").GetProperty("x").GetDouble());
        }
    }
}
