using System.Globalization;
using System.Numerics;
using Mien.Imaging;

namespace Mien.Training.Datasets;

/// <summary>What a picture looks like from afar, in 256 bits: near-duplicates differ in few of them.</summary>
/// <remarks>
/// A difference hash (Krawetz 2013, "Kind of like that") of 16x16 bits: whether each of 17x16 averaged gray levels is
/// darker than its right neighbor. Size, compression, brightness and contrast leave it nearly as it is.
/// </remarks>
/// <param name="A">The upper quarter of the picture.</param>
/// <param name="B">The second.</param>
/// <param name="C">The third.</param>
/// <param name="D">The lowest.</param>
public readonly record struct PictureHash(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>How many bits a hash has.</summary>
    public const int Bits = 256;

    private const int Side = 16;

    /// <summary>Hashes a picture.</summary>
    public static PictureHash Of(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return Of(picture.ToGray(), picture.Width, picture.Height);
    }

    /// <summary>Hashes gray levels [height*width].</summary>
    internal static PictureHash Of(ReadOnlySpan<byte> levels, int width, int height)
    {
        Span<byte> gray = stackalloc byte[(Side + 1) * (Side + 1)];
        Preprocessing.Resize(levels, width, height, Side + 1, gray);
        Span<ulong> words = stackalloc ulong[4];
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                int bit = y * Side + x;
                if (gray[y * (Side + 1) + x] < gray[y * (Side + 1) + x + 1])
                    words[bit / 64] |= 1UL << (bit % 64);
            }
        }

        return new PictureHash(words[0], words[1], words[2], words[3]);
    }

    /// <summary>Bits in which two hashes differ, 0..256.</summary>
    public int DistanceTo(PictureHash other) =>
        BitOperations.PopCount(A ^ other.A) + BitOperations.PopCount(B ^ other.B) + BitOperations.PopCount(C ^ other.C)
            + BitOperations.PopCount(D ^ other.D);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">Not 64 hexadecimal digits.</exception>
    public static PictureHash Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length != Bits / 4)
            throw new FormatException($"{text.Length} digits, expected {Bits / 4}.");
        return new PictureHash(Word(0), Word(1), Word(2), Word(3));

        ulong Word(int place) => ulong.Parse(text.AsSpan(place * 16, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{A:x16}{B:x16}{C:x16}{D:x16}");

    /// <summary>So many bits from a place on; they may reach over a word's end.</summary>
    internal ulong Slice(int start, int count)
    {
        ulong bits = Word(start / 64) >> (start % 64);
        if (start % 64 + count > 64)
            bits |= Word(start / 64 + 1) << (64 - start % 64);
        return bits & ((1UL << count) - 1);
    }

    private ulong Word(int place) => place switch { 0 => A, 1 => B, 2 => C, _ => D };
}
