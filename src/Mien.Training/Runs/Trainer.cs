using System.Diagnostics;
using System.Runtime.InteropServices;
using Mien.Training.Augmentation;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Export;
using Mien.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>Trains one network: learns on Training, chooses the epoch on PublicTest, exports the best. PrivateTest is not read.</summary>
public sealed class Trainer : IDisposable
{
    /// <summary>Share of each class's Training faces that becomes PublicTest where the data has none.</summary>
    public const double HeldOut = 0.1;

    private const int AttemptsAnEpoch = 3;

    private readonly RunFolder _folder;
    private readonly RunConfiguration _configuration;
    private readonly TrainingOptions _options;
    private readonly FaceTable _training;
    private readonly FaceTable _validation;
    private readonly Device _device;
    private readonly ScalarType _type;
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly AveragedNetwork _average;
    private readonly TrainingState _state;
    private readonly TrainingStep _step;

    private Trainer(RunFolder folder, RunConfiguration configuration, FaceTable table)
    {
        _folder = folder;
        _configuration = configuration;
        _options = configuration.Options;
        _training = table.Select(Split.Training);
        _validation = table.Select(Split.PublicTest);
        _device = Devices.Open(_options.Device);
        _type = MixedPrecision.Resolve(_options.Precision, _device.type);
        set_num_threads(_options.Threads);
        random.manual_seed(_options.Seed);
        int outputs = SecondTask.Outputs(_options, table.LabelNames.Count);
        _network = Architectures.Create(_options.Architecture, outputs).to(_device);
        if (_options.From is not null && !File.Exists(folder.CheckpointFile))
            StartWeights.Read(_network, _options, _training, configuration.Input, _device);
        // The master weights are taken before the conversion rounds them; it also replaces the network's parameters.
        using (var initial = new FlatWeights(_network))
        using (Tensor weights = initial.Weights())
        using (Tensor buffers = initial.Buffers())
            _state = new TrainingState(weights, buffers);
        MixedPrecision.Convert(_network, _type);
        StochasticDepth.Set(_network, _options.StochasticDepth);
        _average = new AveragedNetwork(_options.Architecture, outputs, _device, _type);
        _step = new TrainingStep(configuration, _training, _network, _type, _average, _state);
    }

    /// <summary>Begins a run: checks options and data, makes the folder and writes config.json.</summary>
    /// <param name="folder">A folder without a run.</param>
    /// <param name="table">The whole data set.</param>
    /// <param name="data">Where it was read from, for the record.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="limit">Faces to keep, stratified; 0 for all.</param>
    /// <exception cref="MienException">The folder holds a run, an option is out of range, a split is empty, or the network can't be trained
    /// on such faces or exported.</exception>
    public static Trainer Begin(RunFolder folder, FaceTable table, string data, TrainingOptions options, int limit = 0)
    {
        options.Validate();
        if (File.Exists(folder.ConfigurationFile))
            throw new MienException($"{folder.Path}: holds a run already. Pass --resume to go on with it, or choose another --out.");
        if (((string[])[folder.ModelFile, folder.CheckpointFile, folder.MetricsFile]).FirstOrDefault(File.Exists) is { } there)
            throw new MienException($"{there}: exists already, and no config.json beside it says of what run. Choose another --out.");
        (RunConfiguration configuration, FaceTable kept) = RunSetup.Check(table, data, options, limit);
        try
        {
            Directory.CreateDirectory(folder.Path);
            folder.WriteConfiguration(configuration);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{folder.Path}: can't be written ({e.Message}). Choose another --out.", e);
        }

        return new Trainer(folder, configuration, kept);
    }

    /// <summary>Goes on with a run after its last whole epoch, or from the start where there is none.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="table">The whole data set, the same as at the beginning.</param>
    /// <param name="epochs">Epochs in all, where the run is to train longer than it was begun for; null for those.</param>
    /// <exception cref="MienException">The folder holds no run, the data is another, or the run has more epochs.</exception>
    public static Trainer Resume(RunFolder folder, FaceTable table, int? epochs = null)
    {
        RunConfiguration configuration = folder.ReadConfiguration();
        CheckData(folder, configuration, table);
        if (epochs is { } longer && longer != configuration.Options.Epochs)
        {
            if (longer < configuration.Options.Epochs)
                throw new MienException($"{folder.Path}: the run has {configuration.Options.Epochs} epochs; it can train longer, not for "
                    + $"{longer}. Begin another run.");
            configuration = configuration with { Options = configuration.Options with { Epochs = longer } };
            folder.WriteConfiguration(configuration);
        }

        Trainer trainer = Open(folder, table);
        // A kill between checkpoint and metrics leaves the lines one epoch behind.
        folder.WriteMetrics(trainer._state.History);
        return trainer;
    }

    /// <summary>Goes on with the run in a folder, or begins it where there is none.</summary>
    /// <inheritdoc cref="Begin" path="/param"/>
    /// <inheritdoc cref="Begin" path="/exception"/>
    internal static Trainer BeginOrResume(RunFolder folder, FaceTable table, string data, TrainingOptions options, int limit = 0) =>
        File.Exists(folder.ConfigurationFile) ? Resume(folder, table) : Begin(folder, table, data, options, limit);

    /// <summary>Exports the best epoch so far of a run that was killed or is still going on; its folder is only read.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="table">The whole data set, the same as at the beginning.</param>
    /// <param name="path">The .onnx file, replaced atomically.</param>
    /// <exception cref="MienException">No epoch is done, the checkpoint is damaged, or the data is another.</exception>
    public static void ExportBest(RunFolder folder, FaceTable table, string path)
    {
        using Trainer trainer = Open(folder, table);
        if (trainer.Finish(TrainingEnd.Canceled, path).Best is null)
            throw new MienException($"{folder.Path}: no finished epoch to export. Go on with the run by `mien train --resume --out "
                + $"{folder.Path}`.");
    }

    private static void CheckData(RunFolder folder, RunConfiguration configuration, FaceTable table)
    {
        if (table.Sha256() != configuration.DataSha256)
        {
            throw new MienException($"{folder.ConfigurationFile}: the run began on other data ({configuration.Data}, "
                + $"SHA-256 {configuration.DataSha256[..12]}…). Pass the same --data, with the same --map and --faces, or begin anew in "
                    + "another folder.");
        }
    }

    private static Trainer Open(RunFolder folder, FaceTable table)
    {
        RunConfiguration configuration = folder.ReadConfiguration();
        CheckData(folder, configuration, table);
        var trainer = new Trainer(folder, configuration, RunSetup.Faces(table, configuration.Options, configuration.Limit));
        if (File.Exists(folder.CheckpointFile))
            trainer._state.Load(folder.CheckpointFile);
        return trainer;
    }

    /// <summary>Called before each step with its number from the run's beginning; tests make it fail.</summary>
    internal Action<int>? BeforeStep { get; set; }

    /// <summary>The faces that steps draw from.</summary>
    internal FaceTable LearnedFrom => _training;

    /// <summary>Where the time goes.</summary>
    internal TrainingStep Step => _step;

    /// <summary>What the run computes and on what.</summary>
    public RunConfiguration Configuration => _configuration;

    /// <summary>Epochs done so far.</summary>
    public IReadOnlyList<EpochMetrics> History => _state.History;

    /// <summary>Trains to the end and exports the best epoch's averaged weights.</summary>
    /// <param name="progress">Told of steps and epochs; null for silence.</param>
    /// <param name="cancellationToken">Ends the run after the step at work; the best so far is exported.</param>
    /// <exception cref="MienException">The loss is no longer a number, or another process trains the run.</exception>
    public TrainingResult Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using IDisposable held = _folder.Hold();
        int batch = Math.Min(_options.BatchSize, _training.Count);
        int steps = _training.Count / batch;
        var schedule = new Schedule(_options.LearningRate, (int)(_options.WarmUpEpochs * steps), _options.Epochs * steps);
        if (!File.Exists(_folder.CheckpointFile))
            _state.Save(_folder.CheckpointFile);
        while (_state.History.Count < _options.Epochs && !StandsStill())
        {
            EpochMetrics? epoch = RunEpochAgainIfTorchFails(_state.History.Count, batch, steps, schedule, progress, cancellationToken);
            if (epoch is null)
                return Finish(TrainingEnd.Canceled);
            _state.History.Add(epoch);
            if (epoch.Best)
                _state.KeepBest();
            _state.Save(_folder.CheckpointFile);
            _folder.WriteMetrics(_state.History);
            progress?.Report(Progress(epoch.Epoch, steps, steps, epoch.TrainLoss, epoch.TrainAccuracy, epoch.ImagesPerSecond, epoch));
        }

        return Finish(_state.History.Count < _options.Epochs ? TrainingEnd.StoppedEarly : TrainingEnd.Completed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _step.Dispose();
        _state.Dispose();
        _average.Dispose();
        _network.Dispose();
    }

    /// <summary>Repeats an epoch from its checkpoint when libtorch fails in it, which repeats it to the last bit.</summary>
    /// <remarks>
    /// TorchSharp passes numbers to libtorch as objects with finalizers; a garbage collection at the wrong moment frees one
    /// in use ("Unknown scalar type"). It was seen once in 12,000 steps, with concurrent collections on.
    /// </remarks>
    private EpochMetrics? RunEpochAgainIfTorchFails(int epoch, int batch, int steps, Schedule schedule,
        IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return RunEpoch(epoch, batch, steps, schedule, progress, cancellationToken);
            }
            catch (ExternalException) when (attempt < AttemptsAnEpoch)
            {
                _state.Load(_folder.CheckpointFile);
            }
        }
    }

    private EpochMetrics? RunEpoch(int epoch, int batch, int steps, Schedule schedule, IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        // Chance depends on seed and epoch alone, so that a resumed epoch repeats the one that was lost.
        var chance = new Random(unchecked(_options.Seed * 1_000_003 + epoch));
        random.manual_seed(chance.NextInt64());
        int[] order = [.. Enumerable.Range(0, _training.Count)];
        chance.Shuffle(order);
        int size = InputSizeOf(epoch);
        _step.Load();

        double loss = 0;
        int correct = 0;
        long lastTold = begun;
        for (int step = 0; step < steps; step++)
        {
            if (cancellationToken.IsCancellationRequested)
                return null;
            int global = epoch * steps + step;
            BeforeStep?.Invoke(global);
            (double stepLoss, int stepCorrect) = _step.Run(order.AsSpan(step * batch, batch), size, schedule.LearningRate(global), epoch,
                global, chance);
            loss += stepLoss;
            correct += stepCorrect;
            if (!double.IsFinite(loss))
            {
                throw new MienException(FormattableString.Invariant($"epoch {epoch + 1}, step {step + 1}: the loss is no longer a number. ")
                    + FormattableString.Invariant($"Lower --learning-rate (now {_options.LearningRate}), or pass --precision float32."));
            }

            if (progress is not null && Stopwatch.GetElapsedTime(lastTold).TotalSeconds >= 0.5)
            {
                lastTold = Stopwatch.GetTimestamp();
                int seen = (step + 1) * batch;
                progress.Report(Progress(epoch + 1, step + 1, steps, loss / (step + 1), (double)correct / seen,
                    seen / Stopwatch.GetElapsedTime(begun).TotalSeconds, null));
            }
        }

        double trained = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        _step.KeepBuffers();
        Mien.Training.Evaluation.Evaluation evaluation = Judge();
        return new EpochMetrics
        {
            Epoch = epoch + 1,
            LearningRate = schedule.LearningRate((epoch + 1) * steps - 1),
            TrainLoss = loss / steps,
            TrainAccuracy = (double)correct / (steps * batch),
            PublicTestLoss = evaluation.Nll,
            PublicTestAccuracy = evaluation.Accuracy,
            PublicTestMacroF1 = evaluation.MacroF1,
            Best = _state.History.All(earlier => earlier.PublicTestAccuracy < evaluation.Accuracy),
            ImagesPerSecond = steps * batch / trained,
            Seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds,
        };
    }

    /// <summary>The averaged weights on PublicTest.</summary>
    internal Mien.Training.Evaluation.Evaluation Judge()
    {
        _average.Write(_state.Average, _state.AverageBuffers);
        // In the format of training: float32 would take a tenth of the epoch's time.
        float[] logits = FaceBatches.Logits(_average.Network, _validation, _configuration.Input, _device, _type);
        return Metrics.Evaluate(Calibration.Softmax(logits, _validation.LabelNames.Count, 1), _validation.Labels, _validation.LabelNames);
    }

    private TrainingResult Finish(TrainingEnd end, string? path = null)
    {
        EpochMetrics? best = _state.History.LastOrDefault(epoch => epoch.Best);
        if (best is null)
            return new TrainingResult(end, null, null, 1);
        path ??= _folder.ModelFile;
        float temperature = BestExport.Write(_configuration, _state, best, _training, _validation, _device, path);
        return new TrainingResult(end, best, path, temperature);
    }

    private bool StandsStill()
    {
        if (_options.Patience == 0 || _state.History.Count == 0)
            return false;
        int best = _state.History.FindLastIndex(epoch => epoch.Best);
        return _state.History.Count - 1 - best >= _options.Patience;
    }

    private int InputSizeOf(int epoch)
    {
        AugmentationOptions augmentation = _options.Augmentation;
        bool small = augmentation.SmallSize > 0 && augmentation.SmallSize < _training.Size
            && epoch < (int)(augmentation.SmallShare * _options.Epochs);
        return small ? augmentation.SmallSize : _training.Size;
    }

    private TrainingProgress Progress(int epoch, int step, int steps, double loss, double accuracy, double speed, EpochMetrics? finished)
    {
        double facesLeft = ((double)(_options.Epochs - epoch) * steps + steps - step) * Math.Min(_options.BatchSize, _training.Count);
        return new TrainingProgress
        {
            Epoch = epoch,
            Epochs = _options.Epochs,
            Step = step,
            Steps = steps,
            Loss = loss,
            Accuracy = accuracy,
            ImagesPerSecond = speed,
            TimeLeft = TimeSpan.FromSeconds(facesLeft / Math.Max(speed, 1e-9)),
            Finished = finished,
        };
    }
}
