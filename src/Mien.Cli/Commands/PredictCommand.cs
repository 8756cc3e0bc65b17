using System.CommandLine;
using System.CommandLine.Parsing;
using Mien.Cli.Predictions;
using Mien.Cli.Videos;

namespace Mien.Cli.Commands;

/// <summary>mien predict</summary>
internal sealed class PredictCommand
{
    private readonly Argument<string[]> _inputs = new("INPUT")
    {
        Description = "Pictures: files, folders, patterns in quotes ('photos/**/*.jpg'), @list.txt or - for names on standard input. Or "
            + "videos.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<PredictionFormat?> _format = new("--format")
    {
        Description = "table, json, jsonl, csv or parquet; the ending "
        + "of --out, else table, where left out."
    };
    private readonly Option<bool> _wide = new("--wide") { Description = "Print all probabilities in a narrow terminal too." };
    private readonly Option<string?> _out = new("--out")
    {
        Description = "Write to this file instead of standard output, a picture at a "
        + "time."
    };
    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Go on with --out where a run was stopped or killed; begin it "
        + "where it is not there."
    };
    private readonly Option<Shard> _shard = new("--shard")
    {
        Description = "I/N: only part I of N, told by each picture's relative path.",
        CustomParser = ParseShard,
        DefaultValueFactory = _ => Shard.Whole
    };
    private readonly Option<int> _workers = new("--workers") { Description = "Pictures read side by side; 0 for one a core." };
    private readonly Option<int> _inFlight = new("--in-flight")
    {
        Description = "Megapixels decoded at once, at most, over all workers; 12 "
        + "MB of memory each.",
        DefaultValueFactory = _ => (int)(Batches.BatchOptions.Default.PixelsInFlight / 1_000_000)
    };
    private readonly Option<string?> _annotate = new("--annotate")
    {
        Description = "Write copies with boxes and labels drawn to this "
        + "folder."
    };
    private readonly Option<bool> _overwrite = OutputFiles.OverwriteOption();
    private readonly Option<double> _smoothing = new("--smoothing")
    {
        Description = "Videos: time constant in seconds by which "
        + "probabilities follow; 0 for none.",
        DefaultValueFactory = _ => Video.TrackerOptions.Default.Smoothing.TotalSeconds
    };
    private readonly Option<string?> _timeline = new("--timeline")
    {
        Description = "Videos: write a picture of each face's expression over "
        + "time (PNG); in --annotate where left out."
    };
    private readonly Terminal _terminal;
    private RecognizerArguments _recognizer = null!;

    private PredictCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var verb = new PredictCommand(terminal);
        Ranges.Require(verb._workers, value => value >= 0, "0 or more");
        Ranges.Require(verb._inFlight, value => value >= 1, "1 or more");
        Ranges.Require(verb._smoothing, value => value >= 0, "0 or more");
        var command = new Command("predict", "Finds the faces in pictures and videos and reads their expressions.") { verb._inputs };
        Option[] options =
        [
            verb._format, verb._wide, verb._out, verb._resume, verb._shard, verb._workers, verb._inFlight, verb._annotate, verb._overwrite,
            verb._smoothing, verb._timeline,
        ];
        foreach (Option option in options)
            command.Options.Add(option);
        verb._recognizer = RecognizerArguments.AddTo(command);
        command.Validators.Add(verb.Check);
        command.SetAction(parsed => Interruption.Run(cancellationToken => verb.Run(parsed, cancellationToken)));
        return command;
    }

    private void Check(CommandResult result)
    {
        // Mistakes in the parts are reported by themselves.
        if (result.Errors.Any() || result.Children.OfType<SymbolResult>().Any(child => child.Errors.Any()))
            return;
        string? file;
        PredictionFormat format;
        try
        {
            file = result.GetValue(_out);
            format = FormatOf(result.GetValue(_format), file);
        }
        catch (InvalidOperationException)
        {
            // No value, or no format at all: the parser reports that itself.
            return;
        }

        if (file == "-")
            result.AddError("--out -: leave --out out for standard output, or write ./- for a file of that name.");
        if (file is not null && file == result.GetValue(_timeline))
            result.AddError($"--out and --timeline are both {file}: give each a file of its own.");
        bool video = result.GetValue(_inputs)!.Any(VideoFile.IsVideo);
        if (video && !result.GetValue(_inputs)!.All(VideoFile.IsVideo))
            result.AddError("Pictures and videos can't be read in one run: their results have different columns. Run them one after the "
                + "other.");
        if (video && (result.GetValue(_resume) || result.GetResult(_shard) is { Implicit: false }))
            result.AddError("--resume and --shard go with pictures. Name fewer videos a run instead.");
        if (!video && result.GetValue(_timeline) is not null)
            result.AddError("--timeline goes with videos.");
        if (file is null && format == PredictionFormat.Parquet)
            result.AddError("Parquet is no text for standard output: give --out FILE.");
        if (file is not null && format == PredictionFormat.Table)
            result.AddError($"--out {file}: a table is for a terminal. Give --format, or an ending among .jsonl, .json, .csv and "
                + ".parquet.");
        if (result.GetValue(_resume) && (file is null || format is PredictionFormat.Json or PredictionFormat.Table))
            result.AddError("--resume needs --out FILE of jsonl, csv or parquet.");
    }

    private int Run(ParseResult parsed, CancellationToken cancellationToken)
    {
        string[] inputs = parsed.GetValue(_inputs)!;
        bool one = inputs.Length == 1 && File.Exists(inputs[0]) && !VideoFile.IsVideo(inputs[0]);
        // One picture fills the cores by itself; many fill them better side by side.
        RecognizerOptions options = _recognizer.Read(parsed, threads: one ? 0 : 1);
        using ExpressionRecognizer recognizer = _recognizer.Open(parsed, options);
        string? file = parsed.GetValue(_out);
        var batch = Batches.BatchOptions.Default with
        {
            Workers = one ? 1 : parsed.GetValue(_workers),
            PixelsInFlight = parsed.GetValue(_inFlight) * 1_000_000L
        };
        if (VideoFile.IsVideo(inputs[0]))
        {
            return new VideoRun(recognizer, _terminal)
            {
                Files = inputs,
                Format = FormatOf(parsed.GetValue(_format), file),
                Out = file,
                Annotate = parsed.GetValue(_annotate),
                Overwrite = parsed.GetValue(_overwrite),
                Timeline = parsed.GetValue(_timeline),
                Batch = batch,
                Tracker = Video.TrackerOptions.Default with { Smoothing = TimeSpan.FromSeconds(parsed.GetValue(_smoothing)) },
            }.Run(cancellationToken).GetAwaiter().GetResult();
        }

        return new PictureRun(recognizer, options.MaxPixels, _terminal)
        {
            Inputs = inputs,
            Format = FormatOf(parsed.GetValue(_format), file),
            Out = file,
            Resume = parsed.GetValue(_resume),
            Shard = parsed.GetValue(_shard),
            Annotate = parsed.GetValue(_annotate),
            Overwrite = parsed.GetValue(_overwrite),
            Wide = parsed.GetValue(_wide),
            Batch = batch,
        }.Run(cancellationToken).GetAwaiter().GetResult();
    }

    private static PredictionFormat FormatOf(PredictionFormat? named, string? file) =>
        named ?? Path.GetExtension(file)?.ToLowerInvariant() switch
        {
            ".jsonl" or ".ndjson" => PredictionFormat.Jsonl,
            ".json" => PredictionFormat.Json,
            ".csv" => PredictionFormat.Csv,
            ".parquet" => PredictionFormat.Parquet,
            _ => PredictionFormat.Table,
        };

    private static Shard ParseShard(ArgumentResult result)
    {
        if (Shard.Parse(result.Tokens[0].Value) is { } shard)
            return shard;
        result.AddError($"--shard {result.Tokens[0].Value}: expected I/N with I from 1 to N.");
        return Shard.Whole;
    }
}
