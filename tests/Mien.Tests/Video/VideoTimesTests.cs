using Mien.TestSupport;
using Mien.Video;

namespace Mien.Tests.Video;

/// <summary>Frames come at the file's own times, none twice and none left out.</summary>
public class VideoTimesTests
{
    private static readonly double[] Uneven = [0, 0.1, 0.3, 0.6, 1.0, 1.5, 2.1];

    // Frame n at n(n+1)/20 seconds, as a phone that slows down in the dark.
    private static readonly string[] SlowerAndSlower = ["-vf", "settb=1/1000,setpts='N*(N+1)/20/TB'", "-vsync", "vfr"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mp4")]
    [InlineData("mkv")]
    [InlineData("webm")]
    public async Task A_rate_that_varies_is_kept_in_times_and_copy(string ending)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = TestVideo.Make(folder, "clip." + ending, [.. TestVideo.Pattern(0.7), .. SlowerAndSlower]);
        List<double> times = await TestVideo.CopyAsync(clip, folder.File("copy." + ending), Token);
        Assert.Equal(Uneven, times, (one, other) => Math.Abs(one - other) < 2e-3);
        Assert.Equal(Uneven, TestVideo.Times(folder.File("copy." + ending)), (one, other) => Math.Abs(one - other) < 2e-3);
    }

    [Fact]
    public async Task WebM_without_a_rate_is_read_at_the_times_of_its_frames()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = WithoutRate(TestVideo.Make(folder, "clip.webm", TestVideo.Pattern(1.5)));
        VideoReader reader = await VideoReader.OpenAsync(clip, Token);
        Assert.Equal(10, reader.Info.FrameRate, 0.1);
        (List<double> times, MienException? error) = await TestVideo.ReadAsync(reader, Token);
        Assert.Null(error);
        Assert.Equal(Enumerable.Range(0, 15).Select(i => i / 10.0), times, (one, other) => Math.Abs(one - other) < 2e-3);
        await TestVideo.CopyAsync(clip, folder.File("copy.webm"), Token);
        Assert.Equal(15, TestVideo.Times(folder.File("copy.webm")).Length);
    }

    [Fact]
    public async Task WebM_of_one_frame_and_no_duration_is_one_frame()
    {
        TestData.NeedFfmpeg();
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = TestData.Input("webm-1-frame-no-duration.webm");
        VideoReader reader = await VideoReader.OpenAsync(clip, Token);
        Assert.Equal((25, (TimeSpan?)null), (reader.Info.FrameRate, reader.Info.Duration));
        Assert.Equal([0.0], await TestVideo.CopyAsync(clip, folder.File("copy.webm"), Token));
        Assert.Single(TestVideo.Times(folder.File("copy.webm")));
    }

    [Fact]
    public async Task An_animation_is_a_video_of_its_own_times()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = TestVideo.Make(folder, "clip.gif", [.. TestVideo.Pattern(0.7), .. SlowerAndSlower]);
        (List<double> times, MienException? error) = await TestVideo.ReadAsync(await VideoReader.OpenAsync(clip, Token), Token);
        Assert.Null(error);
        Assert.Equal(Uneven, times, (one, other) => Math.Abs(one - other) < 2e-3);
    }

    [Fact]
    public void Times_are_read_as_each_version_logs_them()
    {
        Assert.Equal(TimeSpan.FromSeconds(1.04), FrameTime.Parse(
            "[Parsed_showinfo_3 @ 0x5572] [info] n:   1 pts:1040000 pts_time:1.04    pos:     1776 fmt:rgba sar:1/1 s:64x48")!.Time);
        Assert.Equal(TimeSpan.Zero, FrameTime.Parse(
            "[Parsed_showinfo_3 @ 0x5572] [info] n:   0 pts:      0 pts_time:0       duration:  66667 duration_time:0.0667 "
                + "fmt:rgba")!.Time);
        Assert.Null(FrameTime.Parse("[Parsed_showinfo_3 @ 0x5572] [info] n:  12 pts: NOPTS pts_time:NOPTS   fmt:rgba")!.Time);
        Assert.Null(FrameTime.Parse("[Parsed_showinfo_3 @ 0x5572] [info] config in time_base: 1/1000000, frame_rate: 15/1"));
    }

    [Fact]
    public void Times_always_go_on_and_only_damage_is_bridged()
    {
        var clock = new FrameClock(TimeSpan.FromMilliseconds(100), bridges: true);
        Assert.Equal([0], Times(0));
        Assert.Equal([500], Times(500));
        Assert.Equal([501], Times(500));
        Assert.Equal([601], Times(null));
        Assert.Equal([700], Times(700, damaged: true));
        Assert.Equal([800, 900, 1000], Times(1000, damaged: true));
        Assert.Equal([], Times(900, damaged: true));
        Assert.Equal([9_000_000], Times(9_000_000, damaged: true));

        double[] Times(double? milliseconds, bool damaged = false)
        {
            TimeSpan? time = milliseconds is { } known ? TimeSpan.FromMilliseconds(known) : null;
            return [.. clock.Next(new FrameTime(time, damaged)).Select(each => each.TotalMilliseconds)];
        }
    }

    /// <summary>As browsers record: without the track's default duration.</summary>
    private static string WithoutRate(string webm)
    {
        byte[] bytes = File.ReadAllBytes(webm);
        int at = bytes.AsSpan().IndexOf(new byte[] { 0x23, 0xE3, 0x83, 0x84 });
        Assert.True(at > 0);
        // A void element of the same length.
        (bytes[at], bytes[at + 1]) = (0xEC, 0x86);
        File.WriteAllBytes(webm, bytes);
        return webm;
    }
}
