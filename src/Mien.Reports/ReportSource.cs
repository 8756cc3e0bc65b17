using Mien.Training.Datasets;
using Mien.Training.Runs;

namespace Mien.Reports;

/// <summary>What a report is about: a run with its curves, or a model file alone.</summary>
public sealed class ReportSource : IDisposable
{
    private ReportSource(string name, ExpressionClassifier classifier, RunConfiguration? configuration, IReadOnlyList<EpochMetrics> epochs)
    {
        Name = name;
        Classifier = classifier;
        Configuration = configuration;
        Epochs = epochs;
    }

    /// <summary>As it was given.</summary>
    public string Name { get; }

    /// <summary>The network.</summary>
    public ExpressionClassifier Classifier { get; }

    /// <summary>The run's config.json; null for a model file that has none beside it.</summary>
    public RunConfiguration? Configuration { get; }

    /// <summary>Epochs done; empty for a model file without them beside it.</summary>
    public IReadOnlyList<EpochMetrics> Epochs { get; }

    /// <summary>Opens a run folder or a model file.</summary>
    /// <param name="path">The folder, the .onnx file, or one of <see cref="Mien.Models"/>; null for the default model.</param>
    /// <param name="table">The data of the run: a run that was killed before it exported is exported from its checkpoint.</param>
    /// <exception cref="MienException">Nothing there, no epoch done, a damaged model or checkpoint, other data.</exception>
    public static ReportSource Open(string? path, FaceTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        path ??= Models.Default.Name;
        if (Models.ByName(path) is { } model)
            return new ReportSource($"the {path} model", ExpressionClassifier.Create(model), null, []);
        var run = new RunFolder(path);
        if (!Directory.Exists(path) || !File.Exists(run.ConfigurationFile))
            return OpenFile(ModelSource.FileOf(path));

        RunConfiguration configuration = run.ReadConfiguration();
        IReadOnlyList<EpochMetrics> epochs = ReadEpochs(run);
        return new ReportSource(path, OpenModel(run, table), configuration, epochs);
    }

    /// <summary>The epochs of a run.</summary>
    /// <exception cref="MienException">None is done.</exception>
    public static IReadOnlyList<EpochMetrics> ReadEpochs(RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        IReadOnlyList<EpochMetrics> epochs = run.ReadMetrics();
        if (epochs.Count == 0)
            run.ReadConfiguration(); // says where there is no run at all
        return epochs.Count > 0
            ? epochs
            : throw new MienException($"{run.MetricsFile}: {(File.Exists(run.MetricsFile) ? "empty" : "not found")}: the run has no "
                + $"finished epoch to show. Go on with it by `mien train --resume --out {run.Path}`, or name its model.onnx alone.");
    }

    /// <inheritdoc/>
    public void Dispose() => Classifier.Dispose();

    private static ReportSource OpenFile(string file)
    {
        ExpressionClassifier classifier = ExpressionClassifier.Create(file);
        try
        {
            var beside = RunFolder.Beside(file);
            return File.Exists(beside.ConfigurationFile)
                ? new ReportSource(file, classifier, beside.ReadConfiguration(), beside.ReadMetrics())
                : new ReportSource(file, classifier, null, []);
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    private static ExpressionClassifier OpenModel(RunFolder run, FaceTable table)
    {
        if (File.Exists(run.ModelFile))
            return ExpressionClassifier.Create(run.ModelFile);
        if (!File.Exists(run.CheckpointFile))
            throw new MienException($"{run.Path}: neither model.onnx nor checkpoint.safetensors. Go on with the run by `mien train "
                + $"--resume --out {run.Path}`.");

        // The run was killed, or is still going on: its best weights so far, beside it rather than into its folder.
        string folder = Directory.CreateTempSubdirectory("mien-report-").FullName;
        try
        {
            string file = Path.Combine(folder, "model.onnx");
            Trainer.ExportBest(run, table, file);
            return ExpressionClassifier.Create(file);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
