using System.Text.Json;
using Mien.Reports.Predictions;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;

namespace Mien.Reports.Page;

/// <summary>Accuracy, confidence and calibration on spoiled faces: the table of `mien evaluate --corruptions`.</summary>
internal static class RobustnessTable
{
    private const int Seed = 1;

    /// <summary>Spoils a sample of faces in every way and writes a row for each.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="judged">The faces of one split.</param>
    /// <param name="limit">Faces of the sample at most, each class's share kept.</param>
    public static string Write(ExpressionClassifier classifier, JudgedFaces judged, int limit)
    {
        FaceTable sample = judged.Faces.TakeStratified(limit, Seed);
        IReadOnlyList<RobustnessRow> rows = Robustness.Measure(classifier, sample, judged.Fit);
        var html = new Html()
            .Add($"<p class=\"note\">{sample.Count:N0} {judged.Split} faces, spoiled in one way each. Kept is the accuracy as a share of that on the faces as they are. ")
            .Raw("Where accuracy falls, confidence should fall with it.</p><div class=\"scroll\"><table><thead><tr><th>corruption</th><th>strength</th>")
            .Raw("<th>accuracy</th><th>kept</th><th>confidence</th><th>calibration error</th></tr></thead><tbody>");
        foreach (RobustnessRow row in rows.Append(Robustness.Mean(rows)))
        {
            string corruption = row.Corruption is { } kind ? JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString()) : "";
            html.Add($"<tr><th>{corruption}</th><td>{row.Setting}</td><td>{row.Accuracy * 100:F1} %</td><td>{row.Kept * 100:F1} %</td>")
                .Add($"<td>{row.Confidence * 100:F1} %</td><td>{row.Ece:F3}</td></tr>");
        }

        return html.Raw("</tbody></table></div>").ToString();
    }
}
