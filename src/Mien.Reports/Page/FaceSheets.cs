using Mien.Imaging;
using SkiaSharp;

namespace Mien.Reports.Page;

/// <summary>Puts many small pictures into few large WebP ones, so that a page of thousands of faces stays small and quick.</summary>
internal sealed class FaceSheets(int side)
{
    /// <summary>Pictures across and down a sheet.</summary>
    public const int Columns = 32;

    private const int Quality = 72;

    private readonly List<byte[]> _rgba = [];

    /// <summary>Adds a picture; its place is the number of those before it.</summary>
    public int Add(Picture picture)
    {
        if (picture.Width != side || picture.Height != side)
            throw new ArgumentException($"{picture.Width}x{picture.Height}, expected {side}x{side}.", nameof(picture));
        _rgba.Add(picture.ToRgba());
        return _rgba.Count - 1;
    }

    /// <summary>The sheets as WebP files, Columns x Columns pictures each, the last one as high as it needs.</summary>
    public IEnumerable<byte[]> Encode()
    {
        for (int start = 0; start < _rgba.Count; start += Columns * Columns)
        {
            int count = Math.Min(Columns * Columns, _rgba.Count - start);
            int rows = (count + Columns - 1) / Columns;
            byte[] sheet = new byte[Columns * side * rows * side * 4];
            for (int i = 0; i < count; i++)
            {
                for (int y = 0; y < side; y++)
                {
                    int at = ((i / Columns * side + y) * Columns * side + i % Columns * side) * 4;
                    _rgba[start + i].AsSpan(y * side * 4, side * 4).CopyTo(sheet.AsSpan(at));
                }
            }

            using SKImage image = SKImage.FromPixelCopy(new SKImageInfo(Columns * side, rows * side, SKColorType.Rgba8888,
                SKAlphaType.Opaque), sheet);
            using SKData data = image.Encode(SKEncodedImageFormat.Webp, Quality);
            yield return data.ToArray();
        }
    }
}
