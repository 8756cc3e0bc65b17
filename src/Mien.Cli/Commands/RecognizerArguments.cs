using System.CommandLine;
using Mien.Detection;

namespace Mien.Cli.Commands;

/// <summary>The options of the verbs that read faces: which model, which faces.</summary>
internal sealed class RecognizerArguments
{
    private readonly Option<string[]> _model = new("--model")
    {
        Description = $"A model.onnx, a run's folder, or {Classifiers.Named}; "
        + $"several are averaged; default where left out."
    };
    private readonly Option<string> _faces = new("--faces")
    {
        Description = "detect: find them; cropped: the whole picture is one face.",
        DefaultValueFactory = _ => "detect"
    };
    private readonly Option<float> _score = new("--detector-score")
    {
        Description = "Lowest detector score, between 0 and 1.",
        DefaultValueFactory = _ => DetectorOptions.Default.MinScore
    };
    private readonly Option<SmallestFace> _minFace = new("--min-face")
    {
        Description = "Smallest face in pixels, or in percent of the "
        + "picture's longer side (10% reads photos many times faster).",
        CustomParser = SmallestFace.Parse,
        DefaultValueFactory = _ => SmallestFace.Default
    };
    private readonly Option<int> _maxFaces = new("--max-faces") { Description = "At most so many faces a picture; 0 for all." };
    private readonly Option<bool> _anyRotation = new("--any-rotation")
    {
        Description = "Search at four turns for faces turned by any "
        + "angle, at four times the cost; without it, those turned by more than 60 degrees may be left out."
    };
    private readonly Option<float> _minConfidence = new("--min-confidence") { Description = "Answers below are `uncertain`, 0 to 1." };
    private readonly Option<bool> _flip = new("--flip")
    {
        Description = "Average each face's probabilities with its mirror image's, at "
        + "twice the classifier's cost."
    };
    private readonly Option<ClassPrior> _prior = new("--prior")
    {
        Description = "dataset: classes as frequent as in training; balanced: "
        + "all equally."
    };

    /// <summary>Adds the options to a verb.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="everyFace">Whether it answers for every face of a picture; else the options about that are left out.</param>
    public static RecognizerArguments AddTo(Command command, bool everyFace = true)
    {
        var arguments = new RecognizerArguments();
        arguments._faces.AcceptOnlyFromAmong("detect", "cropped");
        Ranges.Require(arguments._score, value => value is > 0 and < 1, "between 0 and 1");
        Ranges.Require(arguments._maxFaces, value => value >= 0, "0 or more");
        Ranges.Require(arguments._minConfidence, value => value is >= 0 and <= 1, "0 to 1");
        foreach (Option option in (Option[])[arguments._model, arguments._faces, arguments._score, arguments._minFace,
            arguments._anyRotation, arguments._flip, arguments._prior])
            command.Options.Add(option);
        if (everyFace)
        {
            command.Options.Add(arguments._maxFaces);
            command.Options.Add(arguments._minConfidence);
        }

        return arguments;
    }

    /// <summary>What was asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="threads">Of one picture; 0 for all cores.</param>
    public RecognizerOptions Read(ParseResult parsed, int threads) => RecognizerOptions.Default with
    {
        FaceMode = parsed.GetValue(_faces) == "cropped" ? FaceMode.Cropped : FaceMode.Detect,
        Detector = parsed.GetValue(_minFace)!.In(DetectorOptions.Default with
        {
            MinScore = parsed.GetValue(_score),
            MaxFaces = parsed.GetValue(_maxFaces),
            AnyRotation = parsed.GetValue(_anyRotation)
        }),
        MinConfidence = parsed.GetValue(_minConfidence),
        Flip = parsed.GetValue(_flip),
        Prior = parsed.GetValue(_prior),
        Threads = threads,
    };

    /// <summary>The models that were asked for, or the default one.</summary>
    public IReadOnlyList<ModelSource> Sources(ParseResult parsed) => Classifiers.Find(parsed.GetValue(_model));

    /// <summary>Opens the model that was asked for.</summary>
    public ExpressionRecognizer Open(ParseResult parsed, RecognizerOptions options) =>
        ExpressionRecognizer.Create(Sources(parsed), options);

    /// <summary>Whether the smallest face was named.</summary>
    public bool NamesMinFace(ParseResult parsed) => parsed.GetResult(_minFace) is { Implicit: false };
}
