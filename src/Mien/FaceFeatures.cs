namespace Mien;

/// <summary>What the network computed for some faces: probabilities and the last feature maps.</summary>
/// <param name="Count">N.</param>
/// <param name="Probabilities">[N*K], row-major; rows sum to 1.</param>
/// <param name="Maps">[N*Channels*Height*Width], row-major.</param>
/// <param name="Channels">Feature maps a face.</param>
/// <param name="Height">Rows of a map.</param>
/// <param name="Width">Columns of a map.</param>
public sealed record FaceFeatures(int Count, float[] Probabilities, float[] Maps, int Channels, int Height, int Width)
{
    /// <summary>The feature maps of one face, [Channels*Height*Width].</summary>
    public ReadOnlySpan<float> MapsOf(int face) => Maps.AsSpan(face * Channels * Height * Width, Channels * Height * Width);

    /// <summary>Each map's mean: the face as one short vector, [Channels].</summary>
    public float[] Embedding(int face)
    {
        ReadOnlySpan<float> maps = MapsOf(face);
        int area = Height * Width;
        float[] means = new float[Channels];
        for (int channel = 0; channel < Channels; channel++)
        {
            float sum = 0;
            foreach (float value in maps.Slice(channel * area, area))
                sum += value;
            means[channel] = sum / area;
        }

        return means;
    }
}
