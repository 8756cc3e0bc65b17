using Mien.Imaging;
using Mien.Training.Datasets;
using Mien.Training.Export;
using TorchSharp;
using static TorchSharp.torch;

namespace Mien.Training.Runs;

/// <summary>What is settled before a run's first step: which faces it uses, and that they, the recipe and the network go
/// together.</summary>
internal static class RunSetup
{
    private const int FewestFaces = 10;

    /// <summary>Checks a run to be and writes down what it will compute; nothing is kept of a run that is refused.</summary>
    /// <param name="table">The whole data set.</param>
    /// <param name="data">Where it was read from, for the record.</param>
    /// <param name="options">The recipe, its figures in range.</param>
    /// <param name="limit">Faces to keep, stratified; 0 for all.</param>
    /// <returns>The record, and the faces of the run.</returns>
    /// <exception cref="MienException">No such device, a split is empty or too small, a teacher or the model to go on from is missing or
    /// does not suit, or the network can't be trained on such faces or exported.</exception>
    public static (RunConfiguration Configuration, FaceTable Faces) Check(FaceTable table, string data, TrainingOptions options, int limit)
    {
        Device device = Devices.Open(options.Device);
        ModelCard? origin = options.From is null ? null : OnnxImporter.Card(options.From);
        if (origin is not null && origin.Input.Size != table.Size)
            throw new MienException($"{options.From}: reads faces of {origin.Input.Size} pixels, the data has {table.Size}. Go on from a "
                + "model of this size.");
        FaceTable kept = Faces(table, options, limit);
        FaceTable training = kept.Select(Split.Training);
        if (training.Count is > 0 and < FewestFaces)
            throw new MienException($"{data}: {training.Count} Training faces are too few to learn from. Give {FewestFaces} at the very "
                + "least; a hundred a class are a beginning.");
        if (training.Count > 0 && training.ClassCounts().Count(count => count > 0) < 2)
            throw new MienException($"{data}: every Training face is {training.LabelNames[training.Labels[0]]}. Training needs two labels "
                + "or more.");
        if (training.Count == 0 && options.DropCopies && table.Splits.Contains(Split.Training))
            throw new MienException($"{data}: every Training face is an exact copy of a PublicTest or PrivateTest face. Pass --drop-copies "
                + "false to learn from them all the same: the figures will be too good.");
        if (training.Count == 0)
            throw new MienException($"{data}: no Training faces. Training learns on Training and chooses on PublicTest: both are needed.");
        if (!kept.Splits.Contains(Split.PublicTest))
            throw new MienException($"{data}: no PublicTest faces to choose the epoch on, and none could be held out of "
                + $"{WhyNone(training)}.");

        options = options.WithFullPaths() with { Architecture = origin?.Architecture ?? options.Architecture };
        // Before hours are spent on it, not after.
        ExportCheck.Run(options, table.LabelNames.Count, table.Size);
        InputSpec input = (origin?.Input ?? PixelStatistics.Measure(training)) with { Levels = options.Levels ?? origin?.Input.Levels ?? InputLevels.Face };
        if (origin is not null)
            StartWeights.Check(options, training, input);
        ScalarType type = MixedPrecision.Resolve(options.Precision, device.type);
        using var teachers = new Teachers(options, training, input, device, type);
        // Now, as a teacher's file may be gone by the time the model is written.
        Provenance provenance = Provenance.Of(options, origin, teachers.Origins);
        var configuration = new RunConfiguration
        {
            Version = Versions.Training,
            Options = options with
            {
                Threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads,
                Precision = type == ScalarType.BFloat16 ? Precision.BFloat16 : Precision.Float32,
            },
            Data = Path.GetFullPath(data),
            DataSha256 = table.Sha256(),
            Limit = limit,
            Faces = Enum.GetValues<Split>().ToDictionary(split => split.ToString(), split => kept.Splits.Count(s => s == split)),
            Labels = kept.LabelNames,
            Input = input,
            LearnedFrom = provenance.LearnedFrom,
            CopiesLeftOut = provenance.CopiesLeftOut,
            Machine = Versions.Machine,
        };
        return (configuration, kept);
    }

    private static string WhyNone(FaceTable training) => training.Groups.Distinct().ToArray() is [{ } only]
        ? $"Training, as all its faces are of one group, {only}: a group is not divided. Add pictures of another group, or leave the "
            + $"column group out"
        : $"{training.Count} Training faces: too few of each class. Add some, or name a validation split";

    /// <summary>The part of a table that a run uses, the same at the beginning and on resuming.</summary>
    public static FaceTable Faces(FaceTable table, TrainingOptions options, int limit)
    {
        if (options.FerPlus is not null)
            table = FerPlus.Attach(options.FerPlus, table);
        // Votes and labels share their columns: they must stand in one order.
        if ((options.FerPlusShare > 0 || options.OwnHead > 0)
            && !table.LabelNames.SequenceEqual(FerPlus.Choices.Take(table.LabelNames.Count)))
            throw new MienException($"FER+'s votes are for FER2013's own classes, the data's are {string.Join(", ", table.LabelNames)}. "
                + "Leave --map out, or learn from the labels alone.");
        // Copies are left out first: a copy in a test split counts whether or not the taggers agreed on it.
        FaceTable kept = options.DropCopies ? DatasetInspector.WithoutLeaks(table, out _) : table;
        if (options.Labels == LabelSource.FerPlus)
            kept = FerPlus.Relabel(kept, options.KeepDivided);
        if (!kept.Splits.Contains(Split.PublicTest))
            kept = kept.WithValidation(Trainer.HeldOut, options.Seed);
        return limit > 0 ? kept.TakeStratified(limit, options.Seed) : kept;
    }
}
