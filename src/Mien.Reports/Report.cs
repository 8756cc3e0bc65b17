using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mien.Reports.Figures;
using Mien.Reports.Page;
using Mien.Reports.Predictions;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Runs;

namespace Mien.Reports;

/// <summary>One self-contained page on which a person judges a model: figures, galleries, doubts, and what it looked at.</summary>
public static partial class Report
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
    public static string Write(ReportSource source, FaceTable table, string data, string folder, ReportOptions options,
        Action<string>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        // Most tables have three splits; which of them are read is the caller's choice, and one that is missing is named.
        table = WhoseLabels.For(source.Classifier.Card, table);
        var splits = new List<JudgedFaces>();
        foreach (Split split in options.Splits ?? [.. table.Splits.Distinct().Order()])
        {
            progress?.Invoke($"reading {split}");
            splits.Add(JudgedFaces.Judge(source.Classifier, table, split, split == Split.Training ? options.TrainingFaces : 0,
                options.OnlyPresent));
            foreach (string sentence in splits[^1].Fit.Sentences(split))
                progress?.Invoke(sentence);
        }

        if (splits.Count == 0)
            throw new MienException($"{data}: no face at all. Pass a data set with faces as --data; `mien dataset inspect` shows what one "
                + "holds.");

        progress?.Invoke("drawing");
        string page = Build(source, splits, data, WhoseLabels.Sentence(source.Classifier.Card, table), options);
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

    private static string Build(ReportSource source, IReadOnlyList<JudgedFaces> splits, string data, string judges, ReportOptions options)
    {
        IReadOnlyList<string> labels = splits[0].Faces.LabelNames;
        var gallery = new Gallery(splits, options);
        int last = splits.Count - 1;
        int[][] doubtful = [.. splits.Select(judged => judged.LikelyLabelErrors(LabelErrorsASplit))];
        int[] errors = [.. splits.SelectMany((_, split) => gallery.Show(split, doubtful[split]))];
        string map = Map(source.Classifier, splits[last], last, gallery, options);
        var attention = new Attention(source.Classifier, splits[last], last, gallery, options.AttentionFaces);

        var page = new PageData(
            labels, [.. labels.Select(Palette.Of)], splits[0].Faces.Size, FaceSheets.Columns, gallery.Lists,
            Convert.ToBase64String(gallery.Bytes()), errors, Votes(splits, doubtful, gallery), attention.Cards);
        string summary = Sections.Summary(splits, options.Seed);
        var parts = new Dictionary<string, string>
        {
            ["title"] = System.Net.WebUtility.HtmlEncode($"{source.Classifier.Card.Name}: report"),
            ["model"] = System.Net.WebUtility.HtmlEncode(source.Name),
            ["data"] = System.Net.WebUtility.HtmlEncode(data),
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
            ["style"] = Resources.Text("report.css") + SheetStyles("s", gallery.Sheets()) + SheetStyles("o", attention.Sheets()),
            ["summary"] = summary,
            ["meaning"] = System.Net.WebUtility.HtmlEncode(source.Classifier.Card.Meaning),
            ["judges"] = System.Net.WebUtility.HtmlEncode(judges),
            ["curves"] = source.Epochs.Count > 0 ? Sections.Curves(source.Epochs, source.Configuration!.Options.Epochs)
                : "<p class=\"note\">A model file alone has no curves: give the run's folder, or a model file with its metrics.jsonl "
                    + "beside it.</p>",
            ["configuration"] = Sections.Configuration(source.Configuration, source.Classifier.Card),
            ["confusions"] = Sections.Confusions(splits),
            ["classes"] = Sections.Details(splits, judged => [Charts.ClassBars(judged.Evaluation)]),
            ["calibration"] = Sections.Details(splits, Calibration),
            ["robustness"] = Spoiled(source.Classifier, splits, options.SpoiledFaces),
            ["sides"] = Sections.Sides(splits, doubtful),
            ["map"] = map,
            ["json"] = JsonSerializer.Serialize(page, PageJson.Default.PageData).Replace("</", "<\\/", StringComparison.Ordinal),
            ["script"] = Resources.Text("report.js"),
        };
        // In one pass: what is inserted may hold braces of its own.
        return Places().Replace(Resources.Text("report.html"), place => parts[place.Groups["name"].Value]);
    }

    [GeneratedRegex(@"\{\{(?<name>\w+)\}\}")]
    private static partial Regex Places();

    private static string Spoiled(ExpressionClassifier classifier, IReadOnlyList<JudgedFaces> splits, int limit)
    {
        if (limit == 0)
            return "<p class=\"note\">Left out.</p>";
        JudgedFaces judged = splits.FirstOrDefault(judged => judged.Split == Split.PublicTest) ?? splits[^1];
        return RobustnessTable.Write(classifier, judged, limit);
    }

    private static IEnumerable<Figure> Calibration(JudgedFaces judged)
    {
        int classes = judged.Faces.LabelNames.Count;
        yield return Charts.ReliabilityDiagram(Reliability.Bins(judged.Probabilities, judged.Faces.Labels, classes), judged.Evaluation.Ece);
        yield return Charts.CoverageCurve(Coverage.Curve(judged.Probabilities, judged.Faces.Labels, classes));
    }

    private static Dictionary<int, string> Votes(IReadOnlyList<JudgedFaces> splits, int[][] doubtful, Gallery gallery)
    {
        var votes = new Dictionary<int, string>();
        for (int split = 0; split < splits.Count; split++)
        {
            FaceTable faces = splits[split].Faces;
            if (faces.Votes is null)
                continue;
            foreach ((int face, int place) in doubtful[split].Zip(gallery.Show(split, doubtful[split])))
                votes[place] = TaggerVotes.Words(faces.VotesOf(face));
        }

        return votes;
    }

    private static string Map(ExpressionClassifier classifier, JudgedFaces judged, int split, Gallery gallery, ReportOptions options)
    {
        int[] faces = judged.Sample(options.MapFaces, options.Seed);
        if (!classifier.HasFeatureMaps)
            return "<p class=\"note\">The model gives no feature maps. Export it again with `mien train --resume` to see them.</p>";
        if (faces.Length < EmbeddingMap.FewestFaces)
            return "<p class=\"note\">Too few faces for a map.</p>";
        return $"<figure>{EmbeddingMap.Draw(classifier, judged, faces, options.Seed, gallery.Show(split, faces)).ToInlineSvg()}</figure>";
    }

    private static string SheetStyles(string prefix, IEnumerable<byte[]> sheets) => string.Concat(sheets.Select((sheet, i) =>
        $".{prefix}{i}{{background-image:url(data:image/webp;base64,{Convert.ToBase64String(sheet)})}}\n"));
}
