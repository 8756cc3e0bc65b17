using System.Text.Json.Serialization;
using Mien.Imaging;
using Mien.Training.Augmentation;

namespace Mien.Training.Runs;

/// <summary>How the classes' unequal numbers are weighed in the loss.</summary>
public enum ClassBalance
{
    /// <summary>Every face counts the same.</summary>
    None,

    /// <summary>Faces of a class count by the inverse root of the class's share, 1 on average.</summary>
    Loss,
}

/// <summary>How the weights follow the gradient.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with Nesterov's momentum.</summary>
    Sgd,

    /// <summary>Orthogonalized steps for the filters (Muon, Jordan et al. 2024), the former for all else.</summary>
    Muon,
}

/// <summary>Whose labels are learned and judged.</summary>
public enum LabelSource
{
    /// <summary>The data set's own.</summary>
    Own,

    /// <summary>The majority of the FER+ taggers, eight classes (Barsoum et al. 2016).</summary>
    FerPlus,
}

/// <summary>Number format of the forward and backward pass; master weights are float32 always.</summary>
public enum Precision
{
    /// <summary>bfloat16 where the device multiplies it natively, float32 elsewhere.</summary>
    Auto,

    /// <summary>float32.</summary>
    Float32,

    /// <summary>bfloat16 with float32 master weights (Micikevicius et al. 2018, Kalamkar et al. 2019).</summary>
    BFloat16,
}

/// <summary>The recipe: everything that decides what a training run computes. The defaults need nothing but a data set; the default model's
/// recipe is `Recipe.Read("ferplus")`.</summary>
public sealed record TrainingOptions
{
    /// <summary>The default recipe.</summary>
    public static TrainingOptions Default { get; } = new();

    /// <summary>The same with paths that hold in any folder; names of models stay names.</summary>
    internal TrainingOptions WithFullPaths() => this with
    {
        From = From is null ? null : FullPath(From),
        FerPlus = FerPlus is null ? null : Path.GetFullPath(FerPlus),
        Teachers = [.. Teachers.Select(FullPath)],
    };

    private static string FullPath(string model) => Mien.Models.ByName(model) is not null ? model : Path.GetFullPath(model);

    /// <summary>Name of the architecture; see <see cref="Models.Architectures"/>.</summary>
    public string Architecture { get; init; } = "residual-48.96.192-1.2.2";

    /// <summary>
    /// A model.onnx, in float32 or 8 bits, whose weights the run begins with, or one of <see cref="Mien.Models"/>; null
    /// for fresh weights.
    /// </summary>
    public string? From { get; init; }

    /// <summary>
    /// Which mean and deviation a face's levels are normalized by; null for those of the model that the run goes on
    /// from, and each face's own where it begins anew.
    /// </summary>
    public InputLevels? Levels { get; init; }

    /// <summary>Share of the learning rate that all but the last layer learns with, 0 (frozen) to 1; for runs that go on from a
    /// model.</summary>
    public double BodyRate { get; init; } = 1;

    /// <summary>How many of the network's first layers (the stem, each block) keep their weights and statistics.</summary>
    public int FrozenLayers { get; init; }

    /// <summary>Passes over the Training split, from 1 up.</summary>
    public int Epochs { get; init; } = 40;

    /// <summary>Faces a step, from 2 up (batch normalization needs two).</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Peak learning rate, above 0.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Nesterov momentum, 0..1 (Sutskever et al. 2013).</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay on convolution and dense weights, not on biases and norms.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>Epochs over which the learning rate rises from 0, may be a fraction (Goyal et al. 2017).</summary>
    public double WarmUpEpochs { get; init; } = 2;

    /// <summary>Share of the target spread over all classes, 0..1 (Szegedy et al. 2016).</summary>
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>Decay a step of the averaged weights that are evaluated and exported, 0 (none) up to 1 (Polyak and Juditsky
    /// 1992).</summary>
    public double AverageDecay { get; init; } = 0.999;

    /// <summary>
    /// From this share of the epochs on, the weights of all steps are averaged alike in place of with a decay; 0 for never
    /// (stochastic weight averaging, Izmailov et al. 2018, arXiv:1803.05407).
    /// </summary>
    public double AverageFrom { get; init; }

    /// <summary>How the weights follow the gradient.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Sgd;

    /// <summary>Under Muon: peak turn of a filter bank a step, as a share of its length; it follows the learning rate's schedule.</summary>
    public double MuonRate { get; init; } = 0.02;

    /// <summary>FER+'s fer2013new.csv, the taggers' votes for the rows of FER2013; null for none.</summary>
    public string? FerPlus { get; init; }

    /// <summary>Whose labels are learned.</summary>
    public LabelSource Labels { get; init; } = LabelSource.Own;

    /// <summary>Share of the target that follows the FER+ taggers' votes, 0..1 (Barsoum et al. 2016).</summary>
    public double FerPlusShare { get; init; }

    /// <summary>
    /// Weight of a second task's loss, which is to tell how the FER+ taggers voted, 0 (none) and up; the exported network is
    /// the same as without (Caruana 1997).
    /// </summary>
    public double VotesHead { get; init; }

    /// <summary>
    /// Where FER+'s labels are learned: weight of a second task's loss, which is to tell the data set's own label, 0 (none)
    /// and up. The data set's labels have more faces of the rare expressions than FER+'s.
    /// </summary>
    public double OwnHead { get; init; }

    /// <summary>
    /// Share of the second task's scores that is added to the first's in the exported network, 0..1. The last layer holds the
    /// sum, so that it costs nothing (a product of experts, Hinton 2002).
    /// </summary>
    public double OwnShare { get; init; }

    /// <summary>
    /// Where FER+'s labels are learned: whether faces on which the taggers have no majority are learned as well, as their votes
    /// are shared out.
    /// </summary>
    public bool KeepDivided { get; init; }

    /// <summary>Weight of faces that most FER+ taggers called "not a face", 0..1.</summary>
    public double NotAFaceWeight { get; init; } = 1;

    /// <summary>Run folders or models (.onnx) whose mean answer is learned from as well (Hinton et al. 2015).</summary>
    public IReadOnlyList<string> Teachers { get; init; } = [];

    /// <summary>Share of the loss that is the teachers', 0..1.</summary>
    public double TeacherShare { get; init; } = 0.7;

    /// <summary>Divides the scores of teachers and pupil in that part of the loss.</summary>
    public double TeacherTemperature { get; init; } = 2;

    /// <summary>
    /// How many of the teachers are asked at a step, in turn; 0 for all. Over the steps the pupil learns their mean all the
    /// same, at the cost of so many (Fukuda et al. 2017, teachers switched from batch to batch).
    /// </summary>
    public int TeachersAStep { get; init; }

    /// <summary>Share of the target that the run's own averaged weights give at the end, 0..1, growing from 0.</summary>
    public double SelfShare { get; init; }

    /// <summary>Radius of sharpness-aware steps (ASAM, Kwon et al. 2021), at twice the time; 0 for none.</summary>
    public double Sharpness { get; init; }

    /// <summary>Chance that the last residual block is skipped for a face in training, less for those before (Huang et al. 2016).</summary>
    public double StochasticDepth { get; init; }

    /// <summary>How the classes' unequal numbers are weighed.</summary>
    public ClassBalance ClassBalance { get; init; } = ClassBalance.None;

    /// <summary>Stop after so many epochs without a better PublicTest accuracy; 0 never stops early.</summary>
    public int Patience { get; init; } = 15;

    /// <summary>What is done to the faces before each step.</summary>
    public AugmentationOptions Augmentation { get; init; } = AugmentationOptions.Default;

    /// <summary>Leaves out Training faces that are exact copies of a PublicTest or PrivateTest face (FER2013 has 702).</summary>
    public bool DropCopies { get; init; } = true;

    /// <summary>Decides initial weights, order and augmentation.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads of the arithmetic; 0 is one a core. The same seed and threads give the same figures.</summary>
    public int Threads { get; init; }

    /// <summary>`cpu` or `cuda`.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Number format of the forward and backward pass.</summary>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>Whether targets or weights of the faces depend on how FER+'s taggers voted.</summary>
    internal bool LearnsVotes => FerPlusShare > 0 || VotesHead > 0 || NotAFaceWeight < 1;

    /// <summary>The same recipe on the data's own labels, whatever it says of FER+'s votes.</summary>
    public TrainingOptions WithoutVotes() => this with
    {
        Labels = LabelSource.Own,
        FerPlus = null,
        FerPlusShare = 0,
        VotesHead = 0,
        OwnHead = 0,
        OwnShare = 0,
        KeepDivided = false,
        NotAFaceWeight = 1
    };

    /// <summary>Checks every figure's range, and that nothing is missing.</summary>
    /// <exception cref="MienException">A figure is out of range (the message names the option and the range), or votes are to be learned
    /// and no file of them is named.</exception>
    public void Validate()
    {
        CheckFigures();
        if (Labels == LabelSource.Own && (OwnHead > 0 || KeepDivided))
            throw new MienException("The recipe's own head and divided faces belong to FER+'s labels: pass --labels ferplus, or leave "
                + "--own-head and --keep-divided out.");
        if (OwnHead > 0 && VotesHead > 0)
            throw new MienException("A run has one second task: pass --votes-head 0 or --own-head 0.");
        if (OwnShare > 0 && OwnHead == 0)
        {
            throw new MienException(FormattableString.Invariant($"--own-share {OwnShare}: there is no second task to take it from. ")
                + "Pass --own-head, or leave it out.");
        }

        if (KeepDivided && FerPlusShare == 0)
            throw new MienException("--keep-divided: faces without a majority can be learned as their votes only. Pass --ferplus-share 1.");
        if ((LearnsVotes || Labels == LabelSource.FerPlus) && FerPlus is null)
        {
            string other = this with { VotesHead = 0 } is { LearnsVotes: false, Labels: LabelSource.Own }
                ? ", or --votes-head 0 to learn from the labels alone"
                : "";
            throw new MienException($"The recipe learns from FER+ votes: pass --ferplus fer2013new.csv{other}.");
        }
    }

    /// <summary>Checks what can be checked of a recipe that still lacks its files.</summary>
    /// <exception cref="MienException">A figure is out of range.</exception>
    internal void CheckFigures()
    {
        Require(Epochs >= 1, "--epochs", Epochs, "1 or more");
        Require(BatchSize >= 2, "--batch-size", BatchSize, "2 or more");
        Require(LearningRate > 0, "--learning-rate", LearningRate, "above 0");
        Require(Momentum is >= 0 and < 1, "--momentum", Momentum, "0 up to 1");
        Require(WeightDecay >= 0, "--weight-decay", WeightDecay, "0 or more");
        Require(WarmUpEpochs >= 0, "--warm-up", WarmUpEpochs, "0 or more");
        Require(LabelSmoothing is >= 0 and < 1, "--label-smoothing", LabelSmoothing, "0 up to 1");
        Require(AverageDecay is >= 0 and < 1, "--average-decay", AverageDecay, "0 up to 1");
        Require(AverageFrom is >= 0 and < 1, "--average-from", AverageFrom, "0 up to 1");
        Require(BodyRate is >= 0 and <= 1, "--body-rate", BodyRate, "0 to 1");
        Require(FrozenLayers >= 0, "--frozen-layers", FrozenLayers, "0 or more");
        Require(MuonRate > 0, "--muon-rate", MuonRate, "above 0");
        Require(FerPlusShare is >= 0 and <= 1, "--ferplus-share", FerPlusShare, "0 to 1");
        Require(VotesHead is >= 0 and <= 100, "--votes-head", VotesHead, "0 to 100");
        Require(OwnHead is >= 0 and <= 100, "--own-head", OwnHead, "0 to 100");
        Require(OwnShare is >= 0 and <= 1, "--own-share", OwnShare, "0 to 1");
        Require(NotAFaceWeight is >= 0 and <= 1, "--not-a-face-weight", NotAFaceWeight, "0 to 1");
        Require(TeacherShare is >= 0 and <= 1, "--teacher-share", TeacherShare, "0 to 1");
        Require(TeacherTemperature > 0, "--teacher-temperature", TeacherTemperature, "above 0");
        Require(TeachersAStep >= 0, "--teachers-a-step", TeachersAStep, "0 or more");
        Require(SelfShare is >= 0 and <= 1, "--self-share", SelfShare, "0 to 1");
        Require(Sharpness >= 0, "--sharpness", Sharpness, "0 or more");
        Require(StochasticDepth is >= 0 and < 1, "--stochastic-depth", StochasticDepth, "0 up to 1");
        Require(Patience >= 0, "--patience", Patience, "0 or more");
        Require(Threads >= 0, "--threads", Threads, "0 or more");
        if (Device is not ("cpu" or "cuda"))
            throw new MienException($"--device {Device}: expected cpu or cuda.");
        Augmentation.Validate();
    }

    internal static void Require(bool holds, string option, double value, string range)
    {
        if (!holds)
            throw new MienException($"{option} {value}: expected {range}.");
    }
}

[JsonSerializable(typeof(TrainingOptions))]
[JsonSerializable(typeof(RunConfiguration))]
[JsonSerializable(typeof(EpochMetrics))]
[JsonSerializable(typeof(List<EpochMetrics>))]
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
internal sealed partial class TrainingJson : JsonSerializerContext;
