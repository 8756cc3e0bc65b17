using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Datasets;

namespace Mien.Reports.Tests;

/// <summary>Faces of nobody: the committed averages, blended, shifted, mirrored and darkened at random.</summary>
internal static class MadeUpFaces
{
    private const int Size = 48;

    /// <summary>A table with all three splits and FER+ votes, of which a tenth of the labels is wrong on purpose.</summary>
    public static FaceTable Table(int training, int publicTest, int privateTest, int seed = 1)
    {
        int count = training + publicTest + privateTest;
        var chance = new Random(seed);
        byte[][] averages = [.. Enumerable.Range(0, 7).Select(Average)];
        byte[] pixels = new byte[count * Size * Size];
        byte[] labels = new byte[count];
        byte[] votes = new byte[count * FerPlus.Choices.Count];
        var splits = new Split[count];
        for (int i = 0; i < count; i++)
        {
            int truth = i % 7;
            labels[i] = (byte)(chance.Next(10) == 0 ? chance.Next(7) : truth);
            votes[i * FerPlus.Choices.Count + truth] = 8;
            votes[i * FerPlus.Choices.Count + FerPlus.Unknown] = 2;
            splits[i] = i < training ? Split.Training : i < training + publicTest ? Split.PublicTest : Split.PrivateTest;
            Vary(averages[truth], averages[chance.Next(7)], chance, pixels.AsSpan(i * Size * Size, Size * Size));
        }

        return new FaceTable(Size, pixels, labels, splits, FacialExpressions.Fer2013Names, votes);
    }

    private static void Vary(byte[] face, byte[] other, Random chance, Span<byte> result)
    {
        double share = chance.NextDouble() * 0.45;
        double light = 0.7 + chance.NextDouble() * 0.4;
        bool mirrored = chance.Next(2) == 0;
        (int right, int down) = (chance.Next(-4, 5), chance.Next(-4, 5));
        for (int y = 0; y < Size; y++)
        {
            for (int x = 0; x < Size; x++)
            {
                int fromX = Math.Clamp((mirrored ? Size - 1 - x : x) + right, 0, Size - 1);
                int from = Math.Clamp(y + down, 0, Size - 1) * Size + fromX;
                result[y * Size + x] = (byte)Math.Clamp((face[from] * (1 - share) + other[from] * share) * light + chance.Next(-8, 9), 0,
                    255);
            }
        }
    }

    private static byte[] Average(int label)
    {
        Picture picture = Picture.Load(Path.Combine(TestData.Root, "samples", "average-faces.png"));
        byte[] gray = picture.ToGray();
        byte[] crop = new byte[200 * 200];
        for (int y = 0; y < 200; y++)
            gray.AsSpan((40 + label / 4 * 240 + y) * picture.Width + 40 + label % 4 * 240, 200).CopyTo(crop.AsSpan(y * 200));
        byte[] face = new byte[Size * Size];
        Preprocessing.Resize(crop, 200, 200, Size, face);
        return face;
    }
}
