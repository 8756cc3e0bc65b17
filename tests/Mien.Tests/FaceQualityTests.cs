using Mien.Detection;
using Mien.TestSupport;
using SkiaSharp;
using Picture = Mien.Imaging.Picture;
using PixelLayout = Mien.Imaging.PixelLayout;

namespace Mien.Tests;

public class FaceQualityTests
{
    // Every tenth portrait: each is searched for seven times.
    private static IEnumerable<string> Portraits => TestData.PortraitFiles.Where((_, place) => place % 10 == 0);

    [Fact]
    public void Clean_portraits_score_9_tenths_and_more_and_spoiled_ones_at_most_half_of_it()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault();
        double clean = Mean(recognizer, Plain);
        Assert.InRange(clean, 0.9, 1);
        Assert.All(Spoiled(), kind =>
        {
            double spoiled = Mean(recognizer, kind.Draw);
            Assert.True(spoiled <= clean / 2, $"{kind.Name}: {spoiled:F3}, clean {clean:F3}");
        });
    }

    [Fact]
    public void A_mask_and_sunglasses_are_told_by_Cover()
    {
        using var recognizer = ExpressionRecognizer.CreateDefault();
        string portrait = Portraits.First();
        Assert.InRange(Read(recognizer, portrait, Plain)!.Cover, 0, 0.2f);
        Assert.InRange(Read(recognizer, portrait, Mask)!.Cover, 0.8f, 1);
        Assert.InRange(Read(recognizer, portrait, Sunglasses)!.Cover, 0.8f, 1);
    }

    [Fact]
    public void A_picture_that_is_a_face_has_all_but_the_pose()
    {
        Picture portrait = Picture.Load(Portraits.First());
        using var detecting = ExpressionRecognizer.CreateDefault();
        Face found = detecting.Recognize(portrait)[0];
        byte[] crop = new byte[96 * 96];
        FaceAligner.Align(portrait, found.Keypoints!.Value, 96, crop);
        using var recognizer = ExpressionRecognizer.CreateDefault(RecognizerOptions.Default with { FaceMode = FaceMode.Cropped });
        FaceQuality quality = recognizer.Recognize(Picture.FromGray(crop, 96, 96))[0].Quality!;
        Assert.Equal((96f, 0f, 0f, 0f), (quality.Pixels, quality.Roll, quality.Yaw, quality.Pitch));
        Assert.Equal(found.Quality!.Exposure, quality.Exposure, 0.02f);
        Assert.Equal(found.Quality.Contrast, quality.Contrast, found.Quality.Contrast * 0.1f);
        Assert.Equal(found.Quality.Cover, quality.Cover, 0.1f);
        using var meter = new FaceQualityMeter();
        Assert.Equal(quality, Assert.Single(meter.Measure(crop, 1, 96)));
    }

    [Fact]
    public void Pixels_that_are_not_so_many_faces_are_refused()
    {
        using var meter = new FaceQualityMeter();
        Assert.Throws<ArgumentException>(() => meter.Measure(new byte[48 * 48], 2, 48));
        Assert.Empty(meter.Measure([], 0, 48));
    }

    private static void Plain(SKCanvas canvas, SKBitmap portrait, FaceCrop face) => Whole(canvas, portrait);

    private static void Whole(SKCanvas canvas, SKBitmap portrait, SKPaint? paint = null) =>
        canvas.DrawBitmap(portrait, 0, 0, SKSamplingOptions.Default, paint);

    private static IEnumerable<(string Name, Action<SKCanvas, SKBitmap, FaceCrop> Draw)> Spoiled()
    {
        yield return ("dark", (canvas, portrait, _) => Filtered(canvas, portrait, SKColorFilter.CreateColorMatrix(
            [0.06f, 0, 0, 0, 0, 0, 0.06f, 0, 0, 0, 0, 0, 0.06f, 0, 0, 0, 0, 0, 1, 0])));
        yield return ("noise", Noise);
        yield return ("mask", Mask);
        yield return ("sunglasses", Sunglasses);
        yield return ("upside down", (canvas, portrait, _) =>
        {
            canvas.RotateDegrees(180, portrait.Width / 2f, portrait.Height / 2f);
            Whole(canvas, portrait);
        }
        );
        yield return ("blurred", (canvas, portrait, face) =>
        {
            using SKImageFilter blur = SKImageFilter.CreateBlur(face.Side / 20, face.Side / 20, SKShaderTileMode.Clamp);
            using var paint = new SKPaint { ImageFilter = blur };
            Whole(canvas, portrait, paint);
        }
        );
    }

    private static void Filtered(SKCanvas canvas, SKBitmap portrait, SKColorFilter filter)
    {
        using (filter)
        using (var paint = new SKPaint { ColorFilter = filter })
            Whole(canvas, portrait, paint);
    }

    /// <summary>A deviation of 80 levels in each color of each pixel.</summary>
    private static void Noise(SKCanvas canvas, SKBitmap portrait, FaceCrop face)
    {
        using SKBitmap noisy = portrait.Copy();
        var random = new Random(1);
        Span<byte> levels = noisy.GetPixelSpan();
        for (int i = 0; i < levels.Length; i++)
        {
            // The fourth is alpha.
            if (i % 4 != 3)
                levels[i] = (byte)Math.Clamp(levels[i] + 80 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()), 0, 255);
        }

        Whole(canvas, noisy);
    }

    private static void Mask(SKCanvas canvas, SKBitmap portrait, FaceCrop face) => Over(canvas, portrait, face, paint =>
    {
        paint.Color = new SKColor(150, 195, 215);
        using var outline = new SKPathBuilder();
        outline.MoveTo(0.1f, 0.6f);
        outline.LineTo(0.5f, 0.52f);
        outline.LineTo(0.9f, 0.6f);
        outline.LineTo(0.84f, 0.95f);
        outline.QuadTo(0.5f, 1.12f, 0.16f, 0.95f);
        outline.Close();
        using SKPath path = outline.Detach();
        canvas.DrawPath(path, paint);
    });

    private static void Sunglasses(SKCanvas canvas, SKBitmap portrait, FaceCrop face) => Over(canvas, portrait, face, paint =>
    {
        paint.Color = new SKColor(25, 22, 28);
        paint.StrokeWidth = 0.03f;
        canvas.DrawOval(0.31f, 0.4f, 0.15f, 0.11f, paint);
        canvas.DrawOval(0.69f, 0.4f, 0.15f, 0.11f, paint);
        canvas.DrawLine(0, 0.36f, 1, 0.36f, paint);
    });

    /// <summary>Draws on the face as a unit square.</summary>
    private static void Over(SKCanvas canvas, SKBitmap portrait, FaceCrop face, Action<SKPaint> draw)
    {
        Whole(canvas, portrait);
        canvas.Translate(face.Center.X, face.Center.Y);
        canvas.RotateDegrees(face.Degrees);
        canvas.Scale(face.Side);
        canvas.Translate(-0.5f, -0.5f);
        using var paint = new SKPaint { IsAntialias = true };
        draw(paint);
    }

    /// <summary>Mean score over the portraits' faces that are still found.</summary>
    private static double Mean(ExpressionRecognizer recognizer, Action<SKCanvas, SKBitmap, FaceCrop> draw)
    {
        float[] scores = [.. Portraits.Select(portrait => Read(recognizer, portrait, draw)).OfType<FaceQuality>()
            .Select(quality => quality.Score)];
        Assert.NotEmpty(scores);
        return scores.Average();
    }

    private static FaceQuality? Read(ExpressionRecognizer recognizer, string file, Action<SKCanvas, SKBitmap, FaceCrop> draw)
    {
        FaceCrop face = FaceAligner.Locate(recognizer.Recognize(file)[0].Keypoints!.Value);
        using SKBitmap portrait = SKBitmap.Decode(File.ReadAllBytes(file)).Copy(SKColorType.Rgba8888);
        using var drawn = new SKBitmap(portrait.Info);
        using (var canvas = new SKCanvas(drawn))
            draw(canvas, portrait, face);
        IReadOnlyList<Face> faces = recognizer.Recognize(drawn.GetPixelSpan(), drawn.Width, drawn.Height, PixelLayout.Rgba, drawn.RowBytes);
        return faces.Count > 0 ? faces[0].Quality : null;
    }
}
