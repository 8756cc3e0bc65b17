using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mien.Imaging;
using Mien.Training.Datasets;
using Mien.Training.Export;
using Mien.Training.Models;
using Mien.Training.Runs;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>mien model summary, mien model info</summary>
internal static class ModelCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("model", "Looks at networks.");
        command.Subcommands.Add(CreateSummary(terminal));
        command.Subcommands.Add(CreateInfo(terminal));
        command.Subcommands.Add(CreateQuantize(terminal));
        command.Subcommands.Add(CreateSpeed(terminal));
        return command;
    }

    private static Command CreateSummary(Terminal terminal)
    {
        var arch = new Option<string>("--arch")
        {
            Description = $"Architecture: {string.Join(", ", Architectures.Names)}.",
            DefaultValueFactory = _ => "residual"
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("summary", "Prints layers, output shapes, parameters and multiply-adds.") { arch, json };
        command.SetAction(parsed =>
        {
            ModelSummary summary = ModelSummary.Of(parsed.GetValue(arch)!, FacialExpressions.Fer2013Names.Count, InputSpec.Fer2013.Size);
            if (parsed.GetValue(json))
                terminal.Output.WriteLine(ToJson(summary).ToJsonString(Indented));
            else
                Write(summary, terminal.Console);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command CreateInfo(Terminal terminal)
    {
        var file = new Argument<string>("FILE")
        {
            Description = $"A model.onnx, a run's folder, or {Classifiers.Named}; default where "
            + $"left out.",
            Arity = ArgumentArity.ZeroOrOne
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("info", "Prints what a model file says of itself.") { file, json };
        command.SetAction(parsed =>
        {
            using ExpressionClassifier classifier = Classifiers.Open(parsed.GetValue(file));
            IReadOnlyDictionary<string, string> metadata = classifier.Card.ToMetadata();
            if (parsed.GetValue(json))
            {
                var pairs = new JsonObject(metadata.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
                terminal.Output.WriteLine(pairs.ToJsonString(Indented));
                return ExitCode.Ok;
            }

            terminal.Console.WriteLine(classifier.Card.Meaning);
            foreach ((string key, string value) in metadata)
                terminal.Console.WriteLine($"{key}: {value}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command CreateQuantize(Terminal terminal)
    {
        var file = new Argument<string>("MODEL") { Description = "A float32 model.onnx that `mien train` wrote, or its run's folder." };
        var data = new Option<string>("--data")
        {
            Description = "CSV, archive or folder: ranges are measured on its Training "
            + "faces.",
            Required = true
        };
        var target = new Option<string>("--out") { Description = "The .onnx file to write.", Required = true };
        var limit = new Option<int>("--limit")
        {
            Description = "How many Training faces to measure on, "
            + "stratified.",
            DefaultValueFactory = _ => 1024
        };
        Option<bool> overwrite = OutputFiles.OverwriteOption();
        var command = new Command("quantize", "Writes the 8-bit version of a model.") { file, data, target, limit, overwrite };
        DataArguments reading = DataArguments.AddTo(command);
        command.SetAction(parsed =>
        {
            IReadOnlySet<string> sources = OutputFiles.Sources(ModelSource.FileOf(parsed.GetValue(file)!), parsed.GetValue(data)!);
            OutputFiles.Require(parsed.GetValue(target)!, parsed.GetValue(overwrite), sources);
            FaceTable training = reading.Load(parsed, parsed.GetValue(data)!, terminal).Table.Select(Split.Training);
            if (training.Count == 0)
                throw new MienException($"{parsed.GetValue(data)}: no Training faces to measure ranges on.");
            Quantizer.Quantize(parsed.GetValue(file)!, training.TakeStratified(parsed.GetValue(limit), seed: 1), parsed.GetValue(target)!);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command CreateSpeed(Terminal terminal)
    {
        var data = new Option<string>("--data") { Description = "CSV, archive or folder.", Required = true };
        var arch = new Option<string>("--arch")
        {
            Description = $"Architecture: {string.Join(", ", Architectures.Names)}.",
            DefaultValueFactory = _ => TrainingOptions.Default.Architecture
        };
        var recipe = new Option<string?>("--recipe") { Description = "A recipe's name or JSON in place of --arch." };
        var ferPlus = new Option<string?>("--ferplus") { Description = "FER+'s fer2013new.csv, for a recipe that learns its votes." };
        var threads = new Option<int>("--threads") { Description = "Threads of the arithmetic; 0 is one a core." };
        var command = new Command("speed", "Measures where an epoch's time goes on this machine.") { data, arch, recipe, ferPlus, threads };
        DataArguments reading = DataArguments.AddTo(command);
        command.SetAction(parsed =>
        {
            FaceTable table = reading.Load(parsed, parsed.GetValue(data)!, terminal).Table;
            TrainingOptions options = parsed.GetValue(recipe) is { } file ? Recipe.Read(file)
                : TrainingOptions.Default with { Architecture = parsed.GetValue(arch)! };
            SpeedTestResult result = SpeedTest.Run(table, options with
            {
                Threads = parsed.GetValue(threads),
                FerPlus = parsed.GetValue(ferPlus) ?? options.FerPlus
            });
            terminal.Console.WriteLine($"training {result.Training:F0} faces a second, the bare network {result.Bare:F0}, its convolutions "
                + $"alone {result.Convolutions:F0}");
            terminal.Console.WriteLine($"an epoch {result.Epoch.TotalSeconds:F0} s: faces {result.Preparing:P1}, network "
                + $"{result.Computing:P1} (convolutions {result.ConvolutionShare:P1}), weights {result.Updating:P1}, evaluation "
                    + $"{result.Evaluating:P1}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true };

    private static JsonObject ToJson(ModelSummary summary) => new()
    {
        ["architecture"] = summary.Architecture,
        ["parameters"] = summary.Parameters,
        ["multiplyAdds"] = summary.MultiplyAdds,
        ["layers"] = new JsonArray([.. summary.Layers.Select(layer => new JsonObject
        {
            ["name"] = layer.Name,
            ["kind"] = layer.Kind,
            ["output"] = new JsonArray([.. layer.Output.Select(side => (JsonNode)side)]),
            ["parameters"] = layer.Parameters,
            ["multiplyAdds"] = layer.MultiplyAdds,
        })]),
    };

    private static void Write(ModelSummary summary, SafeConsole console)
    {
        Table table = new Table().WithColumns("layer", "kind").WithNumbers("output", "parameters", "multiply-adds");
        foreach (LayerSummary layer in summary.Layers)
            table.WithRow(layer.Name, layer.Kind, string.Join('x', layer.Output), $"{layer.Parameters:N0}", $"{layer.MultiplyAdds:N0}");
        table.WithRow("total", "", "", $"{summary.Parameters:N0}", $"{summary.MultiplyAdds:N0}");
        console.Write(table);
    }
}
