using Mien.Imaging;
using Mien.TestSupport;
using Mien.Video;

namespace Mien.Tests.Video;

/// <summary>Frames look as a player shows them.</summary>
public class VideoPictureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task High_dynamic_range_is_as_bright_as_the_same_clip_in_the_ordinary_one()
    {
        TestData.NeedFfmpeg();
        double plain = await MeanGray(TestData.Input("hdr-same-clip-sdr.mp4"));
        Assert.Equal(plain, await MeanGray(TestData.Input("hdr-pq.mp4")), 5.0);

        using TemporaryFolder folder = TestData.NewFolder();
        // The same clip in HLG, white at 203 candela as ITU-R BT.2408 has it. Lossless: HEVC encoders are not in every ffmpeg.
        string hlg = TestVideo.Make(folder, "hlg.mkv", "-i", TestData.Input("hdr-same-clip-sdr.mp4"), "-frames:v", "3", "-vf",
            "zscale=tin=bt709:min=bt709:pin=bt709:rin=tv:t=arib-std-b67:m=bt2020nc:p=bt2020:r=tv:npl=203,format=yuv420p10le",
            "-c:v", "ffv1", "-color_trc", "arib-std-b67", "-color_primaries", "bt2020", "-colorspace", "bt2020nc");
        Assert.Equal(plain, await MeanGray(hlg), 8.0);
    }

    [Theory]
    [InlineData("-vf|scale=63:47:flags=neighbor,setsar=1", 63, 47)]
    [InlineData("-vf|setsar=2/1", 128, 48)]
    [InlineData("-vf|setsar=100000/1", 64, 48)]
    [InlineData("-vf|setsar=1,interlace,fieldorder=tff|-flags|+ilme+ildct", 64, 48)]
    public async Task Odd_sizes_wide_pixels_and_fields_are_read_and_copied(string options, int width, int height)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = TestVideo.Make(folder, "clip.mkv", [.. TestVideo.Pattern(0.6), .. options.Split('|'), "-c:v", "ffv1"]);
        VideoReader reader = await VideoReader.OpenAsync(clip, Token);
        Assert.Equal((width, height), (reader.Info.Width, reader.Info.Height));
        int frames = TestVideo.Frames(clip);
        Assert.Equal(frames, (await TestVideo.CopyAsync(clip, folder.File("copy.mp4"), Token)).Count);
        Assert.Equal(frames, TestVideo.Frames(folder.File("copy.mp4")));
    }

    [Fact]
    public async Task Fields_of_two_moments_are_made_one_picture()
    {
        // A white bar that moves by its own width from field to field: lines differ at both of its places.
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = TestVideo.Make(folder, "clip.mpg", "-f", "lavfi", "-i", "color=black:size=64x48:rate=50:duration=0.4", "-vf",
            "geq=lum='if(between(X,mod(8*N,56),mod(8*N,56)+7),235,16)':cb=128:cr=128,tinterlace=interleave_top,fieldorder=tff",
            "-c:v", "mpeg2video", "-q:v", "1", "-flags", "+ilme+ildct", "-r", "25");
        // Sixteen of 64 columns between black and white are 64.
        Assert.InRange(await Comb(clip), 0, 20);
    }

    [Fact]
    public async Task A_turned_video_is_read_upright()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string turned = TestVideo.Make(folder, "turned.mp4", TestVideo.Pattern(0.3));
        byte[] bytes = await File.ReadAllBytesAsync(turned, Token);
        // The track's matrix, as phones write it: a quarter of a turn.
        int matrix = bytes.AsSpan().IndexOf("tkhd"u8) + 44;
        Assert.Equal([0, 1, 0, 0], bytes[matrix..(matrix + 4)]);
        byte[] quarter = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0];
        quarter.CopyTo(bytes, matrix);
        await File.WriteAllBytesAsync(turned, bytes, Token);
        VideoReader reader = await VideoReader.OpenAsync(turned, Token);
        Assert.Equal((48, 64), (reader.Info.Width, reader.Info.Height));
        await TestVideo.CopyAsync(turned, folder.File("copy.mp4"), Token);
        VideoInfo copy = await VideoInfo.ReadAsync(folder.File("copy.mp4"), Token);
        Assert.Equal((48, 64), (copy.Width, copy.Height));
    }

    [Fact]
    public async Task A_picture_that_is_kept_never_shows_another_frame()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        VideoReader reader = await VideoReader.OpenAsync(TestVideo.Make(folder, "clip.mp4", TestVideo.Pattern(1)), Token);
        var kept = new List<Picture>();
        VideoFrame? alive = null;
        byte[] pixels = [];
        await TestVideo.ReadAsync(reader, Token, frame => kept.Add(frame.Picture));
        await foreach (VideoFrame frame in reader.ReadAsync(cancellationToken: Token))
        {
            if (alive is null)
                (alive, pixels) = (frame, frame.Picture.ToRgba());
            else
                frame.Dispose();
        }

        Assert.Equal(pixels, alive!.Picture.ToRgba());
        Assert.Equal(10, kept.Count);
        Assert.All(kept, picture => Assert.Contains(
            "Copy the pixels before", Assert.Throws<ObjectDisposedException>(picture.ToRgba).Message, StringComparison.Ordinal));
        alive.Dispose();
        alive.Dispose();
        Assert.Throws<ObjectDisposedException>(alive.Picture.ToGray);
    }

    private static async Task<double> MeanGray(string clip)
    {
        double sum = 0;
        (List<double> times, MienException? error) = await TestVideo.ReadAsync(
            await VideoReader.OpenAsync(clip, Token), Token, frame => sum += frame.Picture.ToGray().Average(level => (double)level));
        Assert.Null(error);
        return sum / times.Count;
    }

    /// <summary>How far neighboring lines are apart in the middle frame.</summary>
    private static async Task<double> Comb(string clip)
    {
        var combs = new List<double>();
        await TestVideo.ReadAsync(await VideoReader.OpenAsync(clip, Token), Token, frame =>
        {
            byte[] gray = frame.Picture.ToGray();
            int width = frame.Picture.Width;
            combs.Add(Enumerable.Range(width, gray.Length - width).Average(i => Math.Abs(gray[i] - (double)gray[i - width])));
        });
        return combs[combs.Count / 2];
    }
}
