using Mien.Training.Datasets;
using Mien.Training.Evaluation;

namespace Mien.Training.Runs;

/// <summary>
/// Probabilities for every face of a table from networks that have not seen it: the faces are divided into folds, and each
/// fold is read by a network trained on the others. Each network is a run in a folder of its own, so a kill costs an epoch.
/// </summary>
public sealed class CrossValidation
{
    private readonly FaceTable _table;
    private readonly int[] _foldOf;
    private readonly IReadOnlyList<string?> _groups;

    /// <summary>Divides a table, each class evenly; a group, or where there is none all exact copies of a face, stays in one
    /// fold.</summary>
    /// <param name="table">The faces; their splits are not looked at.</param>
    /// <param name="folds">2 or more.</param>
    /// <param name="groups">[N], a person or a clip; null for a face without.</param>
    /// <param name="seed">Decides which fold.</param>
    /// <exception cref="MienException">A class has too few faces for so many folds.</exception>
    public CrossValidation(FaceTable table, int folds, IReadOnlyList<string?> groups, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        (_table, Folds) = (table, folds);
        _groups = groups.Any(group => group is not null) ? groups : [];
        int[] counts = table.ClassCounts();
        int rare = Array.FindIndex(counts, count => count > 0 && count < folds);
        if (rare >= 0)
            throw new MienException($"{table.LabelNames[rare]}: {counts[rare]} faces can't be divided into {folds} folds. Pass a smaller "
                + "--folds, or more faces of that label.");
        // A network that has learned a face's copy knows its label, right or wrong.
        string[] together = [.. Enumerable.Range(0, table.Count)
            .Select(i => groups[i] ?? "\0" + DatasetInspector.Fingerprint(table.Face(i)))];
        _foldOf = SplitMaker.Divide(table.Labels, together, [.. Enumerable.Repeat(1.0 / folds, folds)], seed);
    }

    /// <summary>How many parts.</summary>
    public int Folds { get; }

    /// <summary>[N], the fold that each face is held out in, from 0.</summary>
    public IReadOnlyList<int> FoldOf => _foldOf;

    /// <summary>Trains what is not yet trained and reads every face with the network that has not seen it.</summary>
    /// <param name="data">Where the table was read from, for the record.</param>
    /// <param name="folder">Receives a run folder a fold.</param>
    /// <param name="options">The recipe. A tenth of what a network learns from chooses its epoch, never the fold that it reads.</param>
    /// <param name="begins">Told of each fold, from 1, before it is trained.</param>
    /// <param name="progress">Told of each run's progress.</param>
    /// <param name="cancellationToken">Ends the work after the step at work.</param>
    /// <returns>[N*K] probabilities, the mean of a face's and its mirror image's; null where it was canceled.</returns>
    /// <exception cref="MienException">The folder holds runs of other data or another recipe.</exception>
    public float[]? Predict(
        string data, string folder, TrainingOptions options, Action<int>? begins = null, IProgress<TrainingProgress>? progress = null,
            CancellationToken cancellationToken = default)
    {
        int classes = _table.LabelNames.Count;
        float[] probabilities = new float[_table.Count * classes];
        for (int fold = 0; fold < Folds; fold++)
        {
            var run = new RunFolder(Path.Combine(folder, $"fold-{fold + 1}-of-{Folds}"));
            FaceTable others = TrainingOf(fold);
            if (File.Exists(run.ConfigurationFile) && !run.ReadConfiguration().BeganWith(options))
                throw new MienException($"{run.Path}: begun with another recipe. Pass the same options to go on with it, or another --runs "
                    + "to begin anew.");
            if (!run.IsFinished(options) || run.ReadConfiguration().DataSha256 != others.Sha256())
            {
                begins?.Invoke(fold + 1);
                using Trainer trainer = Trainer.BeginOrResume(run, others, data, options);
                if (trainer.Run(progress, cancellationToken).End == TrainingEnd.Canceled)
                    return null;
            }

            int[] heldOut = [.. Enumerable.Range(0, _table.Count).Where(i => _foldOf[i] == fold)];
            FaceTable faces = _table.Take(heldOut);
            using var classifier = ExpressionClassifier.Create(run.ModelFile);
            float[] answers = classifier.Classify(faces.Pixels, faces.Count, mirror: true);
            for (int i = 0; i < heldOut.Length; i++)
                answers.AsSpan(i * classes, classes).CopyTo(probabilities.AsSpan(heldOut[i] * classes));
        }

        return probabilities;
    }

    /// <summary>All faces but a fold's, as Training.</summary>
    internal FaceTable TrainingOf(int fold)
    {
        int[] kept = [.. Enumerable.Range(0, _table.Count).Where(i => _foldOf[i] != fold)];
        FaceTable others = _table.Take(kept);
        return new FaceTable(others.Size, others.Pixels, others.Labels, new Split[others.Count], others.LabelNames, others.Votes)
        {
            Groups = _groups.Count == 0 ? [] : [.. kept.Select(i => _groups[i])],
        };
    }
}
