using Microsoft.ML.OnnxRuntime;
using Mien.Detection;
using Mien.Imaging;

namespace Mien;

/// <summary>Measures how well aligned faces can be read. Safe to call from many threads.</summary>
public sealed class FaceQualityMeter : IDisposable
{
    private readonly CoverNetwork _cover;

    /// <summary>Opens the network behind <see cref="FaceQuality.Cover"/>.</summary>
    /// <param name="options">ONNX Runtime options; null for its defaults.</param>
    public FaceQualityMeter(SessionOptions? options = null) => _cover = new CoverNetwork(options);

    /// <summary>The .onnx file of the network behind <see cref="FaceQuality.Cover"/>, for a runtime elsewhere (a browser's).</summary>
    public static byte[] ReadNetwork() => CoverNetwork.ReadNetwork();

    /// <summary>Measures faces that fill their picture, whose pose is not known.</summary>
    /// <param name="faces">[count*size*size] gray levels, row-major, face after face.</param>
    /// <param name="count">How many faces.</param>
    /// <param name="size">Side in pixels.</param>
    /// <exception cref="ArgumentException">The length is not count*size*size.</exception>
    public IReadOnlyList<FaceQuality> Measure(ReadOnlySpan<byte> faces, int count, int size)
    {
        if (faces.Length != count * size * size)
            throw new ArgumentException($"{faces.Length} pixels for {count} faces of {size}x{size}.", nameof(faces));
        const int Area = FaceQuality.CropSize * FaceQuality.CropSize;
        byte[] crops = new byte[count * Area];
        for (int i = 0; i < count; i++)
            Preprocessing.Resize(faces.Slice(i * size * size, size * size), size, size, FaceQuality.CropSize, crops.AsSpan(i * Area, Area));
        return Measure(crops, [.. Enumerable.Repeat(new FacePose(size, 0, 0, 0), count)]);
    }

    /// <summary>Measures aligned faces.</summary>
    /// <param name="crops">[N*S*S] gray levels, S = <see cref="FaceQuality.CropSize"/>.</param>
    /// <param name="poses">[N].</param>
    internal FaceQuality[] Measure(ReadOnlySpan<byte> crops, ReadOnlySpan<FacePose> poses)
    {
        const int Area = FaceQuality.CropSize * FaceQuality.CropSize;
        CoverAnswer[] covers = _cover.Read(crops, poses.Length);
        var qualities = new FaceQuality[poses.Length];
        for (int i = 0; i < qualities.Length; i++)
            qualities[i] = FaceQuality.Of(poses[i], CropMeasures.Of(crops.Slice(i * Area, Area), FaceQuality.CropSize), covers[i]);
        return qualities;
    }

    /// <inheritdoc/>
    public void Dispose() => _cover.Dispose();
}
