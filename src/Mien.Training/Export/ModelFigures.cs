using System.Globalization;
using Google.Protobuf;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Export.Onnx;
using Mien.Training.Runs;

namespace Mien.Training.Export;

/// <summary>What was measured of a model, kept in its own file: who uses it can say how often it is right.</summary>
public static class ModelFigures
{
    private const string Prefix = "mien.metric.";

    /// <summary>Figures as they stand in <see cref="ModelCard.Metrics"/>: `PublicTest.accuracy`, `PublicTest.recall.happy` and so
    /// on.</summary>
    /// <param name="split">What the model was judged on.</param>
    /// <param name="evaluation">How it did there.</param>
    public static IReadOnlyDictionary<string, double> Of(Split split, Evaluation.Evaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        var figures = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            [$"{split}.accuracy"] = evaluation.Accuracy,
            [$"{split}.macroF1"] = evaluation.MacroF1,
            [$"{split}.nll"] = evaluation.Nll,
            [$"{split}.ece"] = evaluation.Ece,
        };
        if (evaluation.Votes is { } votes)
        {
            figures[$"{split}.onePerson"] = votes.OnePerson.Accuracy;
            figures[$"{split}.voteNll"] = votes.Nll;
            figures[$"{split}.voteEce"] = votes.Ece;
        }

        foreach ((string label, ClassFigures figure) in evaluation.PerClass.Where(each => each.Value.Support > 0))
            figures[$"{split}.recall.{label}"] = figure.Recall;
        return figures;
    }

    /// <summary>Writes a split's figures into a model's file, in place of what it said of that split before.</summary>
    /// <param name="model">A model.onnx that Mien exported, or its run's folder; replaced atomically.</param>
    /// <param name="split">What the model was judged on.</param>
    /// <param name="evaluation">How it did there.</param>
    /// <exception cref="MienException">The file can't be read as a model.</exception>
    public static void Write(string model, Split split, Evaluation.Evaluation evaluation)
    {
        model = ModelSource.FileOf(model);
        ModelProto proto = OnnxFile.Read(model);
        StringStringEntryProto[] kept = [.. proto.MetadataProps.Where(pair =>
            !pair.Key.StartsWith($"{Prefix}{split}.", StringComparison.Ordinal))];
        proto.MetadataProps.Clear();
        proto.MetadataProps.AddRange(kept);
        foreach ((string key, double value) in Of(split, evaluation))
            proto.MetadataProps.Add(new StringStringEntryProto
            {
                Key = Prefix + key,
                Value = value.ToString(CultureInfo.InvariantCulture)
            });
        OnnxExporter.Write(model, proto.ToByteArray(), OnnxImporter.CardOf(proto, model));
    }
}
