using Mien.TestSupport;
using Mien.Video;

namespace Mien.Tests.Video;

/// <summary>What can be decoded is read; that the rest can't is said.</summary>
public class VideoDamageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("cut-off-at-60-percent.mp4", 33)]
    [InlineData("fifth-of-the-data-zero.mp4", 75)]
    public async Task Frames_before_and_after_the_damage_come_and_then_the_complaint(string name, int frames)
    {
        TestData.NeedFfmpeg();
        string clip = TestData.Input(name);
        (List<double> times, MienException? error) = await TestVideo.ReadAsync(await VideoReader.OpenAsync(clip, Token), Token);
        // The frame before stands for one that is lost: times and numbers stay in step.
        Assert.Equal(Enumerable.Range(0, frames).Select(i => i / 15.0), times, (one, other) => Math.Abs(one - other) < 1e-3);
        Assert.StartsWith($"{clip}: cut off or damaged: {frames} frames were read (ffmpeg: ", error?.Message, StringComparison.Ordinal);
        Assert.EndsWith("Fetch or copy the file again.", error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0x", error.Message.Replace("offset 0x", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mkv")]
    [InlineData("avi")]
    [InlineData("webm")]
    public async Task A_file_that_is_cut_off_is_named_in_every_format(string ending)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = TestVideo.Make(folder, "clip." + ending, TestVideo.Pattern(4));
        byte[] bytes = await File.ReadAllBytesAsync(clip, Token);
        await File.WriteAllBytesAsync(clip, bytes[..(bytes.Length * 6 / 10)], Token);
        (List<double> times, MienException? error) = await TestVideo.ReadAsync(await VideoReader.OpenAsync(clip, Token), Token);
        Assert.InRange(times.Count, 5, 39);
        Assert.Contains($"cut off or damaged: {times.Count} frames were read", error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_index_of_an_mp4_that_is_missing_is_named()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = TestVideo.Make(folder, "clip.mp4", TestVideo.Pattern(2));
        byte[] bytes = await File.ReadAllBytesAsync(clip, Token);
        await File.WriteAllBytesAsync(clip, bytes[..(bytes.Length / 2)], Token);
        var error = await Assert.ThrowsAsync<MienException>(() => VideoReader.OpenAsync(clip, Token));
        Assert.StartsWith(
            $"{clip}: not a video that ffmpeg can read, or cut off (ffmpeg: moov atom not found; ", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_no_moving_picture_is_named()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string sound = TestVideo.Make(folder, "sound.mp4", TestVideo.Tone(0.5));
        string cover = TestVideo.Make(folder, "cover.m4v",
            [.. TestVideo.Tone(0.5), .. TestVideo.Pattern(0.1), "-c:v", "mjpeg", "-disposition:v", "attached_pic", "-f", "mp4"]);
        foreach (string file in (string[])[sound, cover])
        {
            var error = await Assert.ThrowsAsync<MienException>(() => VideoReader.OpenAsync(file, Token));
            Assert.Equal($"{file}: holds sound and no picture, expected a video.", error.Message);
        }

        string empty = folder.Write("empty.mp4", "");
        var thrown = await Assert.ThrowsAsync<MienException>(() => VideoReader.OpenAsync(empty, Token));
        Assert.Equal($"{empty}: empty file or no ordinary file, expected a video.", thrown.Message);
        thrown = await Assert.ThrowsAsync<MienException>(() => VideoReader.OpenAsync(folder.Path, Token));
        Assert.Equal($"{folder.Path}: a folder, expected a video.", thrown.Message);
    }

    [Theory]
    [InlineData("-i.mp4")]
    [InlineData("50%d.mp4")]
    [InlineData("a: b.mp4")]
    [InlineData("lavfi:testsrc.mp4")]
    [InlineData("two\nlines.mp4")]
    [InlineData("it's \"quoted\".mp4")]
    public async Task Any_name_is_read_and_written(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such names.");
        using TemporaryFolder folder = TestData.NewFolder();
        TestVideo.Make(folder, "plain.mp4", [.. TestVideo.Pattern(0.3), .. TestVideo.Tone(0.3)]);
        File.Move(folder.File("plain.mp4"), folder.File(name));
        Directory.CreateDirectory(folder.File("out"));
        string copy = folder.File("out/" + name);
        Assert.Equal(3, (await TestVideo.CopyAsync(folder.File(name), copy, Token)).Count);
        Assert.Equal([copy], Directory.GetFiles(folder.File("out")));
        Assert.Equal((3, 1), (TestVideo.Frames(copy), TestVideo.Streams(copy, "a")));
    }

    [Fact]
    public void The_first_and_the_last_complaint_are_told_without_the_addresses_of_a_process()
    {
        var complaints = new FfmpegComplaints();
        complaints.Read("[info] Input #0, mov, from 'file:x.mp4':");
        complaints.Read("[mov @ 0x557251e929c0] [warning] Packet corrupt (stream = 0, dts = 30720).");
        complaints.Read("[h264 @ 0x557251e929c0] [error] mmco: unref short failure");
        Assert.False(complaints.Any);
        complaints.Read("[h264 @ 0x55725217bdc0] [error] Invalid NAL unit size (532 > 172).");
        Assert.Equal("Invalid NAL unit size (532 > 172)", complaints.ToString());
        complaints.Read("[error] \e[31mone\u0007 more");
        complaints.Read("[in#0/mov @ 0x5] [mov @ 0x6] [fatal] the last");
        Assert.Equal("Invalid NAL unit size (532 > 172); the last; 1 more", complaints.ToString());
        complaints.Read("[AVFilterGraph @ 0x5] [error] No such filter: 'zscale'");
        Assert.Equal("zscale", complaints.MissingFilter);
    }
}
