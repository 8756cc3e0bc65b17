using System.Globalization;
using System.Text;
using System.Text.Json;
using Mien.Reports.Figures;
using Mien.Reports.Page;
using Mien.Reports.Predictions;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Runs;

namespace Mien.Reports;

/// <summary>One self-contained page on which a person judges a model: figures, galleries, doubts, and what it looked at.</summary>
public static class Report
{
    /// <summary>Name of the page inside the folder.</summary>
    public const string FileName = "report.html";

    private const int LabelErrorsASplit = 30;

    /// <summary>Reads the splits and writes the page. No picture leaves the machine, and the page asks nothing of any other.</summary>
    /// <param name="source">The run or model.</param>
    /// <param name="table">The data set.</param>
    /// <param name="data">Where it was read from, for the record.</param>
    /// <param name="folder">Receives report.html; made where it is absent.</param>
    /// <param name="options">What to cover.</param>
    /// <param name="progress">Told what is being done; null for silence.</param>
    /// <returns>Path of the page.</returns>
    /// <exception cref="MienException">No split to read, labels or size differ, or the folder can't be written.</exception>
    public static string Write(ReportSource source, FaceTable table, string data, string folder, ReportOptions options, Action<string>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        var splits = new List<JudgedFaces>();
        foreach (Split split in options.Splits.Where(table.Splits.Contains))
        {
            progress?.Invoke($"reading {split}");
            splits.Add(JudgedFaces.Judge(source.Classifier, table, split, split == Split.Training ? options.TrainingFaces : 0));
        }

        if (splits.Count == 0)
            throw new MienException($"{data}: none of the splits {string.Join(", ", options.Splits)}. It has {string.Join(", ", table.Splits.Distinct().Order())}: pass one of them as --split.");

        progress?.Invoke("drawing");
        string page = Build(source, splits, data, options);
        string path = Path.Combine(folder, FileName);
        try
        {
            Directory.CreateDirectory(folder);
            AtomicFile.WriteText(path, page);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{path}: can't be written ({e.Message}). Choose another --out.", e);
        }

        return path;
    }

    private static string Build(ReportSource source, IReadOnlyList<JudgedFaces> splits, string data, ReportOptions options)
    {
        IReadOnlyList<string> labels = splits[0].Faces.LabelNames;
        var gallery = new Gallery(splits, options);
        int last = splits.Count - 1;
        int[] errors = [.. splits.SelectMany((judged, split) => gallery.Show(split, LikelyErrors(judged)))];
        string map = options.MapFaces > 0 && source.Classifier.HasFeatureMaps ? Map(source.Classifier, splits[last], last, gallery, options) : "";
        var attention = new Attention(source.Classifier, splits[last], last, gallery);

        var page = new PageData(
            labels, [.. labels.Select(Palette.Of)], splits[0].Faces.Size, FaceSheets.Columns, gallery.Lists,
            Convert.ToBase64String(gallery.Bytes()), errors, new Dictionary<int, string>(), attention.Cards);
        string summary = Sections.Summary(splits, options.Seed);
        var parts = new Dictionary<string, string>
        {
            ["title"] = System.Net.WebUtility.HtmlEncode($"{source.Classifier.Card.Name}: report"),
            ["model"] = System.Net.WebUtility.HtmlEncode(source.Name),
            ["data"] = System.Net.WebUtility.HtmlEncode(data),
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
            ["style"] = Resources.Text("report.css") + SheetStyles("s", gallery.Sheets()) + SheetStyles("o", attention.Sheets()),
            ["summary"] = summary,
            ["curves"] = source.Epochs.Count > 0 ? Sections.Curves(source.Epochs, source.Configuration!.Options.Epochs) : "<p class=\"note\">A model file alone has no curves: give the run's folder to see them.</p>",
            ["configuration"] = Sections.Configuration(source.Configuration, source.Classifier.Card),
            ["confusions"] = Sections.Confusions(splits),
            ["classes"] = Sections.Details(splits, judged => [Charts.ClassBars(judged.Evaluation)]),
            ["calibration"] = Sections.Details(splits, Calibration),
            ["map"] = map,
            ["json"] = JsonSerializer.Serialize(page, PageJson.Default.PageData).Replace("</", "<\\/", StringComparison.Ordinal),
            ["script"] = Resources.Text("report.js"),
        };
        var html = new StringBuilder(Resources.Text("report.html"));
        foreach ((string name, string content) in parts)
            html.Replace("{{" + name + "}}", content);
        return html.ToString();
    }

    private static IEnumerable<Figure> Calibration(JudgedFaces judged)
    {
        int classes = judged.Faces.LabelNames.Count;
        yield return Charts.ReliabilityDiagram(Reliability.Bins(judged.Probabilities, judged.Faces.Labels, classes), judged.Evaluation.Ece);
        yield return Charts.CoverageCurve(Coverage.Curve(judged.Probabilities, judged.Faces.Labels, classes));
    }

    /// <summary>Confident disagreement: faces whose label the model gives the lowest probability.</summary>
    private static IEnumerable<int> LikelyErrors(JudgedFaces judged) => Enumerable.Range(0, judged.Faces.Count)
        .Where(face => !judged.Right(face))
        .OrderBy(judged.LabelProbability)
        .ThenByDescending(judged.Confidence)
        .Take(LabelErrorsASplit);

    private static string Map(ExpressionClassifier classifier, JudgedFaces judged, int split, Gallery gallery, ReportOptions options)
    {
        int[] faces = judged.Sample(options.MapFaces, options.Seed);
        if (faces.Length < 4)
            return "";
        FaceTable sample = judged.Faces.Take(faces);
        FaceFeatures features = classifier.ClassifyWithFeatures(sample.Pixels, sample.Count);
        float[] vectors = [.. Enumerable.Range(0, sample.Count).SelectMany(features.Embedding)];
        float[] points = NeighbourMap.Of(vectors, features.Channels, options.Seed);
        int[] places = gallery.Show(split, faces);
        string[] titles = [.. faces.Select(face => $"{sample.LabelNames[judged.Faces.Labels[face]]}, read {sample.LabelNames[judged.Predicted(face)]}")];
        return $"<figure>{EmbeddingMap.Draw(points, sample.Labels, sample.LabelNames, titles, places).ToInlineSvg()}</figure>";
    }

    private static string SheetStyles(string prefix, IEnumerable<byte[]> sheets) => string.Concat(sheets.Select((sheet, i) =>
        $".{prefix}{i}{{background-image:url(data:image/webp;base64,{Convert.ToBase64String(sheet)})}}\n"));
}
