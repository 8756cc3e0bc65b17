using Mien.Imaging;

namespace Mien.Cli.Predictions;

/// <summary>Opens one of many pictures, on any thread.</summary>
/// <param name="maxPixels">Larger pictures are refused before they are decoded.</param>
/// <param name="open">Decodes a file; null for its whole size.</param>
internal sealed class PictureLoader(long maxPixels, Func<string, Picture>? open = null)
{
    // Pictures of many megapixels are garbage a moment after, and the collector, seeing a machine with memory to spare,
    // would let them pile up. With nothing else on the heap a collection takes a millisecond or two.
    private const long PixelsACollection = 8_000_000;

    private long _pixelsSinceCollection;

    /// <exception cref="MienException">It can't be read.</exception>
    public Picture Load(PictureFile file)
    {
        if (file.Error is { } error)
            throw new MienException(error.Message, error);
        if (Interlocked.Read(ref _pixelsSinceCollection) > PixelsACollection)
        {
            Interlocked.Exchange(ref _pixelsSinceCollection, 0);
            GC.Collect();
        }

        Picture picture = open?.Invoke(file.Path) ?? Picture.Load(file.Path, maxPixels);
        Interlocked.Add(ref _pixelsSinceCollection, (long)picture.Width * picture.Height);
        return picture;
    }

    /// <summary>How many pixels it will have; 0 where it will be refused.</summary>
    public long PixelsOf(PictureFile file) =>
        Picture.ReadSize(file.Path) is (int width, int height) && (long)width * height is var pixels && pixels <= maxPixels ? pixels : 0;
}
