using Mien.TestSupport;
using Mien.Video;

namespace Mien.Tests.Video;

/// <summary>Copies keep every frame and all sound, however long each of them is.</summary>
public class VideoSoundTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mp4", 0.3)]
    [InlineData("mp4", 3)]
    [InlineData("mkv", 0.3)]
    [InlineData("webm", 3)]
    public async Task Sound_of_another_length_takes_no_frame_away(string ending, double seconds)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = TestVideo.Make(folder, "clip." + ending, [.. TestVideo.Pattern(1.2), .. TestVideo.Tone(seconds)]);
        string copy = folder.File("copy." + ending);
        List<double> read = await TestVideo.CopyAsync(clip, copy, Token);
        Assert.Equal(12, read.Count);
        Assert.Equal(12, TestVideo.Frames(copy));
        double[] sound = TestVideo.Times(copy, "a:0", "packet=pts_time");
        Assert.InRange(sound[^1], seconds - 0.15, seconds + 0.15);
    }

    [Fact]
    public async Task Without_sound_there_is_none_and_of_several_tracks_each_is_kept()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string silent = TestVideo.Make(folder, "silent.mp4", TestVideo.Pattern(0.5));
        string two = TestVideo.Make(folder, "two.mp4",
            [.. TestVideo.Pattern(0.5), .. TestVideo.Tone(0.2), .. TestVideo.Tone(0.9), "-map", "0", "-map", "1", "-map", "2"]);
        foreach ((string clip, int tracks) in ((string, int)[])[(silent, 0), (two, 2)])
        {
            string copy = folder.File("copy-" + Path.GetFileName(clip));
            await TestVideo.CopyAsync(clip, copy, Token);
            Assert.Equal((5, tracks), (TestVideo.Frames(copy), TestVideo.Streams(copy, "a")));
        }
    }

    [Fact]
    public async Task Sound_that_nobody_can_decode_is_left_out()
    {
        // As newer phones record: a second track of a kind that ffmpeg does not know.
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = TestVideo.Make(folder, "clip.mp4",
            [.. TestVideo.Pattern(0.5), .. TestVideo.Tone(0.5), "-map", "0", "-map", "1", "-map", "1", "-c:a", "aac"]);
        byte[] bytes = await File.ReadAllBytesAsync(clip, Token);
        "zzzz"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().LastIndexOf("mp4a"u8)));
        "free"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().LastIndexOf("esds"u8)));
        await File.WriteAllBytesAsync(clip, bytes, Token);
        string copy = folder.File("copy.mp4");
        await TestVideo.CopyAsync(clip, copy, Token);
        Assert.Equal((5, 1), (TestVideo.Frames(copy), TestVideo.Streams(copy, "a")));
    }

    [Fact]
    public async Task A_second_of_sound_in_twelve_of_picture_cuts_nothing()
    {
        TestData.NeedFfmpeg();
        using TemporaryFolder folder = TestData.NewFolder();
        await TestVideo.CopyAsync(TestData.Input("audio-1s-video-12s.mp4"), folder.File("copy.mp4"), Token);
        Assert.Equal(300, TestVideo.Frames(folder.File("copy.mp4")));
    }

    [Fact]
    public async Task A_picture_that_begins_after_the_sound_does_so_in_the_copy_too()
    {
        TestData.NeedFfmpeg();
        using TemporaryFolder folder = TestData.NewFolder();
        List<double> times = await TestVideo.CopyAsync(TestData.Input("video-begins-1s-after-audio.mp4"), folder.File("copy.mp4"), Token);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => 1 + i / 25.0), times, (one, other) => Math.Abs(one - other) < 1e-3);
        Assert.Equal(times, TestVideo.Times(folder.File("copy.mp4")), (one, other) => Math.Abs(one - other) < 1e-3);
        Assert.InRange(TestVideo.Times(folder.File("copy.mp4"), "a:0", "packet=pts_time")[0], -0.1, 0.1);
    }

    [Theory]
    [InlineData("mov")]
    [InlineData("mkv")]
    [InlineData("webm")]
    [InlineData("avi")]
    [InlineData("mpg")]
    [InlineData("wmv")]
    [InlineData("flv")]
    [InlineData("ts")]
    [InlineData("3gp")]
    [InlineData("ogv")]
    public async Task Every_format_keeps_its_frames(string ending)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string[] codec = ending is "3gp" ? ["-c:v", "h264", "-c:a", "aac"] : [];
        string clip = TestVideo.Make(folder, "clip." + ending, [.. TestVideo.Pattern(0.8, 25), .. TestVideo.Tone(0.8), .. codec]);
        VideoReader reader = await VideoReader.OpenAsync(clip, Token);
        int frames = TestVideo.Frames(clip);
        (List<double> times, MienException? error) = await TestVideo.ReadAsync(reader, Token);
        Assert.Null(error);
        Assert.Equal(frames, times.Count);
        Assert.Equal(25, reader.Info.FrameRate, 1e-6);
        await TestVideo.CopyAsync(clip, folder.File("copy." + ending), Token);
        Assert.Equal(frames, TestVideo.Frames(folder.File("copy." + ending)));
        Assert.Equal(1, TestVideo.Streams(folder.File("copy." + ending), "a"));
    }
}
