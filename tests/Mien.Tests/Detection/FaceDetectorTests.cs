using Mien.Detection;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.Tests.Detection;

public class FaceDetectorTests(ITestOutputHelper output)
{
    private const int SmallestCounted = 24;
    private const float SameFace = 0.5f;

    [Fact]
    public void Faces_of_the_annotated_photos_are_found_and_little_else() => Search(picture => picture);

    [Theory]
    [InlineData(0.25, 0)]
    [InlineData(0.12, 0)]
    [InlineData(0.06, 0)]
    [InlineData(0.25, 128)]
    [InlineData(0.25, 255)]
    public void Faces_of_dark_and_of_flat_photos_are_found_as_well(double contrast, int around) =>
        Search(picture => Levels(picture, level => around + (level - around) * contrast));

    [Theory]
    [InlineData("dark-x0.25.png")]
    [InlineData("dark-x0.12.png")]
    public void The_face_of_a_dark_picture_is_found(string name)
    {
        using var detector = new FaceDetector();
        Picture dark = Picture.Load(TestData.Input(name));
        Assert.True(Assert.Single(detector.Detect(dark)).Score > 0.8f);
    }

    [Fact]
    public void Well_lit_photos_are_searched_as_they_are()
    {
        foreach (string line in File.ReadLines(TestData.Photo("photos.csv")).Skip(1))
        {
            Picture picture = Picture.Load(TestData.Photo(line.Split(',')[0]));
            foreach (double contrast in (double[])[1, 0.6])
            {
                using var pyramid = new Pyramid(Levels(picture, level => level * contrast));
                Assert.Null(SearchLevels.Stretch(pyramid));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void The_noise_of_a_black_picture_has_no_face(int most)
    {
        using var detector = new FaceDetector();
        var random = new Random(4);
        Assert.Empty(detector.Detect(Picture.FromGray([.. Enumerable.Range(0, 640 * 480).Select(_ => (byte)random.Next(most + 1))], 640,
            480)));
    }

    [Fact]
    public void A_plain_picture_has_no_face()
    {
        using var detector = new FaceDetector();
        Assert.Empty(detector.Detect(Picture.FromGray(Enumerable.Repeat((byte)128, 300 * 200).ToArray(), 300, 200)));
    }

    [Fact]
    public void Eyes_and_mouth_of_a_tilted_face_are_tilted_with_it()
    {
        using var detector = new FaceDetector();
        FaceKeypoints points = detector.Detect(Picture.Load(TestData.Photo("tilted-30.jpg")))[0].Keypoints;
        double angle = Math.Atan2(points.LeftEye.Y - points.RightEye.Y, points.LeftEye.X - points.RightEye.X) * 180 / Math.PI;
        Assert.InRange(Math.Abs(angle), 20, 40);
    }

    [Fact]
    public void The_most_certain_faces_are_kept_when_fewer_are_asked_for()
    {
        using var detector = new FaceDetector();
        Picture picture = Picture.Load(TestData.Photo("two-people.jpg"));
        DetectedFace best = Assert.Single(detector.Detect(picture, DetectorOptions.Default with { MaxFaces = 1 }));
        Assert.Equal(detector.Detect(picture).Max(face => face.Score), best.Score);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    public void A_score_out_of_range_is_refused(float score)
    {
        using var detector = new FaceDetector();
        Picture picture = Picture.FromGray(new byte[100], 10, 10);
        Assert.Throws<ArgumentOutOfRangeException>(() => detector.Detect(picture, DetectorOptions.Default with { MinScore = score }));
    }

    private void Search(Func<Picture, Picture> change)
    {
        using var detector = new FaceDetector();
        (int faces, int found, int wrong) = (0, 0, 0);
        foreach (string line in File.ReadLines(TestData.Photo("photos.csv")).Skip(1))
        {
            string[] cells = line.Split(',');
            Box[] expected = Boxes(cells[4]);
            var left = detector.Detect(change(Picture.Load(TestData.Photo(cells[0])))).Select(face => face.Box).ToList();
            foreach (Box box in expected)
            {
                Box match = left.OrderByDescending(candidate => candidate.IntersectionOverUnion(box)).FirstOrDefault();
                bool hit = match.IntersectionOverUnion(box) >= SameFace;
                if (hit)
                    left.Remove(match);
                if (Math.Max(box.Width, box.Height) < SmallestCounted)
                    continue;
                faces++;
                found += hit ? 1 : 0;
            }

            wrong += left.Count;
            if (left.Count > 0)
                output.WriteLine($"{cells[0]}: {string.Join(", ", left)}");
        }

        double recall = (double)found / faces;
        double precision = (double)found / (found + wrong);
        output.WriteLine($"recall {recall:F3} of {faces}, precision {precision:F3}");
        Assert.True(recall >= 0.9, $"recall {recall:F3}");
        Assert.True(precision >= 0.95, $"precision {precision:F3}");
    }

    private static Picture Levels(Picture picture, Func<double, double> level)
    {
        byte[] table = [.. Enumerable.Range(0, 256).Select(i => (byte)Math.Clamp(Math.Round(level(i)), 0, 255))];
        return Picture.FromRgba([.. picture.ToRgba().Select(value => table[value])], picture.Width, picture.Height);
    }

    private static Box[] Boxes(string cell) => [.. cell.Trim('"').Split(';', StringSplitOptions.RemoveEmptyEntries)
        .Select(box => box.Trim().Split(' ').Select(float.Parse).ToArray())
        .Select(sides => new Box(sides[0], sides[1], sides[2], sides[3]))];
}
