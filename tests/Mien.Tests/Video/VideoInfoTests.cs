using System.Text;
using Mien.Video;

namespace Mien.Tests.Video;

/// <summary>Outputs of ffprobe, as it printed them for phones' and broadcast files.</summary>
public class VideoInfoTests
{
    [Theory]
    [InlineData("""{"streams":[{"width":1920,"height":1080,"sample_aspect_ratio":"1:1","avg_frame_rate":"30000/1001","r_frame_rate":"30/1"}],"format":{"duration":"12.512000"}}""", 1920, 1080, 29.97, 12.512)]
    [InlineData("""{"streams":[{"width":1920,"height":1080,"avg_frame_rate":"30/1","side_data_list":[{"rotation":-90}]}],"format":{}}""", 1080, 1920, 30, 0)]
    [InlineData("""{"streams":[{"width":640,"height":480,"avg_frame_rate":"25/1","tags":{"rotate":"270"}}]}""", 480, 640, 25, 0)]
    [InlineData("""{"streams":[{"width":720,"height":576,"sample_aspect_ratio":"64:45","avg_frame_rate":"25/1"}]}""", 1024, 576, 25, 0)]
    [InlineData("""{"streams":[{"width":640,"height":480,"sample_aspect_ratio":"0:1","avg_frame_rate":"0/0","r_frame_rate":"15/1"}],"format":{"duration":"N/A"}}""", 640, 480, 15, 0)]
    public void Size_is_that_of_the_upright_frame_with_square_pixels(string json, int width, int height, double rate, double seconds)
    {
        VideoInfo info = VideoInfo.Parse(Encoding.UTF8.GetBytes(json))!;
        Assert.Equal((width, height), (info.Width, info.Height));
        Assert.Equal(rate, info.FrameRate, 0.001);
        Assert.Equal(seconds, info.Duration?.TotalSeconds ?? 0, 1e-6);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"streams":[]}""")]
    [InlineData("""{"streams":[{"avg_frame_rate":"25/1"}]}""")]
    public void A_file_without_pictures_is_no_video(string json) => Assert.Null(VideoInfo.Parse(Encoding.UTF8.GetBytes(json)));
}
