using CsCheck;
using Mien.Imaging;
using Mien.TestSupport;
using Mien.Training.Datasets;

namespace Mien.Training.Tests.Datasets;

public class NearDuplicatesTests
{
    private static readonly string AverageFaces = Path.Combine(TestData.Root, "samples", "average-faces.png");

    [Fact]
    public void A_picture_that_grows_lighter_has_every_bit_and_one_that_grows_darker_none()
    {
        byte[] lighter = [.. Enumerable.Range(0, 170 * 170).Select(i => (byte)(i % 170))];
        byte[] darker = [.. lighter.Select(level => (byte)(255 - level))];
        PictureHash all = PictureHash.Of(Picture.FromGray(lighter, 170, 170));
        PictureHash none = PictureHash.Of(Picture.FromGray(darker, 170, 170));
        Assert.Equal(new string('f', 64), $"{all}");
        Assert.Equal(new string('0', 64), $"{none}");
        Assert.Equal(256, all.DistanceTo(none));
        Assert.Equal(all, PictureHash.Parse($"{all}"));
    }

    [Fact]
    public void A_picture_saved_smaller_or_brighter_is_a_near_duplicate_and_its_mirror_image_is_none()
    {
        Picture picture = Picture.Load(AverageFaces);
        byte[] gray = picture.ToGray();
        PictureHash hash = PictureHash.Of(picture);
        byte[] half = new byte[400 * 400];
        Preprocessing.Resize(gray, picture.Width, picture.Height, 400, half);
        Assert.InRange(hash.DistanceTo(PictureHash.Of(Picture.FromGray(half, 400, 400))), 0, NearDuplicates.Distance);
        byte[] brighter = [.. gray.Select(level => (byte)Math.Min(255, level * 1.1 + 10))];
        Assert.InRange(hash.DistanceTo(PictureHash.Of(Picture.FromGray(brighter, picture.Width, picture.Height))), 0,
            NearDuplicates.Distance);
        for (int row = 0; row < picture.Height; row++)
            gray.AsSpan(row * picture.Width, picture.Width).Reverse();
        Assert.True(hash.DistanceTo(PictureHash.Of(Picture.FromGray(gray, picture.Width, picture.Height))) > NearDuplicates.Distance);
    }

    [Fact]
    public void Groups_are_those_of_comparing_each_with_each() =>
        // A few pictures and copies of them with some bits turned, so that there are groups, chains and singles.
        Gen.Select(Gen.Int[1, 60], Gen.Int[0, 40], Gen.Int).Sample((count, distance, seed) =>
        {
            var random = new Random(seed);
            var hashes = new List<PictureHash>();
            for (int i = 0; i < count; i++)
                hashes.Add(i < 5 ? Any(random) : Turned(hashes[random.Next(hashes.Count)], random.Next(distance + 10), random));
            Assert.Equal(EachWithEach(hashes, distance), NearDuplicates.Group(hashes, distance));
        });

    private static int[] EachWithEach(List<PictureHash> hashes, int distance)
    {
        int[] groups = [.. Enumerable.Range(0, hashes.Count)];
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int i = 0; i < groups.Length; i++)
            {
                for (int j = 0; j < groups.Length; j++)
                {
                    if (groups[j] >= groups[i] || hashes[i].DistanceTo(hashes[j]) > distance)
                        continue;
                    groups[i] = groups[j];
                    changed = true;
                }
            }
        }

        return groups;
    }

    private static PictureHash Any(Random random) =>
        new((ulong)random.NextInt64(), (ulong)random.NextInt64(), (ulong)random.NextInt64(), (ulong)random.NextInt64());

    private static PictureHash Turned(PictureHash hash, int bits, Random random)
    {
        ulong[] words = [hash.A, hash.B, hash.C, hash.D];
        for (int i = 0; i < bits; i++)
            words[random.Next(4)] ^= 1UL << random.Next(64);
        return new PictureHash(words[0], words[1], words[2], words[3]);
    }
}
