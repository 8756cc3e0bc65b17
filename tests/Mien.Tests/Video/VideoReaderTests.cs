using System.Diagnostics;
using Mien.Imaging;
using Mien.TestSupport;
using Mien.Video;

namespace Mien.Tests.Video;

public class VideoReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clip_has_its_frames_at_their_times_in_as_many_buffers_as_asked_for()
    {
        VideoReader reader = await VideoReader.OpenAsync(TestData.Clip, Token);
        Assert.Equal((640, 376, 15.0), (reader.Info.Width, reader.Info.Height, reader.Info.FrameRate));
        var buffers = new HashSet<byte[]>(ReferenceEqualityComparer.Instance);
        int frames = 0;
        VideoFrame? before = null;
        await foreach (VideoFrame frame in reader.ReadAsync(buffers: 3, Token))
        {
            Assert.Equal(frames, frame.Number);
            Assert.Equal(frames / 15.0, frame.Time.TotalSeconds, 1e-6);
            buffers.Add(frame.Picture.Pixels);
            before?.Dispose();
            before = frame;
            frames++;
        }

        Assert.Equal(75, frames);
        Assert.InRange(buffers.Count, 1, 3);
    }

    [Fact]
    public async Task Its_first_frame_is_the_one_that_ffmpeg_writes_as_a_picture()
    {
        string clip = TestData.Clip;
        using TemporaryFolder folder = TestData.NewFolder();
        using (Process ffmpeg = Process.Start("ffmpeg", ["-v", "error", "-i", clip, "-frames:v", "1", folder.File("first.png")]))
            await ffmpeg.WaitForExitAsync(Token);
        VideoReader reader = await VideoReader.OpenAsync(clip, Token);
        await foreach (VideoFrame frame in reader.ReadAsync(cancellationToken: Token))
        {
            byte[] expected = Picture.Load(folder.File("first.png")).ToRgba();
            byte[] actual = frame.Picture.ToRgba();
            Assert.InRange(expected.Zip(actual).Max(pair => Math.Abs(pair.First - pair.Second)), 0, 2);
            break;
        }
    }

    [Fact]
    public async Task Who_is_slow_gets_the_newest_frame_and_the_rest_is_passed_over()
    {
        VideoReader reader = await VideoReader.OpenAsync(TestData.Clip, Token);
        var numbers = new List<long>();
        long begun = Stopwatch.GetTimestamp();
        await foreach (VideoFrame frame in reader.ReadNewestAsync(Token))
        {
            using (frame)
            {
                numbers.Add(frame.Number);
                await Task.Delay(500, Token);
            }
        }

        // Ten or so in the five seconds of the clip, more where a busy machine plays it slower; who reads them all needs 37 seconds.
        Assert.InRange(numbers.Count, 1, 50);
        Assert.InRange(numbers[^1], 60, 74);
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 4, 30);
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(75, numbers.Count + reader.Dropped);
    }

    [Fact]
    public async Task A_reader_that_is_left_early_ends_its_process()
    {
        VideoReader reader = await VideoReader.OpenAsync(TestData.Clip, Token);
        await foreach (VideoFrame frame in reader.ReadAsync(cancellationToken: Token))
        {
            frame.Dispose();
            break;
        }

        // A killed process takes a moment to go.
        Assert.True(SpinWait.SpinUntil(
            () => !Process.GetProcessesByName("ffmpeg").Any(process => CommandLine(process)
                .Contains(reader.Source, StringComparison.Ordinal) && IsChild(process)),
            TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_device_of_ffmpeg_is_opened_by_its_name()
    {
        TestData.NeedFfmpeg();
        VideoReader reader = await VideoReader.OpenAsync("lavfi:testsrc=size=320x240:rate=10:duration=1", Token);
        int frames = 0;
        await foreach (VideoFrame frame in reader.ReadNewestAsync(Token))
        {
            frame.Dispose();
            frames++;
        }

        Assert.Equal((320, 240, 10L), (reader.Info.Width, reader.Info.Height, frames + reader.Dropped));
    }

    [Fact]
    public async Task What_is_no_video_is_named()
    {
        TestData.NeedFfmpeg();
        using TemporaryFolder folder = TestData.NewFolder();
        string file = folder.Write("clip.mp4", "not a video");
        var error = await Assert.ThrowsAsync<MienException>(() => VideoReader.OpenAsync(file, Token));
        Assert.StartsWith($"{file}: not a video that ffmpeg can read", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<MienException>(() => VideoReader.OpenAsync(folder.File("none.mp4"), Token));
        Assert.Equal($"{folder.File("none.mp4")}: not found.", error.Message);
    }

    private static string CommandLine(Process process)
    {
        try
        {
            return OperatingSystem.IsLinux() ? File.ReadAllText($"/proc/{process.Id}/cmdline") : "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static bool IsChild(Process process)
    {
        try
        {
            string status = File.ReadAllText($"/proc/{process.Id}/status");
            return status.Contains($"PPid:\t{Environment.ProcessId}\n", StringComparison.Ordinal)
                && !status.Contains("State:\tZ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
