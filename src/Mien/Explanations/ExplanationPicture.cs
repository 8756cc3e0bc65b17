using Mien.Imaging;
using SkiaSharp;

namespace Mien.Explanations;

/// <summary>Draws what an answer rests on over the face it was given for.</summary>
public static class ExplanationPicture
{
    private const int Margin = 8;
    private const int Caption = 22;
    private const float TextSize = 18;

    /// <summary>One strip: the aligned crop, its Grad-CAM and its occlusion map, with captions.</summary>
    /// <param name="face">[S*S] gray levels.</param>
    /// <param name="answer">Such as `happy 98%`.</param>
    /// <param name="gradCam">Null where the model can't give it: its place is left out.</param>
    /// <param name="occlusion">The occlusion map.</param>
    /// <param name="scale">Pixels of the strip for one of the face, from 1 up.</param>
    public static Picture Draw(ReadOnlySpan<byte> face, string answer, Heatmap? gradCam, Heatmap occlusion, int scale = 4)
    {
        ArgumentNullException.ThrowIfNull(occlusion);
        int side = occlusion.Size * scale;
        var panels = new List<(string Caption, Heatmap? Map)> { (answer, null) };
        if (gradCam is not null)
            panels.Add(("Grad-CAM", gradCam));
        panels.Add(("occlusion", occlusion));

        int width = Margin + panels.Count * (side + Margin);
        int height = side + 2 * Margin + Caption;
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(new SKColor(32, 33, 36));
            using var ink = new SKPaint { Color = SKColors.White, IsAntialias = true };
            for (int i = 0; i < panels.Count; i++)
            {
                int left = Margin + i * (side + Margin);
                using SKBitmap panel = Overlay(face, panels[i].Map, occlusion.Size, scale).ToBitmap();
                canvas.DrawBitmap(panel, left, Margin, SKSamplingOptions.Default);
                LabelText.Draw(canvas, LabelText.Fit(panels[i].Caption, side, TextSize), left, side + 2 * Margin, TextSize, ink);
            }
        }

        return Picture.FromRgba(bitmap.GetPixelSpan(), width, height);
    }

    /// <summary>A face with a map laid over it: gray where nothing matters, orange to yellow where most does.</summary>
    /// <param name="face">[size*size] gray levels.</param>
    /// <param name="map">The map; null for the face alone.</param>
    /// <param name="size">Side of the face.</param>
    /// <param name="scale">Pixels of the result for one of the face.</param>
    public static Picture Overlay(ReadOnlySpan<byte> face, Heatmap? map, int size, int scale)
    {
        if (face.Length != size * size)
            throw new ArgumentException($"{face.Length} pixels for {size}x{size}.", nameof(face));
        int side = size * scale;
        byte[] rgba = new byte[side * side * 4];
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++)
            {
                float gray = Sample(face, size, (x + 0.5f) / scale - 0.5f, (y + 0.5f) / scale - 0.5f);
                float heat = map is null ? 0 : Sample(map.Values, size, (x + 0.5f) / scale - 0.5f, (y + 0.5f) / scale - 0.5f);
                float amount = 0.65f * heat;
                int at = (y * side + x) * 4;
                // From vermilion to yellow: told apart with every common color blindness, and by brightness alone.
                rgba[at] = Mix(gray, 213 + heat * 27, amount);
                rgba[at + 1] = Mix(gray, 94 + heat * 134, amount);
                rgba[at + 2] = Mix(gray, heat * 66, amount);
                rgba[at + 3] = 255;
            }
        }

        return Picture.FromRgba(rgba, side, side);
    }

    private static byte Mix(float gray, float color, float amount) => (byte)Math.Clamp(gray * (1 - amount) + color * amount + 0.5f, 0, 255);

    private static float Sample<T>(ReadOnlySpan<T> values, int size, float x, float y) where T : struct, System.Numerics.INumber<T>
    {
        x = Math.Clamp(x, 0, size - 1);
        y = Math.Clamp(y, 0, size - 1);
        int left = (int)x;
        int top = (int)y;
        int right = Math.Min(left + 1, size - 1);
        int bottom = Math.Min(top + 1, size - 1);
        float across = x - left;
        float above = float.CreateChecked(values[top * size + left]) * (1 - across)
            + float.CreateChecked(values[top * size + right]) * across;
        float below = float.CreateChecked(values[bottom * size + left]) * (1 - across)
            + float.CreateChecked(values[bottom * size + right]) * across;
        return above + (below - above) * (y - top);
    }
}
