using System.CommandLine;
using System.CommandLine.Parsing;
using Mien.Detection;
using Mien.Training.Datasets;

namespace Mien.Cli.Commands;

/// <summary>The options of every verb that reads a data set: labels, damaged rows, whole photos.</summary>
internal sealed class DataArguments
{
    private readonly Option<bool> _skipBadRows = new("--skip-bad-rows")
    {
        Description = "Leave damaged rows out, counted and named, "
        + "instead of stopping."
    };
    private readonly Option<string[]> _map = new("--map")
    {
        Description = "Labels that stand for others, such as joy=happy; several by "
        + "commas, by repeating the option, or as a JSON object."
    };
    private readonly Option<string> _faces = new("--faces")
    {
        Description = "cropped: each picture is a face; detect: photos, whose "
        + "largest face is found, aligned and cut out, once.",
        DefaultValueFactory = _ => "cropped"
    };
    private readonly Option<float> _score = new("--detector-score")
    {
        Description = "With --faces detect: lowest detector score, between 0 "
        + "and 1.",
        DefaultValueFactory = _ => DetectorOptions.Default.MinScore
    };
    private readonly Option<SmallestFace> _minFace = new("--min-face")
    {
        Description = "With --faces detect: smallest face in pixels, or "
        + "in percent of the photo's longer side, such as 10%.",
        CustomParser = SmallestFace.Parse,
        DefaultValueFactory = _ => SmallestFace.Default
    };
    private readonly Option<string?> _cache = new("--face-cache")
    {
        Description = "With --faces detect: folder where cut-out faces are "
        + "kept; one of the user's where left out."
    };

    /// <summary>Adds the options to a verb.</summary>
    public static DataArguments AddTo(Command command)
    {
        var arguments = new DataArguments();
        arguments._faces.AcceptOnlyFromAmong("cropped", "detect");
        Ranges.Require(arguments._score, value => value is > 0 and < 1, "between 0 and 1");
        foreach (Option option in (Option[])[arguments._map, arguments._faces, arguments._score, arguments._minFace, arguments._cache,
            arguments._skipBadRows])
            command.Options.Add(option);
        return arguments;
    }

    /// <summary>Whether damaged rows are to be left out.</summary>
    public bool SkipsBadRows(ParseResult parsed) => parsed.GetValue(_skipBadRows);

    /// <summary>How the data is to be read.</summary>
    /// <exception cref="MienException">A part of --map is no pair.</exception>
    public DatasetOptions Read(ParseResult parsed) => DatasetOptions.Default with
    {
        SkipBadRows = parsed.GetValue(_skipBadRows),
        Map = Map(parsed.GetValue(_map)),
        FaceMode = parsed.GetValue(_faces) == "detect" ? FaceMode.Detect : FaceMode.Cropped,
        Detector = parsed.GetValue(_minFace)!.In(DetectorOptions.Default with { MinScore = parsed.GetValue(_score) }),
        FaceCache = parsed.GetValue(_cache),
    };

    /// <summary>Reads a data set and says what was left out.</summary>
    public LoadedDataset Load(ParseResult parsed, string path, Terminal terminal) => DatasetLoading.Load(path, Read(parsed), terminal);

    /// <summary>Reads a data set for a command that writes a file, which must be none of the pictures that a manifest names.</summary>
    /// <param name="output">The file; null where none is written.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="path">The data set.</param>
    /// <param name="terminal">Told what was left out.</param>
    public LoadedDataset LoadFor(string? output, ParseResult parsed, string path, Terminal terminal)
    {
        LoadedDataset data = Load(parsed, path, terminal);
        if (File.Exists(output))
        {
            string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
            IEnumerable<string> files = data.Origins.Select(origin => origin.File).Distinct().Select(file => Path.Combine(folder, file));
            OutputFiles.Require(output, overwrite: true, OutputFiles.Sources(files));
        }

        return data;
    }

    private static Dictionary<string, string> Map(string[]? given)
    {
        var map = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach ((string from, string to) in (given ?? []).SelectMany(text => NameLists.Pairs("--map", text)))
            map[from] = to;
        return map;
    }
}
