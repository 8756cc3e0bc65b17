using System.Text.Json;
using CsCheck;
using Mien.Training.Evaluation;

namespace Mien.Training.Tests.Evaluation;

public class MetricsTests
{
    // Six faces, three classes; predictions 0 0 1 1 2 0 for labels 0 0 0 1 1 2.
    private static readonly float[] Probabilities =
    [
        0.8f, 0.1f, 0.1f,
        0.6f, 0.3f, 0.1f,
        0.3f, 0.5f, 0.2f,
        0.1f, 0.7f, 0.2f,
        0.2f, 0.2f, 0.6f,
        0.4f, 0.3f, 0.3f,
    ];

    private static readonly byte[] Labels = [0, 0, 0, 1, 1, 2];

    private static readonly Mien.Training.Evaluation.Evaluation Figures = Metrics.Evaluate(Probabilities, Labels, ["a", "b", "c"]);

    [Fact]
    public void The_confusion_matrix_has_true_labels_in_its_rows() =>
        Assert.Equal<int[]>([[2, 1, 0], [0, 1, 1], [1, 0, 0]], Figures.Confusion);

    [Fact]
    public void Shares_agree_with_counting_by_hand()
    {
        Assert.Equal(6, Figures.Count);
        Assert.Equal(3.0 / 6, Figures.Accuracy, 12);
        // Recalls 2/3, 1/2, 0/1.
        Assert.Equal((2.0 / 3 + 1.0 / 2) / 3, Figures.BalancedAccuracy, 12);
        // F1: a 2*2/(3+3), b 2*1/(2+2), c 0/(1+1).
        Assert.Equal((2.0 / 3 + 1.0 / 2 + 0) / 3, Figures.MacroF1, 12);
        AssertClass((2.0 / 3, 2.0 / 3, 2.0 / 3, 3), Figures.PerClass["a"]);
        AssertClass((0.5, 0.5, 0.5, 2), Figures.PerClass["b"]);
        AssertClass((0, 0, 0, 1), Figures.PerClass["c"]);
    }

    [Fact]
    public void Likelihood_and_Brier_score_agree_with_counting_by_hand()
    {
        double nll = -(Math.Log(0.8) + Math.Log(0.6) + Math.Log(0.3) + Math.Log(0.7) + Math.Log(0.2) + Math.Log(0.3)) / 6;
        Assert.Equal(nll, Figures.Nll, 6);
        // Rows: .04+.01+.01, .16+.09+.01, .49+.25+.04, .01+.09+.04, .04+.64+.36, .16+.09+.49.
        Assert.Equal((0.06 + 0.26 + 0.78 + 0.14 + 1.04 + 0.74) / 6, Figures.Brier, 6);
    }

    [Fact]
    public void Calibration_error_agrees_with_counting_by_hand()
    {
        // Confidences .8 .6 .5 .7 .6 .4 in bins 12 9 8 11 9 6 of 15; hits 1 1 0 1 0 0; the bin of the two .6 holds one hit.
        double expected = (0.2 + Math.Abs(1.2 - 1) + 0.5 + 0.3 + 0.4) / 6;
        Assert.Equal(expected, Figures.Ece, 6);
    }

    [Fact]
    public void Calibration_error_of_each_class_agrees_with_counting_by_hand()
    {
        // a: .8 .6 .3 for its own faces, .1 .2 .4 for others', each in a bin of its own.
        // b: .7 .2 for its own; the two .3 of others share a bin, .1 and .5 stand alone.
        // c: .3 for its own; the two .1 and the two .2 of others share bins, .6 stands alone.
        double[] expected =
        [
            (0.2 + 0.4 + 0.7 + 0.1 + 0.2 + 0.4) / 6,
            (0.3 + 0.8 + 0.6 + 0.1 + 0.5) / 6,
            (0.7 + 0.2 + 0.4 + 0.6) / 6,
        ];
        Assert.All(expected.Zip(Metrics.ClassCalibrationErrors(Probabilities, Labels, 3)),
            pair => Assert.Equal(pair.First, pair.Second, 6));
        Assert.Equal(expected, Figures.PerClass.Values.Select(figures => figures.Ece), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(expected.Average(), Figures.ClasswiseEce, 6);
    }

    [Fact]
    public void A_bin_whose_probabilities_are_right_on_average_adds_nothing_to_a_classs_error()
    {
        // Two of three faces with 0.65 for a are a: 1.95 against 2. For b 1.05 against 1.
        double[] errors = Metrics.ClassCalibrationErrors([0.65f, 0.35f, 0.65f, 0.35f, 0.65f, 0.35f], [0, 0, 1], 2);
        Assert.All(errors, error => Assert.Equal(0.05 / 3, error, 6));
    }

    [Fact]
    public void Figures_and_temperature_agree_with_scikit_learns_and_SciPys()
    {
        // Computed with scikit-learn 1.2.1 (accuracy_score, precision_recall_fscore_support with zero_division=0,
        // balanced_accuracy_score, log_loss), NumPy (Brier, calibration error) and SciPy (minimize_scalar) in double
        // precision, over this table of 700 rows.
        const int rows = 700;
        float[] logits = [.. Enumerable.Range(0, rows * 7)
            .Select(place => (place / 7 * 37 + place % 7 * 101 + place / 7 * (place % 7) % 13 * 7) % 97 / 16f)];
        byte[] labels = [.. Enumerable.Range(0, rows).Select(i =>
            (byte)(i % 5 < 3 ? Metrics.MostProbable(logits.AsSpan(i * 7, 7)) : (i * 11 + 3) % 6))];
        var figures = Metrics.Evaluate(Calibration.Softmax(logits, 7, 1), labels, ["0", "1", "2", "3", "4", "5", "6"]);
        Assert.Equal([136, 101, 97, 94, 102, 103, 67], figures.PerClass.Values.Select(of => of.Support));
        Assert.Equal(0.6514285714285715, figures.Accuracy, 12);
        Assert.Equal(0.6490145822630684, figures.MacroF1, 12);
        Assert.Equal(0.6637940070509918, figures.BalancedAccuracy, 12);
        Assert.Equal(0.6022727272727273, figures.PerClass["2"].Precision, 12);
        Assert.Equal(0.5463917525773195, figures.PerClass["2"].Recall, 12);
        Assert.Equal(0.5729729729729729, figures.PerClass["2"].F1, 12);
        // Single precision in the probabilities.
        Assert.Equal(1.67509314620158, figures.Nll, 6);
        Assert.Equal(0.663233645374653, figures.Brier, 6);
        Assert.Equal(0.17374476290526178, figures.Ece, 6);
        Assert.Equal(1.641267552831809, Calibration.FitTemperature(logits, labels, 7), 1e-4);
    }

    [Fact]
    public void A_class_that_never_occurs_counts_in_no_mean_over_classes()
    {
        // Two faces of a, one read as b, which nobody is labeled: F1 of a is 2*1/(2+1).
        var figures = Metrics.Evaluate([1, 0, 0, 0, 1, 0], [0, 0], ["a", "b", "c"]);
        Assert.Equal(2.0 / 3, figures.MacroF1, 12);
        Assert.Equal(0.5, figures.BalancedAccuracy, 12);
        Assert.Equal(figures.PerClass["a"].Ece, figures.ClasswiseEce, 12);
        Assert.Equal(["b", "c"], figures.Missing);
    }

    [Fact]
    public void Figures_agree_with_an_independent_computation_on_random_tables()
    {
        Gen.Select(Gen.Int[2, 8], Gen.Int[1, 60], Gen.Int).Sample(
            (classes, rows, seed) =>
            {
                var random = new Random(seed);
                byte[] labels = [.. Enumerable.Range(0, rows).Select(_ => (byte)random.Next(classes))];
                float[] probabilities = Calibration.Softmax([.. Enumerable.Range(0, rows * classes).Select(_ => random.NextSingle() * 6)],
                    classes, 1);
                AssertSame(new NaiveMetrics(probabilities, labels, classes),
                    Metrics.Evaluate(probabilities, labels, [.. Enumerable.Range(0, classes).Select(k => $"{k}")]));
            },
            iter: 300, seed: "0000KaB3QYd1");
    }

    [Fact]
    public void The_JSON_has_the_documented_keys()
    {
        using JsonDocument json = JsonDocument.Parse(Figures.ToJson());
        Assert.Equal(
            ["count", "accuracy", "macroF1", "balancedAccuracy", "perClass", "confusion", "nll", "brier", "ece", "classwiseEce", "missing",
                "sharedOut", "leftOut", "imagesPerSecond"],
            json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(["precision", "recall", "f1", "support", "ece"],
            json.RootElement.GetProperty("perClass").GetProperty("a").EnumerateObject().Select(property => property.Name));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 2)]
    public void Lengths_that_do_not_match_are_refused(int probabilities, int labels) =>
        Assert.Throws<ArgumentException>(() => Metrics.Evaluate(new float[probabilities], new byte[labels], ["a", "b"]));

    private static void AssertClass((double Precision, double Recall, double F1, int Support) expected, ClassFigures actual) =>
        Assert.Equal(expected, (actual.Precision, actual.Recall, actual.F1, actual.Support));

    private static void AssertSame(NaiveMetrics expected, Mien.Training.Evaluation.Evaluation actual)
    {
        Assert.Equal(expected.Accuracy, actual.Accuracy, 9);
        Assert.Equal(expected.MacroF1, actual.MacroF1, 9);
        Assert.Equal(expected.BalancedAccuracy, actual.BalancedAccuracy, 9);
        Assert.Equal(expected.Nll, actual.Nll, 1e-5);
        Assert.Equal(expected.Brier, actual.Brier, 1e-5);
        Assert.Equal(expected.Ece, actual.Ece, 1e-5);
        Assert.Equal(expected.ClasswiseEce, actual.ClasswiseEce, 1e-5);
    }

    /// <summary>The same figures from their textbook definitions over lists of (label, prediction, row).</summary>
    private sealed class NaiveMetrics
    {
        private readonly (int Label, int Predicted, double[] Row)[] _faces;
        private readonly int _classes;

        public NaiveMetrics(float[] probabilities, byte[] labels, int classes)
        {
            _classes = classes;
            _faces = [.. labels.Select((label, i) =>
            {
                double[] row = [.. probabilities.Skip(i * classes).Take(classes).Select(p => (double)p)];
                return ((int)label, Array.IndexOf(row, row.Max()), row);
            })];
        }

        private IEnumerable<int> Occurring => Enumerable.Range(0, _classes).Where(k => _faces.Any(face => face.Label == k));

        public double ClasswiseEce => Occurring.Average(k => Enumerable.Range(0, 15).Sum(bin =>
        {
            var members = _faces.Where(face => face.Row[k] > bin / 15.0 && face.Row[k] <= (bin + 1) / 15.0).ToArray();
            return members.Length == 0 ? 0 : (double)members.Length / _faces.Length
                * Math.Abs(members.Average(face => face.Row[k]) - members.Average(face => face.Label == k ? 1.0 : 0.0));
        }));

        public double Accuracy => _faces.Average(face => face.Label == face.Predicted ? 1.0 : 0.0);

        public double BalancedAccuracy => _faces.GroupBy(face => face.Label)
            .Average(group => group.Average(face => face.Predicted == group.Key ? 1.0 : 0.0));

        public double MacroF1 => Occurring.Average(k =>
        {
            double both = _faces.Count(face => face.Label == k && face.Predicted == k);
            double precision = both / Math.Max(1, _faces.Count(face => face.Predicted == k));
            double recall = both / Math.Max(1, _faces.Count(face => face.Label == k));
            return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
        });

        public double Nll => -_faces.Average(face => Math.Log(face.Row[face.Label]));

        public double Brier => _faces.Average(face => Enumerable.Range(0, _classes)
            .Sum(k => Math.Pow(face.Row[k] - (k == face.Label ? 1 : 0), 2)));

        public double Ece => Enumerable.Range(0, 15).Sum(bin =>
        {
            var members = _faces.Where(face => face.Row[face.Predicted] > bin / 15.0 && face.Row[face.Predicted] <= (bin + 1) / 15.0)
                .ToArray();
            return members.Length == 0 ? 0 : (double)members.Length / _faces.Length
                * Math.Abs(members.Average(face => face.Row[face.Predicted]) - members.Average(face => face.Label == face.Predicted ? 1.0
                    : 0.0));
        });
    }
}
