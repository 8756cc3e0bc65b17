using Mien.Imaging;

namespace Mien.Training.Tests.Datasets;

/// <summary>Small pictures of noise, each other than the rest.</summary>
internal static class MadeUpPictures
{
    /// <summary>A PNG of 48x48 pixels.</summary>
    public static byte[] Png(int seed)
    {
        byte[] gray = new byte[48 * 48];
        new Random(seed).NextBytes(gray);
        return Picture.FromGray(gray, 48, 48).ToPng();
    }

    /// <summary>Writes pictures of consecutive seeds.</summary>
    public static void Save(int seed, params IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, Png(seed++));
        }
    }
}
