using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mien.Reports.Figures;
using Mien.Reports.Predictions;
using Mien.Training.Evaluation;
using Mien.Training.Runs;

namespace Mien.Reports.Page;

/// <summary>The parts of the page that need no script.</summary>
internal static class Sections
{
    /// <summary>Figures of each split with 95 % intervals.</summary>
    public static string Summary(IReadOnlyList<JudgedFaces> splits, int seed)
    {
        var html = new Html().Raw("<div class=\"scroll\"><table><thead><tr><th>split</th><th>faces</th><th>accuracy</th><th>macro F1</th><th>balanced accuracy</th><th>log loss</th><th>calibration error</th></tr></thead><tbody>");
        foreach (JudgedFaces judged in splits)
        {
            Evaluation figures = judged.Evaluation;
            (Interval accuracy, Interval score) = Bootstrap.Intervals(judged.Probabilities, judged.Faces.Labels, judged.Faces.LabelNames.Count, seed: seed);
            string faces = judged.Whole == judged.Faces.Count ? $"{judged.Whole:N0}" : $"{judged.Faces.Count:N0} of {judged.Whole:N0}";
            html.Add($"<tr><th>{judged.Split}</th><td>{faces}</td>")
                .Add($"<td><b>{figures.Accuracy * 100:F2} %</b> <span class=\"interval\">{accuracy.Low * 100:F1} to {accuracy.High * 100:F1}</span></td>")
                .Add($"<td>{figures.MacroF1:F3} <span class=\"interval\">{score.Low:F3} to {score.High:F3}</span></td>")
                .Add($"<td>{figures.BalancedAccuracy * 100:F1} %</td><td>{figures.Nll:F3}</td><td>{figures.Ece:F3}</td></tr>");
        }

        html.Raw("</tbody></table></div>");
        foreach (string sentence in splits.SelectMany(judged => judged.Fit.Sentences(judged.Split).Select(sentence => $"{judged.Split}, {sentence}.")))
            html.Add($"<p class=\"note\">{sentence}</p>");
        return html.ToString();
    }

    /// <summary>The curves of a run, as far as it got.</summary>
    public static string Curves(IReadOnlyList<EpochMetrics> epochs, int planned)
    {
        var html = new Html();
        if (epochs.Count < planned)
            html.Add($"<p class=\"note\">The run has done {epochs.Count} of {planned} epochs: it was interrupted, or it stopped because PublicTest did not improve.</p>");
        html.Raw("<div class=\"figures\">");
        foreach (Figure figure in (Figure[])[Charts.Accuracy(epochs), Charts.Loss(epochs), Charts.LearningRate(epochs)])
            html.Raw($"<figure>{figure.ToInlineSvg()}</figure>");
        return html.Raw("</div>").ToString();
    }

    /// <summary>Everything that config.json or the model's own card says.</summary>
    public static string Configuration(RunConfiguration? configuration, ModelCard? card)
    {
        var html = new Html();
        if (card is not null)
            Table(html, "The model's card", card.ToMetadata().Select(pair => (pair.Key, pair.Value)));
        if (configuration is not null)
            Table(html, "The run's configuration (config.json)", Flat("", JsonSerializer.SerializeToNode(configuration, RunFolder.ConfigurationJson)!));
        return html.ToString();
    }

    /// <summary>Confusion matrices, in counts and in shares, one shown at a time.</summary>
    public static string Confusions(IReadOnlyList<JudgedFaces> splits)
    {
        var html = new Html();
        for (int split = 0; split < splits.Count; split++)
        {
            JudgedFaces judged = splits[split];
            foreach (ConfusionCells cells in Enum.GetValues<ConfusionCells>())
            {
                Figure figure = ConfusionMatrix.Draw(judged.Evaluation.Confusion, judged.Faces.LabelNames, cells, $"{judged.Split}, {(cells == ConfusionCells.Counts ? "faces" : "shares of the label")}");
                html.Add($"<figure class=\"confusion\" data-split=\"{split}\" data-cells=\"{cells}\" hidden>").Raw(figure.ToInlineSvg()).Raw("</figure>");
            }
        }

        return html.ToString();
    }

    /// <summary>Whose side the FER+ taggers take on the faces whose label is doubted; empty where there are no votes.</summary>
    public static string Sides(IReadOnlyList<JudgedFaces> splits, int[][] doubtful)
    {
        var html = new Html();
        for (int split = 0; split < splits.Count; split++)
        {
            if (splits[split].Faces.Votes is null || doubtful[split].Length == 0)
                continue;
            (int model, int label, int neither) = TaggerVotes.Sides(splits[split], doubtful[split]);
            html.Add($"<li>{splits[split].Split}: of these {doubtful[split].Length} faces, most taggers take the model's side on {model}, the label's on {label}, neither or both on {neither}.</li>");
        }

        return html.ToString() is { Length: > 0 } lines ? $"<p class=\"note\">FER+ had each face tagged by ten people (Barsoum et al. 2016); their votes stand beside it.</p><ul class=\"note\">{lines}</ul>" : "";
    }

    /// <summary>Bars, reliability and coverage of each split.</summary>
    public static string Details(IReadOnlyList<JudgedFaces> splits, Func<JudgedFaces, IEnumerable<Figure>> figures)
    {
        var html = new Html();
        for (int split = 0; split < splits.Count; split++)
        {
            html.Add($"<div class=\"figures\" data-split=\"{split}\" hidden>");
            foreach (Figure figure in figures(splits[split]))
                html.Raw($"<figure>{figure.ToInlineSvg()}</figure>");
            html.Raw("</div>");
        }

        return html.ToString();
    }

    private static void Table(Html html, string title, IEnumerable<(string Key, string Value)> rows)
    {
        html.Add($"<details><summary>{title}</summary><div class=\"scroll\"><table class=\"pairs\"><tbody>");
        foreach ((string key, string value) in rows)
            html.Add($"<tr><th>{key}</th><td>{value}</td></tr>");
        html.Raw("</tbody></table></div></details>");
    }

    private static IEnumerable<(string Key, string Value)> Flat(string prefix, JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Flat(prefix.Length == 0 ? member.Key : $"{prefix}.{member.Key}", member.Value)),
        JsonArray items => [(prefix, string.Join(", ", items.Select(item => item?.ToString())))],
        null => [(prefix, "")],
        _ => [(prefix, Convert.ToString(node.ToString(), CultureInfo.InvariantCulture)!)],
    };
}
