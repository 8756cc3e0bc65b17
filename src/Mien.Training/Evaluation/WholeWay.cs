using Mien.Detection;
using Mien.Imaging;
using Mien.Training.Datasets;

namespace Mien.Training.Evaluation;

/// <summary>What is left of a model's accuracy after the way through pictures. Shares are 0..1.</summary>
/// <param name="Faces">How many faces were put into pictures.</param>
/// <param name="Found">Share of them that the detector found.</param>
/// <param name="Direct">Accuracy on the found faces as they are in the data set.</param>
/// <param name="Accuracy">Accuracy on the found faces, read from the pictures.</param>
/// <param name="Kept"><paramref name="Accuracy"/> / <paramref name="Direct"/>.</param>
/// <param name="Crops">How the crops from the pictures differ from the data set's.</param>
public sealed record WholeWayResult(int Faces, double Found, double Direct, double Accuracy, double Kept, CropDifference Crops);

/// <summary>How crops that were cut from pictures differ from the same faces in the data set: means and standard deviations over the
/// faces.</summary>
/// <param name="Scale">Side of what was cut out, divided by the side of the data set's crop.</param>
/// <param name="ScaleDeviation">Its standard deviation.</param>
/// <param name="ShiftX">Shift of the center rightwards in shares of the side.</param>
/// <param name="ShiftXDeviation">Its standard deviation.</param>
/// <param name="ShiftY">Shift of the center downwards in shares of the side.</param>
/// <param name="ShiftYDeviation">Its standard deviation.</param>
/// <param name="DegreesDeviation">Standard deviation of the turn that is left, in degrees.</param>
/// <param name="Sharpness">Mean absolute difference of neighboring pixels, divided by the data set's: below 1 is blurred.</param>
/// <param name="Brightness">Mean gray level minus the data set's, 0..255.</param>
/// <param name="Contrast">Standard deviation of the gray levels, divided by the data set's.</param>
public sealed record CropDifference(
    double Scale, double ScaleDeviation, double ShiftX, double ShiftXDeviation, double ShiftY, double ShiftYDeviation,
    double DegreesDeviation, double Sharpness, double Brightness, double Contrast);

/// <summary>What pictures faces are put into.</summary>
public sealed record WholeWayOptions
{
    /// <summary>The defaults: any place, 40 to 200 pixels, turned up to 30 degrees, in pictures of 400x320.</summary>
    public static WholeWayOptions Default { get; } = new();

    /// <summary>Smallest side of a face's square in pixels.</summary>
    public double MinSide { get; init; } = 40;

    /// <summary>Largest side of a face's square in pixels; sides are drawn evenly on a logarithmic scale.</summary>
    public double MaxSide { get; init; } = 200;

    /// <summary>Smallest turn in degrees, clockwise.</summary>
    public double MinDegrees { get; init; } = -30;

    /// <summary>Largest turn in degrees.</summary>
    public double MaxDegrees { get; init; } = 30;

    /// <summary>Decides places, sizes, turns and grounds.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>Judges detector, aligner and network together, on faces of a data set put into larger pictures.</summary>
public static class WholeWay
{
    private const int Width = 400;
    private const int Height = 320;

    /// <summary>Puts each face into a picture of its own and reads it from there.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="detector">The detector.</param>
    /// <param name="faces">The faces, of the model's size and labels (<see cref="Evaluator.Fit"/>).</param>
    /// <param name="options">The pictures.</param>
    /// <param name="fit">Shares out the probability of classes that do not judge; null where all do.</param>
    /// <exception cref="MienException">No face was found in any picture.</exception>
    public static WholeWayResult Measure(ExpressionClassifier classifier, FaceDetector detector, FaceTable faces, WholeWayOptions options,
        LabelFit? fit = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(faces);
        ArgumentNullException.ThrowIfNull(options);
        int area = faces.Size * faces.Size;
        byte[]?[] crops = new byte[faces.Count][];
        var differences = new Difference?[faces.Count];
        Parallel.For(0, faces.Count, i =>
        {
            // A generator for each face: the pictures don't depend on who draws them first.
            var random = new Random(HashCode(options.Seed, i));
            FacePlacement placement = Place(options, random);
            Picture picture = FaceScene.Draw(faces.Face(i), faces.Size, Width, Height, placement, random);
            if (Nearest(detector.Detect(picture), placement) is not { } found)
                return;
            crops[i] = new byte[area];
            FaceAligner.Align(picture, found.Keypoints, faces.Size, crops[i]);
            differences[i] = new Difference(placement, FaceAligner.Locate(found.Keypoints), faces.Face(i), crops[i], faces.Size);
        });

        int[] seen = [.. Enumerable.Range(0, faces.Count).Where(i => crops[i] is not null)];
        if (seen.Length == 0)
            throw new MienException("The detector found none of the faces in the pictures made around them: are they faces?");
        FaceTable direct = faces.Take(seen);
        double before = Accuracy(classifier, direct.Pixels, direct, fit);
        double after = Accuracy(classifier, [.. seen.SelectMany(i => crops[i]!)], direct, fit);
        return new WholeWayResult(faces.Count, (double)seen.Length / faces.Count, before, after, after / before,
            Difference.Summary([.. seen.Select(i => differences[i]!)]));
    }

    private static FacePlacement Place(WholeWayOptions options, Random random)
    {
        double side = options.MinSide * Math.Pow(options.MaxSide / options.MinSide, random.NextDouble());
        double degrees = options.MinDegrees + random.NextDouble() * (options.MaxDegrees - options.MinDegrees);
        // The whole square in the picture, however it is turned.
        double half = side * Math.Sqrt(0.5);
        return new FacePlacement(
            half + random.NextDouble() * (Width - 2 * half), half + random.NextDouble() * (Height - 2 * half), side, degrees);
    }

    private static DetectedFace? Nearest(IReadOnlyList<DetectedFace> found, FacePlacement placement)
    {
        DetectedFace[] near = [.. found.Where(face => Distance(face) < placement.Side / 3
            && face.Box.Height > placement.Side / 2 && face.Box.Height < placement.Side * 2)];
        return near.Length == 0 ? null : near.MinBy(Distance);

        double Distance(DetectedFace face)
        {
            double x = face.Box.X + face.Box.Width / 2 - placement.X;
            double y = face.Box.Y + face.Box.Height / 2 - placement.Y;
            return Math.Sqrt(x * x + y * y);
        }
    }

    private static double Accuracy(ExpressionClassifier classifier, ReadOnlySpan<byte> pixels, FaceTable faces, LabelFit? fit)
    {
        int classes = classifier.Card.Labels.Count;
        float[] answers = classifier.Classify(pixels, faces.Count);
        float[] probabilities = fit?.Probabilities(answers) ?? answers;
        return (double)Enumerable.Range(0, faces.Count)
            .Count(i => Metrics.MostProbable(probabilities.AsSpan(i * classes, classes)) == faces.Labels[i]) / faces.Count;
    }

    // Knuth's multiplicative hash: neighbors' seeds lie far apart, and it is the same in every process.
    private static int HashCode(int seed, int face) => unchecked((int)((uint)(seed * 1_000_003 + face) * 2_654_435_761u));

    /// <summary>One face's crop against the data set's.</summary>
    private sealed class Difference
    {
        private readonly double _scale, _shiftX, _shiftY, _degrees, _sharpness, _brightness, _contrast;

        public Difference(FacePlacement placed, FaceCrop cut, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, int size)
        {
            _scale = cut.Side / placed.Side;
            double angle = placed.Degrees * Math.PI / 180;
            double dx = cut.Center.X - placed.X;
            double dy = cut.Center.Y - placed.Y;
            _shiftX = (Math.Cos(angle) * dx + Math.Sin(angle) * dy) / placed.Side;
            _shiftY = (Math.Cos(angle) * dy - Math.Sin(angle) * dx) / placed.Side;
            _degrees = Math.IEEERemainder(cut.Degrees - placed.Degrees, 360);
            (double meanBefore, double deviationBefore, double sharpBefore) = Statistics(before, size);
            (double meanAfter, double deviationAfter, double sharpAfter) = Statistics(after, size);
            _sharpness = sharpAfter / Math.Max(sharpBefore, 1);
            _brightness = meanAfter - meanBefore;
            _contrast = deviationAfter / Math.Max(deviationBefore, 1);
        }

        public static CropDifference Summary(Difference[] all)
        {
            return new CropDifference(
                Mean(d => d._scale), Deviation(d => d._scale), Mean(d => d._shiftX), Deviation(d => d._shiftX),
                Mean(d => d._shiftY), Deviation(d => d._shiftY), Deviation(d => d._degrees),
                Mean(d => d._sharpness), Mean(d => d._brightness), Mean(d => d._contrast));

            double Mean(Func<Difference, double> value) => all.Average(value);

            double Deviation(Func<Difference, double> value)
            {
                double mean = Mean(value);
                return Math.Sqrt(all.Average(d => (value(d) - mean) * (value(d) - mean)));
            }
        }

        private static (double Mean, double Deviation, double Sharpness) Statistics(ReadOnlySpan<byte> pixels, int size)
        {
            double sum = 0, squares = 0, steps = 0;
            for (int i = 0; i < pixels.Length; i++)
            {
                sum += pixels[i];
                squares += (double)pixels[i] * pixels[i];
                if (i % size > 0)
                    steps += Math.Abs(pixels[i] - pixels[i - 1]);
            }

            double mean = sum / pixels.Length;
            return (mean, Math.Sqrt(Math.Max(0, squares / pixels.Length - mean * mean)), steps / pixels.Length);
        }
    }
}
