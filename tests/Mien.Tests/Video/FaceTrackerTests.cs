using Mien.Detection;
using Mien.Video;

namespace Mien.Tests.Video;

public class FaceTrackerTests
{
    private static readonly float[] Happy = [0, 0, 0, 1, 0, 0, 0];
    private static readonly float[] Sad = [0, 0, 0, 0, 1, 0, 0];

    [Fact]
    public void Faces_that_pass_each_other_keep_their_numbers()
    {
        var tracker = new FaceTracker();
        var numbers = new List<(int, int)>();
        // Two people walk past each other on two lines, in front of a camera that hands faces out in any order.
        for (int frame = 0; frame <= 40; frame++)
        {
            Face right = FaceAt(20 + frame * 12, 100, 80);
            Face left = FaceAt(500 - frame * 12, 145, 80);
            IReadOnlyList<TrackedFace> faces = tracker.Update(frame % 2 == 0 ? [right, left] : [left, right],
                TimeSpan.FromSeconds(frame / 25.0));
            numbers.Add(frame % 2 == 0 ? (faces[0].Track, faces[1].Track) : (faces[1].Track, faces[0].Track));
        }

        Assert.All(numbers, pair => Assert.Equal((1, 2), pair));
    }

    [Fact]
    public void A_small_face_that_leaps_further_than_its_size_each_frame_is_followed_by_its_speed()
    {
        var tracker = new FaceTracker();
        float x = 0;
        for (int frame = 0; frame < 30; frame++)
        {
            // Speeds up to one and a half of its size a frame.
            x += Math.Min(frame * 3, 30);
            TrackedFace face = Assert.Single(tracker.Update([FaceAt(x, 50, 20)], TimeSpan.FromSeconds(frame / 15.0)));
            Assert.Equal(1, face.Track);
        }
    }

    [Theory]
    [InlineData(0.9, 1)]
    [InlineData(1.5, 2)]
    public void A_face_that_is_hidden_for_a_while_is_the_same_and_for_longer_a_new_one(double hidden, int number)
    {
        var tracker = new FaceTracker();
        double time = 0;
        for (int frame = 0; frame < 5; frame++, time += 0.1)
            tracker.Update([FaceAt(100, 100, 60)], TimeSpan.FromSeconds(time));
        for (double end = time + hidden; time < end; time += 0.1)
            Assert.Empty(tracker.Update([], TimeSpan.FromSeconds(time)));
        Assert.Equal(number, Assert.Single(tracker.Update([FaceAt(104, 98, 60)], TimeSpan.FromSeconds(time))).Track);
    }

    [Fact]
    public void A_face_is_not_lost_because_no_frame_came()
    {
        var tracker = new FaceTracker();
        tracker.Update([FaceAt(100, 100, 60)], TimeSpan.Zero);
        Assert.Equal(1, Assert.Single(tracker.Update([FaceAt(110, 100, 60)], TimeSpan.FromSeconds(5))).Track);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(30)]
    [InlineData(240)]
    public void After_the_time_constant_a_new_expression_has_63_percent_at_any_frame_rate(int rate)
    {
        var tracker = new FaceTracker(TrackerOptions.Default with { Smoothing = TimeSpan.FromSeconds(0.5) });
        tracker.Update([FaceAt(0, 0, 50, Sad)], TimeSpan.Zero);
        TrackedFace last = null!;
        for (int frame = 1; frame <= rate / 2; frame++)
            last = tracker.Update([FaceAt(0, 0, 50, Happy)], TimeSpan.FromSeconds((double)frame / rate))[0];
        Assert.Equal(1 - Math.Exp(-1), last.Face.Probabilities[(int)FacialExpression.Happy], 1e-4);
        Assert.Equal(1, last.Face.Probabilities.Sum(), 1e-5);
        Assert.Equal("happy", last.Face.Label);
    }

    [Fact]
    public void Without_smoothing_probabilities_are_the_frames_own()
    {
        var tracker = new FaceTracker(TrackerOptions.Default with { Smoothing = TimeSpan.Zero });
        tracker.Update([FaceAt(0, 0, 50, Sad)], TimeSpan.Zero);
        Assert.Equal(Happy, tracker.Update([FaceAt(0, 0, 50, Happy)], TimeSpan.FromSeconds(0.01))[0].Face.Probabilities);
    }

    [Fact]
    public void What_looks_a_little_like_a_face_once_is_not_followed_and_twice_is()
    {
        var tracker = new FaceTracker();
        Face sure = FaceAt(300, 50, 90);
        Face doubtful = FaceAt(50, 50, 30) with { DetectorScore = 0.73f };
        Assert.Equal([1], Numbers(tracker.Update([sure, doubtful], TimeSpan.Zero)));
        Assert.Equal([1], Numbers(tracker.Update([sure], TimeSpan.FromSeconds(0.1))));
        Assert.Equal([1], Numbers(tracker.Update([sure, doubtful], TimeSpan.FromSeconds(0.2))));
        Assert.Equal([1, 2], Numbers(tracker.Update([sure, doubtful], TimeSpan.FromSeconds(0.3))));

        static IEnumerable<int> Numbers(IReadOnlyList<TrackedFace> faces) => faces.Select(face => face.Track);
    }

    [Theory]
    [InlineData(3, 1, 98, 0)]
    [InlineData(3, 1, 98, 60)]
    [InlineData(10, 1, 324, 150)]
    [InlineData(10, 5, 288, 300)]
    [InlineData(10, 20, 153, 400)]
    [InlineData(30, 1, 970, 50)]
    [InlineData(300, 7, 0, 100)]
    public void A_face_in_frames_that_arrive_in_bursts_keeps_its_number(int burst, int step, int pause, float speed)
    {
        var tracker = new FaceTracker();
        var random = new Random(3);
        double time = 0;
        for (int frame = 0; frame < 300; frame++)
        {
            // Taken 30 times a second, found within two pixels.
            (float x, float y) = (100 + speed * frame / 30 + Noise(), 200 + Noise());
            TrackedFace face = Assert.Single(tracker.Update([FaceAt(x, y, 80)], TimeSpan.FromMilliseconds(time)));
            Assert.Equal((1, frame), (face.Track, frame));
            time += frame % burst == burst - 1 ? pause : step;
        }

        float Noise() => random.NextSingle() * 4 - 2;
    }

    [Theory]
    [InlineData(10, 1, 324)]
    [InlineData(10, 5, 288)]
    [InlineData(3, 1, 98)]
    public void Faces_side_by_side_in_frames_that_arrive_in_bursts_are_not_taken_for_each_other(int burst, int step, int pause)
    {
        var tracker = new FaceTracker();
        double time = 0;
        for (int frame = 0; frame < 300; frame++)
        {
            float x = frame * 3;
            Face[] pair = [FaceAt(x, 200, 80), FaceAt(x + 100, 200, 80)];
            IReadOnlyList<TrackedFace> faces = tracker.Update(pair, TimeSpan.FromMilliseconds(time));
            Assert.Equal([1, 2], faces.Select(face => face.Track));
            time += frame % burst == burst - 1 ? pause : step;
        }
    }

    [Fact]
    public void Frames_of_one_time_keep_the_numbers_and_what_follows_is_smoothed_as_ever()
    {
        var tracker = new FaceTracker();
        for (int frame = 0; frame < 100; frame++)
        {
            TrackedFace face = Assert.Single(tracker.Update([FaceAt(100 + frame * 3, 100, 80, Sad)], TimeSpan.FromSeconds(1)));
            Assert.Equal(1, face.Track);
            Assert.Equal(Sad, face.Face.Probabilities);
        }

        TrackedFace last = Assert.Single(tracker.Update([FaceAt(400, 100, 80, Happy)], TimeSpan.FromSeconds(1.5)));
        Assert.Equal(1, last.Track);
        Assert.Equal(1 - Math.Exp(-1), last.Face.Probabilities[(int)FacialExpression.Happy], 1e-4);
    }

    [Fact]
    public void A_time_that_goes_back_counts_as_none_passed()
    {
        var set = new FaceTracker();
        var steady = new FaceTracker();
        // The clock is set back by an hour after the second frame, and by a moment after the fourth.
        double[] times = [4000, 4000.1, 400, 400.2, 400.15, 400.25];
        double[] passed = [0, 0.1, 0.1, 0.3, 0.3, 0.4];
        for (int frame = 0; frame < times.Length; frame++)
        {
            Face face = FaceAt(100 + frame * 5, 100, 80, frame == 0 ? Sad : Happy);
            TrackedFace actual = Assert.Single(set.Update([face], TimeSpan.FromSeconds(times[frame])));
            TrackedFace expected = Assert.Single(steady.Update([face], TimeSpan.FromSeconds(passed[frame])));
            Assert.Equal((1, TimeSpan.FromSeconds(times[frame])), (actual.Track, actual.Time));
            Assert.All(expected.Face.Probabilities.Zip(actual.Face.Probabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        }
    }

    private static Face FaceAt(float x, float y, float size, float[]? probabilities = null) => new()
    {
        Box = new Box(x, y, size, size * 1.3f),
        DetectorScore = 0.9f,
        Labels = FacialExpressions.Fer2013Names,
        Probabilities = probabilities ?? Happy,
    };
}
