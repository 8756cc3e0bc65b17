using System.CommandLine;
using Mien.Imaging;
using Mien.Training.Datasets;
using Mien.Training.Runs;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>mien dataset inspect, average and covers; mien dataset errors stands beside it</summary>
internal static class DatasetCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("dataset", "Looks at data sets.");
        command.Subcommands.Add(CreateInspect(terminal));
        command.Subcommands.Add(DatasetErrorsCommand.Create(terminal));
        command.Subcommands.Add(CreateAverage(terminal));
        command.Subcommands.Add(CreateCovers(terminal));
        return command;
    }

    private static Command CreateInspect(Terminal terminal)
    {
        var path = new Argument<string>("PATH") { Description = "CSV, archive or folder." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("inspect", "Prints splits, classes, sizes, duplicates, conflicting labels, blank pictures and what to "
            + "mend before training.") { path, json };
        DataArguments reading = DataArguments.AddTo(command);
        command.SetAction(parsed =>
        {
            // One that looks for what is wrong does not stop at the first.
            LoadedDataset loaded = DatasetLoading.Load(parsed.GetValue(path)!, reading.Read(parsed) with { SkipBadRows = true }, terminal,
                nameAll: true);
            Inspection inspection = DatasetInspector.Inspect(loaded);
            if (parsed.GetValue(json))
                terminal.Output.WriteLine(inspection.ToJson());
            else
                InspectionTable.Write(inspection, terminal.Console);
            return inspection.BadRows.Count > 0 && !reading.SkipsBadRows(parsed) ? ExitCode.Failure : ExitCode.Ok;
        });
        return command;
    }

    private static Command CreateAverage(Terminal terminal)
    {
        var data = new Option<string>("--data") { Description = "CSV, archive or folder.", Required = true };
        var file = new Option<string>("--out") { Description = "PNG or JPEG to write.", Required = true };
        var labels = new Option<LabelSource>("--labels")
        {
            Description = "Whose labels: own, or ferplus (the majority of the FER+ taggers, "
            + "eight classes)."
        };
        var votes = new Option<string?>("--ferplus") { Description = "FER+'s fer2013new.csv; looked for beside --data where left out." };
        Option<bool> overwrite = OutputFiles.OverwriteOption();
        var command = new Command("average", "Draws the average face of each expression from the Training split.")
        {
            data, file, labels, votes, overwrite,
        };
        DataArguments reading = DataArguments.AddTo(command);
        command.SetAction(parsed =>
        {
            string target = parsed.GetValue(file)!;
            OutputFiles.Require(target, parsed.GetValue(overwrite), OutputFiles.Sources(parsed.GetValue(data)!));
            FaceTable table = reading.LoadFor(target, parsed, parsed.GetValue(data)!, terminal).Table;
            if (parsed.GetValue(labels) == LabelSource.FerPlus)
                table = FerPlus.Relabel(FerPlusVotes.AttachNeeded(table, parsed.GetValue(data)!, parsed.GetValue(votes)));
            Annotator.Save(AverageFaces.Draw(table), [], target);
            terminal.WriteName(target);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command CreateCovers(Terminal terminal)
    {
        var data = new Option<string>("--data") { Description = "CSV, archive or folder of clear, upright faces.", Required = true };
        var file = new Option<string>("--out") { Description = "The .zip to write, which `mien train --data` reads.", Required = true };
        var copies = new Option<int>("--copies") { Description = "Pictures made of each Training face.", DefaultValueFactory = _ => 2 };
        var seed = new Option<int>("--seed") { Description = "Decides what is drawn.", DefaultValueFactory = _ => 1 };
        Ranges.Require(copies, value => value >= 1, "1 or more");
        Option<bool> overwrite = OutputFiles.OverwriteOption();
        var command = new Command("covers", "Draws masks, sunglasses, hands and the like over the faces of Training and PublicTest, for "
            + "the network that tells covered faces.")
        {
            data, file, copies, seed, overwrite,
        };
        DataArguments reading = DataArguments.AddTo(command);
        command.SetAction(parsed =>
        {
            string target = parsed.GetValue(file)!;
            OutputFiles.Require(target, parsed.GetValue(overwrite), OutputFiles.Sources(parsed.GetValue(data)!));
            FaceTable table = reading.LoadFor(target, parsed, parsed.GetValue(data)!, terminal).Table;
            int count = CoverDataset.Write(table, target, parsed.GetValue(copies), parsed.GetValue(seed), parsed.GetValue(overwrite));
            terminal.WriteName($"{target}: {count} pictures");
            return ExitCode.Ok;
        });
        return command;
    }
}

/// <summary>An inspection as tables.</summary>
internal static class InspectionTable
{
    public static void Write(Inspection inspection, SafeConsole console)
    {
        console.MarkupLineInterpolated($"{inspection.Source}: {inspection.Count} faces of {inspection.Size}x{inspection.Size}");
        var sizes = inspection.Sizes.OrderByDescending(size => size.Value).ToArray();
        console.WriteLine($"sizes: {string.Join(", ", sizes.Take(10).Select(size => $"{size.Key} ({size.Value})"))}{(sizes.Length > 10 ? $" and {sizes.Length - 10} more" : "")}");
        string[] labels = [.. inspection.Splits.First().Value.Keys];
        Table counts = new Table().WithColumns("split").WithNumbers([.. labels, "all"]);
        foreach ((string split, IReadOnlyDictionary<string, int> classes) in inspection.Splits)
            counts.WithRow([split, .. labels.Select(label => $"{classes[label]}"), $"{classes.Values.Sum()}"]);
        console.Write(counts);

        foreach ((string split, int count) in inspection.DuplicatesWithin)
            console.WriteLine($"exact copies within {split}: {count}");
        foreach (CrossDuplicates across in inspection.DuplicatesAcross)
            console.WriteLine($"{across.To} faces that {across.From} has too: {across.Count}");
        foreach (CrossDuplicates across in inspection.NearDuplicatesAcross)
            console.WriteLine($"{across.To} faces that look nearly like one of {across.From}: {across.Count}");
        console.WriteLine($"pictures with conflicting labels: {inspection.ConflictingLabels}");
        console.WriteLine($"blank pictures: {inspection.Blank}");
        console.WriteLine($"mean {inspection.Mean:F4}, deviation {inspection.Deviation:F4}");
        console.WriteLine($"SHA-256 of labels, splits and pixels: {inspection.Sha256}");
        if (inspection.BadRows.Count > 0)
            console.WriteLine($"bad rows left out: {inspection.BadRows.Count}");
        if (inspection.Search is { } search)
            console.WriteLine($"photos without a face: {search.WithoutFace.Count}; with several: {search.SeveralFaces}");
        foreach (string warning in inspection.Warnings)
            console.MarkupLineInterpolated($"[yellow]warning:[/] {warning}");
    }
}
