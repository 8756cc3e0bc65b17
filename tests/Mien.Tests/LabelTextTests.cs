using Mien.Detection;
using Mien.Imaging;
using Mien.TestSupport;
using Mien.Video;
using SkiaSharp;

namespace Mien.Tests;

public class LabelTextTests
{
    private const float Size = 40;

    [Theory]
    [MemberData(nameof(AnyNames.All), MemberType = typeof(AnyNames))]
    public void Any_name_leaves_ink_and_fits_the_room_for_it(string name)
    {
        Assert.True(Ink(name) > 20, "No ink.");
        string fitted = LabelText.Fit($"{name} 98%", 200, Size);
        Assert.InRange(LabelText.Width(fitted, Size), 1, 200);
        Assert.EndsWith("98%", fitted, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ü", "?")]
    [InlineData("ü", "u")]
    [InlineData("A", "a")]
    [InlineData("Ж", "?")]
    [InlineData("ế", "e")]
    public void A_letter_of_the_embedded_font_is_drawn_as_itself(string letter, string other) =>
        Assert.NotEqual(Drawn(letter), Drawn(other));

    [Fact]
    public void A_character_that_no_font_has_is_a_box()
    {
        // Never assigned, so in no font.
        Assert.True(Ink("\u0378") > 20, "No ink.");
        Assert.Equal(Drawn("\u0378"), Drawn("\u0379"));
    }

    [Fact]
    public void What_only_joins_or_varies_characters_takes_no_room_and_a_lines_end_is_a_blank()
    {
        Assert.Equal(LabelText.Width("ab", Size), LabelText.Width("a\u200D\uFE0Fb", Size), 2f);
        Assert.Equal(Drawn("a b"), Drawn("a\nb"));
    }

    [Fact]
    public void Every_name_can_be_drawn_into_a_picture_and_a_timeline()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        var picture = Picture.FromGray(new byte[200 * 200], 200, 200);
        var timeline = new Timeline(AnyNames.Names);
        for (int i = 0; i < AnyNames.Names.Length; i++)
        {
            float[] probabilities = new float[AnyNames.Names.Length];
            probabilities[i] = 1;
            var face = new Face
            {
                Box = new Box(60, 60, 90, 90),
                DetectorScore = 1,
                Labels = AnyNames.Names,
                Probabilities = probabilities
            };
            byte[] annotated = Annotator.Annotate(picture, [face]).ToRgba();
            // The label stands over the box, with as much ground as ink.
            Assert.True(annotated.AsSpan(0, 58 * 200 * 4).IndexOfAnyExcept((byte)0, (byte)255) >= 0, AnyNames.Names[i]);
            timeline.Add(new TrackedFace(1, TimeSpan.FromSeconds(i), face), TimeSpan.FromSeconds(1));
        }

        timeline.Save(folder.File("timeline.png"));
        // The legend takes the rows that it needs.
        Assert.InRange(Picture.Load(folder.File("timeline.png")).Height, 200, 500);
    }

    private static int Ink(string text) => Drawn(text).Count(level => level > 100);

    private static byte[] Drawn(string text)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(100, 60, SKColorType.Gray8, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.Black);
        using var ink = new SKPaint { Color = SKColors.White, IsAntialias = true };
        LabelText.Draw(canvas, text, 5, 15, Size, ink);
        canvas.Flush();
        return bitmap.GetPixelSpan().ToArray();
    }
}
