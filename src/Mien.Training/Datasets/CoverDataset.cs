using System.IO.Compression;
using Mien.Training.Augmentation;
using SkiaSharp;

namespace Mien.Training.Datasets;

/// <summary>
/// A data set of clear, covered and turned faces, made from the faces of another one: what the network behind
/// <see cref="FaceQuality.Cover"/> is trained on.
/// </summary>
/// <remarks>
/// Covers are drawn (<see cref="Covers"/>, and the masks and sunglasses of <see cref="Corruptions"/>); half of all
/// faces are then spoiled as bad light and cameras spoil them, so that neither is taken for a cover.
/// </remarks>
public static class CoverDataset
{
    // Of ten faces so many are clear; the others are shared out alike.
    private const double ClearShare = 0.4;

    private const double SpoiledShare = 0.5;

    // Beyond, one can't see what is covered.
    private const double MostStrength = 2.3;

    private static readonly Corruption[] Spoiling =
    [
        Corruption.Darkness, Corruption.LowContrast, Corruption.OverExposure, Corruption.GaussianNoise, Corruption.ShotNoise,
        Corruption.Blur, Corruption.MotionBlur, Corruption.Jpeg, Corruption.Pixelation, Corruption.Squeeze,
    ];

    /// <summary>Writes a .zip of PNG pictures, split/class/number.png, that `mien train` reads.</summary>
    /// <param name="faces">Where faces come from: its Training and PublicTest splits.</param>
    /// <param name="path">The .zip, written whole or not at all.</param>
    /// <param name="copies">How many pictures are made of each Training face; one is made of each PublicTest face.</param>
    /// <param name="seed">Decides all chance: the same pictures for the same seed.</param>
    /// <param name="overwrite">Whether a file that is there may be replaced.</param>
    /// <returns>How many pictures were written.</returns>
    /// <exception cref="MienException">The file can't be written, or is there already.</exception>
    public static int Write(FaceTable faces, string path, int copies = 2, int seed = 1, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(copies);
        if (!overwrite && File.Exists(path))
            throw new MienException($"{path}: exists already and stays as it is. Choose another name.");
        int count = 0;
        AtomicFile.Write(path, file =>
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true);
            count = Write(faces, zip, copies, seed);
        }, overwrite);
        return count;
    }

    private static int Write(FaceTable faces, ZipArchive zip, int copies, int seed)
    {
        int count = 0;
        for (int i = 0; i < faces.Count; i++)
        {
            if (faces.Splits[i] == Split.PrivateTest)
                continue;
            int made = faces.Splits[i] == Split.Training ? copies : 1;
            for (int copy = 0; copy < made; copy++, count++)
            {
                // Its own chance, so that a picture does not depend on those before it.
                var random = new Random(unchecked((int)((uint)(seed * 1_000_003 + i * 31 + copy) * 2_654_435_761u)));
                byte[] face = faces.Face(i).ToArray();
                CoverClass kind = Make(face, faces.Size, random);
                string name = $"{faces.Splits[i]}/{kind.ToString().ToLowerInvariant()}/{i:D5}-{copy}.png";
                ZipArchiveEntry entry = zip.CreateEntry(name, CompressionLevel.NoCompression);
                using Stream stream = entry.Open();
                using SKData data = Png(face, faces.Size);
                data.SaveTo(stream);
            }
        }

        return count;
    }

    /// <summary>Changes a face into one of the classes, drawn at random.</summary>
    /// <param name="face">[size*size] gray levels of a clear, upright face, changed in place.</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="random">Where all chance comes from.</param>
    internal static CoverClass Make(byte[] face, int size, Random random)
    {
        if (random.Next(2) == 0)
        {
            for (int row = 0; row < face.Length; row += size)
                face.AsSpan(row, size).Reverse();
        }

        CoverClass kind = random.NextDouble() < ClearShare ? CoverClass.Clear : (CoverClass)random.Next(1, 5);
        var painter = new CoverPainter(face, size, random);
        // What covers nothing that matters goes with every class.
        if (random.Next(3) == 0)
            Covers.Harmless(painter);
        switch (kind)
        {
            case CoverClass.Mouth when random.Next(4) == 0:
                Corruptions.Apply(face, size, Corruption.Mask, 1 + 2 * random.NextDouble(), random, face);
                break;
            case CoverClass.Mouth:
                Covers.Mouth(painter);
                break;
            case CoverClass.Eyes when random.Next(4) == 0:
                Corruptions.Apply(face, size, Corruption.Sunglasses, 1 + 2 * random.NextDouble(), random, face);
                break;
            case CoverClass.Eyes:
                Covers.Eyes(painter);
                break;
            case CoverClass.Side:
                Covers.Side(painter);
                break;
            case CoverClass.Turned:
                // Mostly upside down, else on its side.
                double degrees = random.Next(4) == 0 ? (random.Next(2) * 2 - 1) * 90 + random.Next(-30, 31) : 180 + random.Next(-50, 51);
                PixelFilters.Warp(face, size, degrees * Math.PI / 180, 1, 1);
                break;
        }

        if (random.NextDouble() < SpoiledShare)
            Corruptions.Apply(face, size, Spoiling[random.Next(Spoiling.Length)], random.NextDouble() * MostStrength, random, face);
        return kind;
    }

    private static SKData Png(byte[] face, int size)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Gray8, SKAlphaType.Opaque));
        face.CopyTo(bitmap.GetPixelSpan());
        return bitmap.Encode(SKEncodedImageFormat.Png, 100);
    }
}

/// <summary>The classes of <see cref="CoverDataset"/>, named so in its folders.</summary>
internal enum CoverClass
{
    /// <summary>Upright, with eyes and mouth to be seen.</summary>
    Clear,

    /// <summary>Both eyes are covered.</summary>
    Eyes,

    /// <summary>The mouth is covered.</summary>
    Mouth,

    /// <summary>One side is covered.</summary>
    Side,

    /// <summary>Upside down or on its side.</summary>
    Turned,
}
