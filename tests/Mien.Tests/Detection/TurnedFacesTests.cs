using Mien.Detection;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.Tests.Detection;

/// <summary>Faces that are turned in the picture's plane, up to those that stand on their heads.</summary>
public class TurnedFacesTests(ITestOutputHelper output)
{
    private const float SureQuality = 0.5f;
    private const float SameRoll = 15;

    private static readonly string Model = Path.Combine(TestData.Root, "models", "mien-default.int8.onnx");

    private static readonly RecognizerOptions AnyRotation = RecognizerOptions.Default with { Detector = DetectorOptions.Default with { AnyRotation = true } };

    // Every annotated face of 40 pixels and more that stands about upright, once each: the crowd of 1927 is left out.
    private static readonly string[] Photos =
    [
        "astronaut.png", "president.jpg", "vice-president.jpg", "speech.jpg", "two-people.jpg", "from-below.jpg", "half-a-face.jpg",
        "surprised.jpg", "crying-baby.jpg", "woman.jpg", "crew-in-orbit.jpg",
    ];

    private static readonly Lazy<IReadOnlyList<Face>[]> ReadUpright = new(() =>
    {
        using var recognizer = ExpressionRecognizer.Create(Model);
        return [.. Photos.Select(photo => recognizer.Recognize(TestData.Photo(photo)))];
    });

    [Theory]
    [InlineData(30, 18, 15)]
    [InlineData(-30, 18, 15)]
    [InlineData(45, 18, 17)]
    [InlineData(60, 18, 15)]
    public void Of_18_faces_turned_so_far_all_are_found_and_nearly_all_keep_their_labels(double degrees, int found, int kept)
    {
        Turned[] faces = Read(degrees, RecognizerOptions.Default);
        Assert.Equal(found, faces.Count(face => face.Found is not null));
        Assert.InRange(faces.Count(face => face.Found?.Label == face.Upright.Label), kept, faces.Length);
        Assert.All(faces, face => Assert.InRange(face.RollError, 0, SameRoll));
    }

    [Theory]
    [InlineData(90)]
    [InlineData(135)]
    [InlineData(-120)]
    [InlineData(180)]
    public void Turned_further_a_face_is_found_with_its_roll_and_label_or_not_at_all(double degrees)
    {
        Turned[] faces = [.. Read(degrees, RecognizerOptions.Default).Where(face => face.Found is not null)];
        Assert.NotEmpty(faces);
        Assert.All(faces, face => Assert.InRange(face.RollError, 0, SameRoll));
        // What was a close decision upright may be decided otherwise after the picture is resampled.
        Assert.DoesNotContain(faces, face => face.Found!.Label != face.Upright.Label && face.Found.Quality!.Score > SureQuality
            && Lead(face.Upright) > 0.2f);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(90)]
    [InlineData(-120)]
    [InlineData(135)]
    [InlineData(180)]
    public void Searched_at_four_turns_all_18_are_found(double degrees)
    {
        Turned[] faces = Read(degrees, AnyRotation);
        Assert.Equal(18, faces.Count(face => face.Found is not null));
        Assert.All(faces, face => Assert.InRange(face.RollError, 0, SameRoll));
        Assert.InRange(faces.Count(face => face.Found!.Label == face.Upright.Label), 15, faces.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_president_on_his_head_is_happy_there_or_not_found(bool anyRotation)
    {
        using var recognizer = ExpressionRecognizer.Create(Model, anyRotation ? AnyRotation : RecognizerOptions.Default);
        string photo = Path.Combine(TestData.Photos, "..", "inputs", "upside-down-president.jpg");
        Assert.SkipUnless(File.Exists(photo), $"{photo} is absent: the data is not kept in the repository.");
        IReadOnlyList<Face> faces = recognizer.Recognize(photo);
        Assert.InRange(faces.Count, anyRotation ? 1 : 0, 1);
        Assert.All(faces, face =>
        {
            Assert.Equal("happy", face.Label);
            Assert.InRange(Math.Abs(face.Quality!.Roll), 165, 180);
        });
    }

    [Theory]
    [InlineData(90)]
    [InlineData(180)]
    [InlineData(-90)]
    [InlineData(140)]
    public void At_four_turns_drawn_faces_are_where_they_are_upright(double degrees)
    {
        using var detector = new FaceDetector();
        Picture upright = Picture.Load(Path.Combine(TestData.Root, "samples", "average-faces.png"));
        var turned = new TurnedPicture(upright, degrees);
        IReadOnlyList<DetectedFace> expected = detector.Detect(upright);
        IReadOnlyList<DetectedFace> found = detector.Detect(turned.Picture, AnyRotation.Detector);
        Assert.Equal(7, expected.Count);
        Assert.Equal(expected.Count, found.Count);
        foreach (DetectedFace face in expected)
        {
            PicturePoint eye = turned.Place(face.Keypoints.RightEye);
            PicturePoint mouth = turned.Place(face.Keypoints.Mouth);
            DetectedFace same = found.MinBy(other => Distance(other.Keypoints.RightEye, eye));
            Assert.InRange(Distance(same.Keypoints.RightEye, eye), 0, face.Box.Width / 10);
            Assert.InRange(Distance(same.Keypoints.Mouth, mouth), 0, face.Box.Width / 10);
            Assert.InRange(Distance(same.Box.Center, turned.Place(face.Box.Center)), 0, face.Box.Width / 8);
            Assert.InRange(same.Box.Area / face.Box.Area, 0.75f, 1.4f);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_point_of_a_turned_picture_goes_back_to_where_it_came_from(int quarters)
    {
        const int Width = 7;
        const int Height = 5;
        byte[] gray = [.. Enumerable.Range(0, Width * Height).Select(i => (byte)(7 * i))];
        using var upright = new Pyramid(Picture.FromGray(gray, Width, Height));
        using Pyramid turned = upright.Turn(quarters);
        Assert.Equal(quarters == 2 ? (Width, Height) : (Height, Width), (turned.Width, turned.Height));
        for (int y = 0; y < turned.Height; y++)
        {
            for (int x = 0; x < turned.Width; x++)
            {
                PicturePoint back = Turns.Back(new DetectedFace(new Box(x, y, 1, 1), 1, default), quarters, Width, Height).Box.Center;
                Assert.Equal(gray[(int)back.Y * Width + (int)back.X], turned[0].Pixels[(y * turned.Width + x) * 4]);
            }
        }

        // What stands on its side is upright in the turned picture.
        FaceKeypoints points = Upright(new PicturePoint(2, 2));
        Assert.Equal(quarters * 90, (Turns.Roll(Turns.Back(new DetectedFace(default, 1, points), quarters, Width, Height)) + 360) % 360,
            1e-3);
    }

    [Fact]
    public void Views_of_one_face_that_differ_in_how_it_stands_are_not_averaged()
    {
        var upright = new DetectedFace(new Box(0, 0, 40, 40), 0.9f, Upright(new PicturePoint(20, 20)));
        DetectedFace other = Turns.Opposite(upright) with { Score = 0.8f };
        Assert.Equal(180, Math.Abs(Turns.Roll(other)), 1e-3);
        List<DetectedFace> merged = [];
        Suppression.Merge([other, upright], merged);
        Assert.Equal(0, Turns.Roll(Assert.Single(merged)), 1e-3);
    }

    [Fact]
    public void The_box_of_a_face_on_its_side_lies_on_its_side()
    {
        var face = new DetectedFace(new Box(100, 100, 100, 100), 1, Upright(new PicturePoint(150, 150)));
        Box upright = Turns.Fit(face);
        Box aside = Turns.Fit(Turns.Back(face, 1, 300, 300));
        Assert.Equal(upright.Width, aside.Height, 1e-2);
        Assert.Equal(upright.Height, aside.Width, 1e-2);
        // The brow is above the network's square, which is to the right where the head lies to the right.
        Assert.True(upright.Center.Y < 150);
        Assert.True(aside.Center.X > 150);
    }

    private static FaceKeypoints Upright(PicturePoint middle) => new(
        new(middle.X - 10, middle.Y - 8), new(middle.X + 10, middle.Y - 8), middle, new(middle.X, middle.Y + 13),
            new(middle.X - 20, middle.Y), new(middle.X + 20, middle.Y));

    private static float Lead(Face face) => face.Confidence - face.Probabilities.OrderDescending().ElementAt(1);

    private static double Distance(PicturePoint a, PicturePoint b) => Math.Sqrt((a.X - b.X) * (a.X - b.X) + (a.Y - b.Y) * (a.Y - b.Y));

    private Turned[] Read(double degrees, RecognizerOptions options)
    {
        using var recognizer = ExpressionRecognizer.Create(Model, options);
        var rows = File.ReadLines(TestData.Photo("photos.csv")).Skip(1).Select(line => line.Split(','))
            .ToDictionary(cells => cells[0], cells => cells[4]);
        List<Turned> read = [];
        foreach ((string photo, IReadOnlyList<Face> upright) in Photos.Zip(ReadUpright.Value))
        {
            Picture picture = Picture.Load(TestData.Photo(photo));
            var turned = new TurnedPicture(picture, degrees);
            IReadOnlyList<Face> found = recognizer.Recognize(turned.Picture);
            foreach (string text in rows[photo].Trim('"').Split(';'))
            {
                float[] sides = [.. text.Trim().Split(' ').Select(float.Parse)];
                var box = new Box(sides[0], sides[1], sides[2], sides[3]);
                Face before = upright.MaxBy(face => face.Box.IntersectionOverUnion(box))!;
                PicturePoint center = turned.Place(box.Center);
                Face? after = found.Where(face => Distance(face.Box.Center, center) < 0.4 * box.Height
                    && face.Box.Height > 0.45 * box.Height && face.Box.Height < 2 * box.Height)
                    .MinBy(face => Distance(face.Box.Center, center));
                read.Add(new Turned(before, after, degrees));
                output.WriteLine($"{photo} {box}: {before.Label}, turned by {degrees} {after?.Label ?? "not found"}, roll "
                    + $"{before.Quality!.Roll:F0} and {after?.Quality!.Roll:F0}, quality {after?.Quality!.Score:F2}");
            }
        }

        Assert.Equal(18, read.Count);
        return [.. read];
    }

    /// <summary>A face of a photo, read upright and turned.</summary>
    private sealed record Turned(Face Upright, Face? Found, double Degrees)
    {
        /// <summary>How many degrees its roll is off; 0 where it was not found.</summary>
        public double RollError => Found is null ? 0 : Math.Abs(Math.IEEERemainder(Found.Quality!.Roll - Upright.Quality!.Roll - Degrees,
            360));
    }
}
