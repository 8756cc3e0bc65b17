using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mien.Training.Evaluation;

/// <summary>How two classifiers differ on the same faces.</summary>
/// <param name="First">Name of the first.</param>
/// <param name="Second">Name of the second.</param>
/// <param name="Difference">Accuracy of the first less that of the second, -1..1.</param>
/// <param name="Low">Lower end of its 95 % interval, paired bootstrap over faces (Efron 1979).</param>
/// <param name="High">Upper end.</param>
/// <param name="OnlyFirst">Faces that only the first reads right.</param>
/// <param name="OnlySecond">Faces that only the second reads right.</param>
/// <param name="P">Two-sided p-value of McNemar's exact test (1947): how likely so uneven a split is if both are equally good.</param>
public sealed record PairedDifference(string First, string Second, double Difference, double Low, double High, int OnlyFirst,
    int OnlySecond, double P);

/// <summary>One classifier in a comparison.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Accuracy">0..1.</param>
/// <param name="Low">Lower end of the accuracy's 95 % interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="MacroF1">Mean F1 over the classes that occur among the labels, 0..1.</param>
/// <param name="ImagesPerSecond">Faces classified a second.</param>
public sealed record ComparedModel(string Name, double Accuracy, double Low, double High, double MacroF1, double ImagesPerSecond)
{
    /// <summary>Classes of the model that no face is labeled with.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Classes whose probability was shared out among the others, as the whole data set lacks them.</summary>
    public IReadOnlyList<string> SharedOut { get; init; } = [];
}

/// <summary>Several classifiers on the same faces.</summary>
/// <param name="Count">Faces.</param>
/// <param name="Models">Each with its figures, in the order given.</param>
/// <param name="Pairs">Each pair, the first against the later ones first.</param>
public sealed record Comparison(int Count, IReadOnlyList<ComparedModel> Models, IReadOnlyList<PairedDifference> Pairs)
{
    private const int Resamples = 2000;

    /// <summary>Faces that none was judged on, by classes that one of the models lacks.</summary>
    public IReadOnlyDictionary<string, int> LeftOut { get; init; } = new Dictionary<string, int>();

    /// <summary>The comparison as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ComparisonJson.Default.Comparison);

    /// <summary>Compares answers.</summary>
    /// <param name="answers">Each classifier's name, predicted classes [N] (K or more for an answer that is none of the classes), and
    /// speed.</param>
    /// <param name="labels">[N], each below <paramref name="classes"/>.</param>
    /// <param name="classes">K.</param>
    /// <param name="seed">The same seed gives the same intervals.</param>
    /// <exception cref="ArgumentException">N is 0 or differs.</exception>
    public static Comparison Of(IReadOnlyList<(string Name, byte[] Predicted, double ImagesPerSecond)> answers, byte[] labels, int classes,
        int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Length == 0 || answers.Any(answer => answer.Predicted.Length != labels.Length))
            throw new ArgumentException($"Answers for {string.Join(", ", answers.Select(answer => answer.Predicted.Length))} faces, labels "
                + $"for {labels.Length}.", nameof(answers));
        double[][] right = [.. answers.Select(answer => answer.Predicted.Zip(labels, (p, l) => p == l ? 1.0 : 0.0).ToArray())];
        var models = new List<ComparedModel>();
        var pairs = new List<PairedDifference>();
        for (int i = 0; i < answers.Count; i++)
        {
            (double low, double high) = Interval(right[i], seed);
            models.Add(new ComparedModel(answers[i].Name, right[i].Average(), low, high, MacroF1(answers[i].Predicted, labels, classes),
                answers[i].ImagesPerSecond));
            for (int j = i + 1; j < answers.Count; j++)
                pairs.Add(Difference(answers[i].Name, answers[j].Name, right[i], right[j], seed));
        }

        return new Comparison(labels.Length, models, pairs);
    }

    /// <summary>Two-sided exact p-value that a fair coin falls so unevenly (McNemar 1947).</summary>
    /// <param name="heads">Faces that only one reads right.</param>
    /// <param name="tails">Faces that only the other reads right.</param>
    /// <returns>0..1; 1 where both are 0.</returns>
    public static double McNemar(int heads, int tails)
    {
        int n = heads + tails;
        int fewer = Math.Min(heads, tails);
        // In logarithms: 2^-n alone would be 0 from n = 1075 on.
        double logTerm = -n * Math.Log(2);
        double sum = 0;
        for (int k = 0; k <= fewer; k++)
        {
            sum += Math.Exp(logTerm);
            logTerm += Math.Log((double)(n - k) / (k + 1));
        }

        return Math.Min(1, 2 * sum);
    }

    private static PairedDifference Difference(string first, string second, double[] a, double[] b, int seed)
    {
        double[] differences = [.. a.Zip(b, (x, y) => x - y)];
        (double low, double high) = Interval(differences, seed);
        int onlyFirst = differences.Count(d => d > 0);
        int onlySecond = differences.Count(d => d < 0);
        return new PairedDifference(first, second, differences.Average(), low, high, onlyFirst, onlySecond, McNemar(onlyFirst, onlySecond));
    }

    private static (double Low, double High) Interval(double[] values, int seed)
    {
        var random = new Random(seed);
        double[] means = new double[Resamples];
        for (int sample = 0; sample < means.Length; sample++)
        {
            double sum = 0;
            for (int draw = 0; draw < values.Length; draw++)
                sum += values[random.Next(values.Length)];
            means[sample] = sum / values.Length;
        }

        Interval middle = Bootstrap.Middle(means);
        return (middle.Low, middle.High);
    }

    private static double MacroF1(byte[] predicted, byte[] labels, int classes) => Enumerable.Range(0, classes)
        .Where(k => labels.Contains((byte)k)).Average(k =>
    {
        int hits = predicted.Zip(labels).Count(pair => pair.First == k && pair.Second == k);
        return 2.0 * hits / (predicted.Count(p => p == k) + labels.Count(l => l == k));
    });
}

[JsonSerializable(typeof(Comparison))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ComparisonJson : JsonSerializerContext;
