using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Mien.Imaging;
using Mien.Training.Augmentation;
using Mien.Training.Datasets;
using Mien.Training.Models;
using Mien.Training.Runs;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>mien train</summary>
internal sealed class TrainCommand
{
    private const string EpochsMember = "epochs";

    private static readonly TrainingOptions Defaults = TrainingOptions.Default;

    private readonly Option<string?> _data = new("--data")
    {
        Description = "Data set: CSV, archive or folder. With --resume: the run's own "
        + "where left out."
    };
    private readonly Option<string> _out = new("--out") { Description = "Folder of the run.", Required = true };
    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Go on with the run in --out after its last whole epoch; begin "
        + "it where there is none. More --epochs than before train longer."
    };
    private readonly Option<string?> _recipe = new("--recipe")
    {
        Description = $"One of Mien's recipes "
        + $"({string.Join(", ", Training.Runs.Recipe.Names)}), or JSON with members of config.json's \"options\", or such a config.json: "
            + "the recipe that other options change."
    };
    private readonly Option<int> _limit = Recipe("--limit", 0, "Keep so many faces, stratified, for a quick try; 0 keeps all.");
    private readonly Option<string> _arch = Recipe("--arch", Defaults.Architecture, $"Architecture: "
        + $"{string.Join(", ", Architectures.Names)}.");
    private readonly Option<string?> _from = Recipe<string?>("--from", null, "Go on from a model.onnx, a run's folder, or from "
        + "default, accurate, fer2013 or fer2013-accurate: its architecture and weights in place of fresh ones.");
    private readonly Option<double> _bodyRate = Recipe("--body-rate", Defaults.BodyRate, "Share of the learning rate of all but the last "
        + "layer; 0 freezes them.");
    private readonly Option<int> _frozenLayers = Recipe("--frozen-layers", Defaults.FrozenLayers, "How many of the first layers (stem, "
        + "blocks) stay as they are.");
    private readonly Option<int> _epochs = Recipe("--epochs", Defaults.Epochs, "Passes over the Training split.");
    private readonly Option<int> _batchSize = Recipe("--batch-size", Defaults.BatchSize, "Faces a step.");
    private readonly Option<double> _learningRate = Recipe("--learning-rate", Defaults.LearningRate, "Peak learning rate.");
    private readonly Option<double> _momentum = Recipe("--momentum", Defaults.Momentum, "Nesterov momentum.");
    private readonly Option<double> _weightDecay = Recipe("--weight-decay", Defaults.WeightDecay, "Decay of filters and matrices.");
    private readonly Option<double> _warmUp = Recipe("--warm-up", Defaults.WarmUpEpochs, "Epochs over which the learning rate rises.");
    private readonly Option<double> _labelSmoothing = Recipe("--label-smoothing", Defaults.LabelSmoothing, "Share of the target spread "
        + "over all classes.");
    private readonly Option<double> _averageFrom = Recipe("--average-from", Defaults.AverageFrom, "Share of the epochs from which on all "
        + "steps' weights are averaged alike (SWA); 0 for never.");
    private readonly Option<double> _averageDecay = Recipe("--average-decay", Defaults.AverageDecay, "Decay a step of the averaged weights "
        + "(EMA); 0 for none.");
    private readonly Option<OptimizerKind> _optimizer = Recipe("--optimizer", Defaults.Optimizer, "sgd, or muon: orthogonalized steps for "
        + "the filters.");
    private readonly Option<double> _muonRate = Recipe("--muon-rate", Defaults.MuonRate, "Under muon: peak turn of a filter bank a step.");
    private readonly Option<string?> _ferPlus = Recipe<string?>("--ferplus", null, "FER+'s fer2013new.csv: the taggers' votes for the rows "
        + "of FER2013.");
    private readonly Option<LabelSource> _labels = Recipe("--labels", Defaults.Labels, "Whose labels are learned: own, or ferplus (the "
        + "majority of the FER+ taggers, eight classes).");
    private readonly Option<double> _ferPlusShare = Recipe("--ferplus-share", Defaults.FerPlusShare, "Share of the target that follows the "
        + "votes.");
    private readonly Option<double> _votesHead = Recipe("--votes-head", Defaults.VotesHead, "Weight of a second task, which is to tell the "
        + "taggers' votes; the model is no larger for it.");
    private readonly Option<double> _ownHead = Recipe("--own-head", Defaults.OwnHead, "With --labels ferplus: weight of a second task, "
        + "which is to tell the data set's own label.");
    private readonly Option<double> _ownShare = Recipe("--own-share", Defaults.OwnShare, "Share of the second task's scores in the "
        + "exported network's.");
    private readonly Option<bool> _keepDivided = Recipe("--keep-divided", Defaults.KeepDivided, "With --labels ferplus: learn faces "
        + "without a majority too, as their votes are shared out.");
    private readonly Option<InputLevels?> _levels = Recipe<InputLevels?>("--levels", null, "Normalize each face by its own mean and "
        + "deviation (face) or by the data set's (dataset); a run that goes on from a model takes that model's.");
    private readonly Option<double> _corruption = Recipe("--corruption", Defaults.Augmentation.Corruption, "Share of faces that are "
        + "darkened, blurred, made noisy, covered or spoiled otherwise.");
    private readonly Option<double> _notAFaceWeight = Recipe("--not-a-face-weight", Defaults.NotAFaceWeight, "Weight of faces that most "
        + "taggers called not a face.");
    private readonly Option<string[]> _teachers = Recipe<string[]>("--teacher", [], "Finished run's folder, model.onnx or a model's name, "
        + "whose answers are learned from as well; several are averaged.");
    private readonly Option<double> _teacherShare = Recipe("--teacher-share", Defaults.TeacherShare, "Share of the loss that is the "
        + "teachers'.");
    private readonly Option<double> _teacherTemperature = Recipe("--teacher-temperature", Defaults.TeacherTemperature,
        "Softens the answers in that part.");
    private readonly Option<int> _teachersAStep = Recipe("--teachers-a-step", Defaults.TeachersAStep, "How many of several teachers are "
        + "asked at a step, in turn; 0 for all.");
    private readonly Option<double> _selfShare = Recipe("--self-share", Defaults.SelfShare, "Share of the target that the averaged weights "
        + "give at the end.");
    private readonly Option<double> _sharpness = Recipe("--sharpness", Defaults.Sharpness, "Radius of sharpness-aware steps (ASAM), at "
        + "twice the time; 0 for none.");
    private readonly Option<double> _stochasticDepth = Recipe("--stochastic-depth", Defaults.StochasticDepth, "Chance that the last "
        + "residual block is skipped.");
    private readonly Option<ClassBalance> _classBalance = Recipe("--class-balance", Defaults.ClassBalance, "none, or loss: rare classes "
        + "weigh more.");
    private readonly Option<int> _patience = Recipe("--patience", Defaults.Patience, "Stop after so many epochs without a better "
        + "PublicTest; 0 never.");
    private readonly Option<bool> _noAugmentation = Recipe("--no-augmentation", false, "Learn from the faces as they are.");
    private readonly Option<bool> _dropCopies = Recipe("--drop-copies", Defaults.DropCopies, "Leave out Training faces that are exact "
        + "copies of a PublicTest or PrivateTest face; false keeps them.");
    private readonly Option<int> _seed = Recipe("--seed", Defaults.Seed, "Decides weights, order and augmentation.");
    private readonly Option<int> _threads = Recipe("--threads", Defaults.Threads, "Threads of the arithmetic; 0 is one a core.");
    private readonly Option<string> _device = Recipe("--device", Defaults.Device, "cpu or cuda.");
    private readonly Option<Precision> _precision = Recipe("--precision", Defaults.Precision, "auto, float32 or bfloat16.");

    private readonly Terminal _terminal;
    private readonly DataArguments _reading;

    private TrainCommand(Command command, Terminal terminal)
    {
        _terminal = terminal;
        command.Options.Add(_data);
        _reading = DataArguments.AddTo(command);
        foreach (Option option in (Option[])[_out, _resume, .. RecipeOptions()])
            command.Options.Add(option);
    }

    public static Command Create(Terminal terminal)
    {
        var command = new Command("train", "Trains a network and exports it as model.onnx. With no more than --data and --out it takes the "
            + "default recipe; the default model's is --recipe ferplus.");
        var verb = new TrainCommand(command, terminal);
        command.Validators.Add(verb.Check);
        command.SetAction(verb.Run);
        return command;
    }

    private IEnumerable<Option> RecipeOptions() =>
    [
        _recipe, _limit, _arch, _from, _bodyRate, _frozenLayers, _epochs, _batchSize, _learningRate, _momentum, _weightDecay, _warmUp,
            _labelSmoothing, _averageDecay, _averageFrom,
        _optimizer, _muonRate, _ferPlus, _labels, _ferPlusShare, _votesHead, _ownHead, _ownShare, _keepDivided, _levels, _corruption,
            _notAFaceWeight, _teachers, _teacherShare, _teacherTemperature, _teachersAStep, _selfShare,
        _sharpness, _stochasticDepth, _classBalance, _patience, _noAugmentation, _dropCopies, _seed, _threads, _device, _precision,
    ];

    private void Check(CommandResult result)
    {
        if (result.GetValue(_data) is not null || result.GetValue(_out) is not { } folder)
            return;
        if (!result.GetValue(_resume))
            result.AddError("--data is needed: the CSV, archive or folder to learn from.");
        else if (!HoldsRun(new RunFolder(folder)))
            result.AddError($"{folder} holds no run yet: --data is needed to begin one.");
    }

    private static bool HoldsRun(RunFolder folder) => File.Exists(folder.ConfigurationFile);

    private int Run(ParseResult parsed)
    {
        var folder = new RunFolder(parsed.GetValue(_out)!);
        using Trainer trainer = parsed.GetValue(_resume) && HoldsRun(folder) ? Resume(folder, parsed) : Begin(folder, parsed);
        return Interruption.Run(cancellationToken =>
        {
            TrainingDisplay.Begin(trainer, _terminal);
            TrainingResult result = TrainingDisplay.Run(trainer, folder, _terminal, cancellationToken);
            TrainingDisplay.End(result, folder, _terminal);
            return result.ModelFile is null ? ExitCode.Failure : ExitCode.Ok;
        });
    }

    private Trainer Begin(RunFolder folder, ParseResult parsed)
    {
        string data = parsed.GetValue(_data)!;
        if (!HoldsRun(folder))
            TrainingCurves.RequireNone(folder);
        return Trainer.Begin(folder, _reading.Load(parsed, data, _terminal).Table, data, Options(parsed, Defaults),
            parsed.GetValue(_limit));
    }

    /// <summary>Goes on with a run. The command that began it may be given again; more epochs train longer.</summary>
    private Trainer Resume(RunFolder folder, ParseResult parsed)
    {
        RunConfiguration run = folder.ReadConfiguration();
        TrainingOptions asked = Options(parsed, run.Options);
        List<(string Name, string Run, string Asked)> different = [.. run.Differences(asked).Where(one => one.Name != EpochsMember)];
        if (parsed.GetResult(_limit) is { Implicit: false } && parsed.GetValue(_limit) != run.Limit)
            different.Add(("limit", run.Limit.ToString(CultureInfo.InvariantCulture),
                parsed.GetValue(_limit).ToString(CultureInfo.InvariantCulture)));
        if (different.Count > 0)
        {
            string list = string.Join("; ", different.Select(one => $"{OptionOf(one.Name)} is {one.Run} in the run and {one.Asked} here"));
            throw new MienException($"{folder.Path}: the run began with other options: {list}. Leave them out to go on with the run, or "
                + "begin another in another --out.");
        }

        string data = parsed.GetValue(_data) ?? run.Data;
        return Trainer.Resume(folder, _reading.Load(parsed, data, _terminal).Table, Math.Max(asked.Epochs, run.Options.Epochs));
    }

    /// <summary>The option that sets a member of the recipe, or the member where none does.</summary>
    private string OptionOf(string member)
    {
        string name = "--" + JsonNamingPolicy.KebabCaseLower.ConvertName(member.Split('.')[^1]);
        return RecipeOptions().FirstOrDefault(option =>
            option.Name.Replace("-", "", StringComparison.Ordinal) == name.Replace("-", "", StringComparison.Ordinal))?.Name
            ?? $"\"{member}\"";
    }

    /// <summary>The recipe with every option that was given in place of its own.</summary>
    private TrainingOptions Options(ParseResult parsed, TrainingOptions otherwise)
    {
        TrainingOptions recipe = parsed.GetValue(_recipe) is { } file ? Training.Runs.Recipe.Read(file) : otherwise;
        return recipe with
        {
            Architecture = Given(_arch, recipe.Architecture),
            From = Given(_from, recipe.From),
            BodyRate = Given(_bodyRate, recipe.BodyRate),
            FrozenLayers = Given(_frozenLayers, recipe.FrozenLayers),
            Epochs = Given(_epochs, recipe.Epochs),
            BatchSize = Given(_batchSize, recipe.BatchSize),
            LearningRate = Given(_learningRate, recipe.LearningRate),
            Momentum = Given(_momentum, recipe.Momentum),
            WeightDecay = Given(_weightDecay, recipe.WeightDecay),
            WarmUpEpochs = Given(_warmUp, recipe.WarmUpEpochs),
            LabelSmoothing = Given(_labelSmoothing, recipe.LabelSmoothing),
            AverageDecay = Given(_averageDecay, recipe.AverageDecay),
            AverageFrom = Given(_averageFrom, recipe.AverageFrom),
            Optimizer = Given(_optimizer, recipe.Optimizer),
            MuonRate = Given(_muonRate, recipe.MuonRate),
            FerPlus = Given(_ferPlus, recipe.FerPlus),
            Labels = Given(_labels, recipe.Labels),
            FerPlusShare = Given(_ferPlusShare, recipe.FerPlusShare),
            VotesHead = Given(_votesHead, recipe.VotesHead),
            OwnHead = Given(_ownHead, recipe.OwnHead),
            OwnShare = Given(_ownShare, recipe.OwnShare),
            KeepDivided = Given(_keepDivided, recipe.KeepDivided),
            Levels = Given(_levels, recipe.Levels),
            NotAFaceWeight = Given(_notAFaceWeight, recipe.NotAFaceWeight),
            Teachers = Given(_teachers, [.. recipe.Teachers])!,
            TeacherShare = Given(_teacherShare, recipe.TeacherShare),
            TeacherTemperature = Given(_teacherTemperature, recipe.TeacherTemperature),
            TeachersAStep = Given(_teachersAStep, recipe.TeachersAStep),
            SelfShare = Given(_selfShare, recipe.SelfShare),
            Sharpness = Given(_sharpness, recipe.Sharpness),
            StochasticDepth = Given(_stochasticDepth, recipe.StochasticDepth),
            ClassBalance = Given(_classBalance, recipe.ClassBalance),
            Patience = Given(_patience, recipe.Patience),
            Augmentation = (parsed.GetValue(_noAugmentation) ? AugmentationOptions.None
                : recipe.Augmentation) with
            {
                Corruption = Given(_corruption, parsed.GetValue(_noAugmentation) ? 0
                : recipe.Augmentation.Corruption)
            },
            DropCopies = Given(_dropCopies, recipe.DropCopies),
            Seed = Given(_seed, recipe.Seed),
            Threads = Given(_threads, recipe.Threads),
            Device = Given(_device, recipe.Device),
            Precision = Given(_precision, recipe.Precision),
        };

        T Given<T>(Option<T> option, T otherwise) => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option)! : otherwise;
    }

    private static Option<T> Recipe<T>(string name, T value, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}
