using System.Diagnostics;
using Mien.Imaging;
using Mien.Training.Augmentation;
using Mien.Training.Datasets;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>One step: faces of a batch, changed and mixed, through the network to the gradient and the new weights.</summary>
internal sealed class TrainingStep : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly FaceTable _training;
    private readonly InputSpec _input;
    private readonly int _classes;
    private readonly Device _device;
    private readonly ScalarType _type;
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly AveragedNetwork _average;
    private readonly FlatWeights _flat;
    private readonly TrainingState _state;
    private readonly Tensor? _rates;
    private readonly Optimizer _optimizer;
    private readonly Targets _targets;
    private readonly Teachers? _teachers;
    private readonly Augmenter _augmenter;
    private readonly Mixer _mixer;
    private readonly Stopwatch _watch = new();

    /// <param name="configuration">The run's.</param>
    /// <param name="training">The faces to learn from.</param>
    /// <param name="network">In training, in the format it computes in.</param>
    /// <param name="type">That format.</param>
    /// <param name="average">The averaged weights' network.</param>
    /// <param name="state">What a step changes.</param>
    public TrainingStep(RunConfiguration configuration, FaceTable training, nn.Module<Tensor, Tensor> network, ScalarType type,
        AveragedNetwork average, TrainingState state)
    {
        _options = configuration.Options;
        _training = training;
        _input = configuration.Input;
        _classes = configuration.Labels.Count;
        _device = Devices.Open(_options.Device);
        _type = type;
        _network = network;
        _average = average;
        _state = state;
        _flat = new FlatWeights(network);
        _rates = _options is { BodyRate: 1, FrozenLayers: 0 } ? null
            : _flat.Rates(network, _options.BodyRate, _options.FrozenLayers).DetachFromDisposeScope();
        _optimizer = new Optimizer(_flat, state, _options, _rates);
        _targets = Targets.Of(training, _options);
        _teachers = _options.Teachers.Count > 0 ? new Teachers(_options, training, _input, _device, type) : null;
        _augmenter = new Augmenter(_options.Augmentation);
        _mixer = new Mixer(_options.Augmentation);
    }

    /// <summary>Time spent so far on reading, changing and mixing faces and their targets.</summary>
    public TimeSpan Preparing { get; private set; }

    /// <summary>Time spent so far in the network, forward and backward.</summary>
    public TimeSpan Computing { get; private set; }

    /// <summary>Time spent so far on the weights: optimizer, average, copies.</summary>
    public TimeSpan Updating { get; private set; }

    /// <summary>Puts the state's weights and statistics into the network.</summary>
    public void Load()
    {
        _flat.WriteWeights(_state.Weights);
        _flat.WriteBuffers(_state.Buffers);
        _network.train();
        foreach (nn.Module layer in _network.children().Where(child => child.parameters().Any()).Take(_options.FrozenLayers))
            layer.eval();
    }

    /// <summary>Takes the network's running statistics into the state.</summary>
    public void KeepBuffers()
    {
        using Tensor buffers = _flat.Buffers();
        using var noGradient = no_grad();
        _state.Buffers.copy_(buffers);
    }

    /// <summary>Learns from one batch.</summary>
    /// <param name="rows">Places in the Training table.</param>
    /// <param name="size">Side of the faces in pixels.</param>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="epoch">From 0; decides the mirrored half under alternating flips.</param>
    /// <param name="global">The step's number from the run's beginning.</param>
    /// <param name="chance">Where all chance comes from.</param>
    /// <returns>Mean loss, and how many faces were read as their label.</returns>
    public (double Loss, int Correct) Run(ReadOnlySpan<int> rows, int size, double learningRate, int epoch, int global, Random chance)
    {
        using var scope = NewDisposeScope();
        _watch.Restart();
        // No draw where nothing is spoiled: recipes from before there was spoiling keep their chance.
        double spoiled = _options.Augmentation.Corruption;
        Tensor read = spoiled > 0 ? FaceBatches.Spoiled(_training, rows, _input, spoiled, chance)
            : FaceBatches.Faces(_training, rows, _input);
        Tensor faces = read.to(_device);
        Tensor labels = FaceBatches.Labels(_training, rows).to(_device);
        Tensor changed = _augmenter.Apply(faces, size, chance, _options.Augmentation.AlternateFlip ? Mirrored(rows, epoch) : null);
        // The window that is learned from has other levels than the whole face.
        if (_input.Levels == InputLevels.Face)
            changed = FaceBatches.OwnLevels(changed);
        (Tensor mixed, Tensor targets) = _mixer.Apply(changed, _targets.For(rows).to(_device), chance);
        Tensor input = mixed.to(_type);
        targets = WithOwnAverage(input, targets, epoch);
        Preparing += Lap();
        Tensor? taught = _teachers?.Answer(input, global);

        (Tensor loss, Tensor logits) = Backward(input, targets, taught);
        if (_options.Sharpness > 0)
        {
            WriteSharpWeights(_flat.Gradients());
            Backward(input, targets, taught);
        }

        // What the device still owes is counted here rather than in the next part.
        double lossValue = loss.item<float>();
        Computing += Lap();
        _optimizer.Step(_flat.Gradients(), learningRate);
        _flat.WriteWeights(_state.Weights);
        _state.UpdateAverage(_flat.Buffers(), Averaging.Share(_options, epoch, global, _training.Count / rows.Length));
        using var noGradient = no_grad();
        int correct = (int)logits.argmax(1).eq(labels).sum().item<long>();
        Updating += Lap();
        return (lossValue, correct);
    }

    public void Dispose()
    {
        _teachers?.Dispose();
        _rates?.Dispose();
        _flat.Dispose();
    }

    private TimeSpan Lap()
    {
        TimeSpan lap = _watch.Elapsed;
        _watch.Restart();
        return lap;
    }

    /// <summary>Half of the faces of every epoch, the other half of the next (Jordan 2024, arXiv:2404.00498).</summary>
    private static bool[] Mirrored(ReadOnlySpan<int> rows, int epoch)
    {
        bool[] mirrored = new bool[rows.Length];
        for (int i = 0; i < rows.Length; i++)
            mirrored[i] = ((unchecked((uint)rows[i] * 2654435761u) >> 16) + (uint)epoch) % 2 == 1;
        return mirrored;
    }

    private (Tensor Loss, Tensor Logits) Backward(Tensor input, Tensor targets, Tensor? taught)
    {
        _network.zero_grad();
        Tensor scores = _network.call(input).to(ScalarType.Float32);
        Tensor logits = scores.narrow(1, 0, _classes);
        Tensor loss = CrossEntropy(logits, targets.narrow(1, 0, _classes));
        if (taught is not null)
        {
            double temperature = _options.TeacherTemperature;
            using Scalar divisor = (float)temperature;
            // The gradient of softened scores is smaller by the temperature twice over (Hinton et al. 2015).
            using Scalar share = (float)(_options.TeacherShare * temperature * temperature);
            using Scalar rest = (float)(1 - _options.TeacherShare);
            loss = loss.mul(rest).add(CrossEntropy(logits.div(divisor), taught).mul(share));
        }

        if (SecondTask.Weight(_options) is > 0 and var secondWeight)
        {
            using Scalar weight = (float)secondWeight;
            long second = targets.shape[1] - _classes;
            loss = loss.add(CrossEntropy(scores.narrow(1, _classes, second), targets.narrow(1, _classes, second)).mul(weight));
        }

        loss.backward();
        return (loss, logits);
    }

    private static Tensor CrossEntropy(Tensor logits, Tensor targets) =>
        targets.mul(nn.functional.log_softmax(logits, 1)).sum(1).mean().neg();

    /// <summary>Moves a growing share of the targets to what the averaged weights answer: the labels are noisy, the average less
    /// so.</summary>
    /// <remarks>Self-distillation from the mean teacher (Tarvainen and Valpola 2017, arXiv:1703.01780), linear in the epoch as in Kim et
    /// al. 2021.</remarks>
    private Tensor WithOwnAverage(Tensor input, Tensor targets, int epoch)
    {
        double share = _options.SelfShare * epoch / _options.Epochs;
        if (share <= 0)
            return targets;
        using var noGradient = no_grad();
        using Scalar kept = (float)(1 - share);
        using Scalar given = (float)share;
        _average.Write(_state.Average, _state.AverageBuffers);
        Tensor answers = nn.functional.softmax(_average.Network.call(input).narrow(1, 0, _classes).to(ScalarType.Float32), 1);
        Tensor moved = targets.narrow(1, 0, _classes).mul(kept).add(answers.mul(given));
        return cat([moved, targets.narrow(1, _classes, targets.shape[1] - _classes)], 1);
    }

    /// <summary>The weights at the worst place nearby, each moved in proportion to its own size (ASAM, Kwon et al. 2021,
    /// arXiv:2102.11600).</summary>
    private void WriteSharpWeights(Tensor gradient)
    {
        using var noGradient = no_grad();
        using Scalar small = 0.01f;
        using Scalar radius = (float)_options.Sharpness;
        Tensor sizes = _state.Weights.abs().add(small);
        Tensor scaled = gradient.mul(sizes);
        _flat.WriteWeights(_state.Weights.add(scaled.mul(sizes).mul(radius).div(scaled.norm())));
    }
}
