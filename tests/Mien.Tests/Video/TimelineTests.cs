using Mien.Detection;
using Mien.Imaging;
using Mien.TestSupport;
using Mien.Video;

namespace Mien.Tests.Video;

public class TimelineTests
{
    // Where the drawing begins, and how wide and high its rows are.
    private const int Left = 90;
    private const int Wide = 1024;
    private const int FirstRow = 44 + 23;
    private const int RowStep = 60;

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public void Rows_show_each_faces_colors_at_their_times_however_long_it_is(double seconds)
    {
        using TemporaryFolder folder = TestData.NewFolder();
        var timeline = new Timeline(FacialExpressions.Names);
        TimeSpan shown = TimeSpan.FromSeconds(seconds / 500);
        for (int frame = 0; frame < 500; frame++)
        {
            timeline.Add(FaceOf(1, frame * shown, frame < 250 ? FacialExpression.Happy : FacialExpression.Sad), shown);
            if (frame >= 400)
                timeline.Add(FaceOf(2, frame * shown, FacialExpression.Surprise), shown);
        }

        timeline.Save(folder.File("timeline.png"));
        Picture picture = Picture.Load(folder.File("timeline.png"));
        Assert.Equal(Palette.Of(FacialExpression.Happy), ColorAt(picture, 0.25, 0));
        Assert.Equal(Palette.Of(FacialExpression.Sad), ColorAt(picture, 0.75, 0));
        Assert.Equal("#F0F0F0", ColorAt(picture, 0.5, 1));
        Assert.Equal(Palette.Of(FacialExpression.Surprise), ColorAt(picture, 0.9, 1));
    }

    [Fact]
    public void A_thousand_passers_by_push_out_none_who_stays()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        var timeline = new Timeline(FacialExpressions.Names);
        for (int frame = 0; frame < 1000; frame++)
        {
            timeline.Add(FaceOf(1, TimeSpan.FromSeconds(frame), FacialExpression.Happy), TimeSpan.FromSeconds(1));
            timeline.Add(FaceOf(2 + frame, TimeSpan.FromSeconds(frame), FacialExpression.Fear), TimeSpan.FromSeconds(1));
        }

        timeline.Save(folder.File("timeline.png"));
        Picture picture = Picture.Load(folder.File("timeline.png"));
        Assert.Equal(Palette.Of(FacialExpression.Happy), ColorAt(picture, 0.5, 0));
        Assert.InRange(picture.Height, 100, 2000);
    }

    private static string ColorAt(Picture picture, double share, int row)
    {
        ReadOnlySpan<byte> pixel = picture.ToRgba().AsSpan(((FirstRow + row * RowStep) * picture.Width + Left + (int)(share * Wide)) * 4,
            4);
        return $"#{pixel[0]:X2}{pixel[1]:X2}{pixel[2]:X2}";
    }

    private static TrackedFace FaceOf(int track, TimeSpan time, FacialExpression expression)
    {
        float[] probabilities = new float[FacialExpressions.Count];
        probabilities[(int)expression] = 1;
        return new TrackedFace(track, time, new Face
        {
            Box = new Box(0, 0, 10, 10),
            DetectorScore = 1,
            Labels = FacialExpressions.Names,
            Probabilities = probabilities
        });
    }
}
