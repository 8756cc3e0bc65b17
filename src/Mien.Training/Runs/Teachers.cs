using Mien.Imaging;
using Mien.Training.Datasets;
using Mien.Training.Export;
using Mien.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>Finished networks whose answers on the augmented faces a run learns from.</summary>
/// <remarks>Hinton et al. 2015, arXiv:1503.02531; the same augmented face for both, as Beyer et al. 2022 (arXiv:2106.05237)
/// advise.</remarks>
internal sealed class Teachers : IDisposable
{
    private const int FacesForStatistics = 64;

    private readonly List<(nn.Module<Tensor, Tensor> Network, InputSpec Input)> _networks = [];
    private readonly List<Provenance> _origins = [];
    private readonly InputSpec _input;
    private readonly int _classes;
    private readonly ScalarType _type;
    private readonly double _temperature;
    private readonly int _asked;

    /// <summary>Opens finished runs and exported models.</summary>
    /// <param name="options">The pupil's: names the teachers.</param>
    /// <param name="training">The pupil's faces.</param>
    /// <param name="input">How the pupil's faces are normalized.</param>
    /// <param name="device">Where they compute.</param>
    /// <param name="type">Number format of their convolutions.</param>
    /// <exception cref="MienException">
    /// One holds no run with an epoch done or is no model of Mien's, its labels differ, or it learned from copies
    /// of test faces and the pupil is not to.
    /// </exception>
    public Teachers(TrainingOptions options, FaceTable training, InputSpec input, Device device, ScalarType type)
    {
        _input = input;
        _classes = training.LabelNames.Count;
        _type = type;
        _temperature = options.TeacherTemperature;
        _asked = options.TeachersAStep == 0 ? options.Teachers.Count : Math.Min(options.TeachersAStep, options.Teachers.Count);
        foreach (string path in options.Teachers)
        {
            // A run's checkpoint knows more than its model file.
            bool exported = Mien.Models.ByName(path) is not null || !File.Exists(new RunFolder(path).CheckpointFile);
            Teacher teacher = exported ? FromModel(path) : FromRun(path);
            if (!teacher.Labels.SequenceEqual(training.LabelNames))
                throw new MienException($"{path}: the teacher's labels are {string.Join(", ", teacher.Labels)}, the data's "
                    + $"{string.Join(", ", training.LabelNames)}. Pass a teacher of the same labels.");
            if (options.DropCopies && !teacher.Origin.CopiesLeftOut)
                throw new MienException($"{path}: the teacher may have learned from copies of test faces, which this run leaves out "
                    + "(--drop-copies). Pass a teacher that left them out as well.");
            nn.Module<Tensor, Tensor> network = Architectures.Create(teacher.Architecture, teacher.Outputs);
            if (exported)
            {
                using var scope = NewDisposeScope();
                int[] rows = [.. Enumerable.Range(0, Math.Min(FacesForStatistics, training.Count))];
                OnnxImporter.Read(path, network, teacher.Labels, FaceBatches.Faces(training, rows, teacher.Input));
            }
            else
            {
                using var flat = new FlatWeights(network);
                TrainingState.LoadBest(new RunFolder(path).CheckpointFile, flat);
            }

            network.eval();
            network.to(device);
            MixedPrecision.Convert(network, type);
            _networks.Add((network, teacher.Input));
            _origins.Add(teacher.Origin);
        }
    }

    /// <summary>What each of them learned from.</summary>
    public IReadOnlyList<Provenance> Origins => _origins;

    private sealed record Teacher(string Architecture, IReadOnlyList<string> Labels, int Outputs, InputSpec Input, Provenance Origin);

    private static Teacher FromModel(string file)
    {
        ModelCard card = OnnxImporter.Card(file);
        return new Teacher(card.Architecture, card.Labels, card.Labels.Count, card.Input, Provenance.Of(card));
    }

    private static Teacher FromRun(string path)
    {
        var run = new RunFolder(path);
        RunConfiguration configuration = run.ReadConfiguration();
        TrainingOptions options = configuration.Options;
        return new Teacher(options.Architecture, configuration.Labels, SecondTask.Outputs(options, configuration.Labels.Count),
            configuration.Input, Provenance.Of(configuration));
    }

    /// <summary>Mean probabilities of the teachers whose turn it is, float32 [N,K].</summary>
    /// <param name="faces">[N,1,S,S], normalized as the pupil's.</param>
    /// <param name="step">The step's number from the run's beginning.</param>
    public Tensor Answer(Tensor faces, int step)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using Scalar divisor = (float)_temperature;
        using Scalar count = (float)_asked;
        Tensor sum = Enumerable.Range(0, _asked)
            .Select(turn => _networks[(int)(((long)step * _asked + turn) % _networks.Count)])
            .Select(teacher => nn.functional.softmax(teacher.Network.call(AsRead(faces, teacher.Input).to(_type)).narrow(1, 0, _classes)
                .to(ScalarType.Float32).div(divisor), 1))
            .Aggregate((a, b) => a.add(b));
        return sum.div(count).MoveToOuterDisposeScope();
    }

    private Tensor AsRead(Tensor faces, InputSpec input)
    {
        if (input.Levels == InputLevels.Face)
            return FaceBatches.OwnLevels(faces);
        // A pupil that reads each face by its own levels no longer has the data set's; its faces are as bright as the mean one.
        if (_input.Levels == InputLevels.Face)
            return faces;
        if ((input.Mean, input.Deviation) == (_input.Mean, _input.Deviation))
            return faces;
        using Scalar scale = _input.Deviation / input.Deviation;
        using Scalar shift = (_input.Mean - input.Mean) / input.Deviation;
        return faces.mul(scale).add(shift);
    }

    public void Dispose()
    {
        foreach ((nn.Module<Tensor, Tensor> network, _) in _networks)
            network.Dispose();
    }
}
