using System.CommandLine;
using Mien.Faces;
using Mien.Imaging;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>How `mien predict` prints.</summary>
internal enum PredictionFormat
{
    Table,
    Json,
    Jsonl,
    Csv,
}

/// <summary>One picture's result.</summary>
/// <param name="File">As it was given.</param>
/// <param name="Width">Of the upright picture; 0 where it failed.</param>
/// <param name="Height">Likewise.</param>
/// <param name="Faces">The faces; null where it failed.</param>
/// <param name="Error">What went wrong; null where nothing did.</param>
internal sealed record PicturePrediction(string File, int Width, int Height, IReadOnlyList<Face>? Faces, string? Error);

/// <summary>mien predict</summary>
internal static class PredictCommand
{
    public static Command Create(Terminal terminal)
    {
        var photos = new Argument<string[]>("PHOTO") { Description = "Picture files.", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string?>("--model") { Description = "A model.onnx; the bundled model where left out." };
        var format = new Option<PredictionFormat>("--format") { Description = "table, json, jsonl or csv." };
        var annotate = new Option<string?>("--annotate") { Description = "Write copies with boxes and labels drawn to this folder." };
        var faces = new Option<string>("--faces") { Description = "detect: find them; cropped: the whole picture is one face.", DefaultValueFactory = _ => "detect" };
        faces.AcceptOnlyFromAmong("detect", "cropped");
        var score = new Option<float>("--detector-score") { Description = "Lowest detector score, between 0 and 1.", DefaultValueFactory = _ => DetectorOptions.Default.MinScore };
        var minFace = new Option<int>("--min-face") { Description = "Smallest face in pixels.", DefaultValueFactory = _ => DetectorOptions.Default.MinFacePixels };
        var maxFaces = new Option<int>("--max-faces") { Description = "At most so many faces a picture; 0 for all." };
        var minConfidence = new Option<float>("--min-confidence") { Description = "Answers below are `uncertain`, 0 to 1." };
        var prior = new Option<ClassPrior>("--prior") { Description = "dataset: classes as frequent as in training; balanced: all equally." };
        Require(minConfidence, value => value is >= 0 and <= 1, "0 to 1");
        Require(score, value => value is > 0 and < 1, "between 0 and 1");
        Require(minFace, value => value >= 1, "1 or more");
        Require(maxFaces, value => value >= 0, "0 or more");
        var command = new Command("predict", "Finds the faces in pictures and reads their expressions.") { photos, model, format, annotate, faces, score, minFace, maxFaces, minConfidence, prior };
        command.SetAction(parsed =>
        {
            var options = RecognizerOptions.Default with
            {
                Faces = parsed.GetValue(faces) == "cropped" ? FaceMode.Cropped : FaceMode.Detect,
                Detector = new DetectorOptions { MinScore = parsed.GetValue(score), MinFacePixels = parsed.GetValue(minFace), MaxFaces = parsed.GetValue(maxFaces) },
                MinConfidence = parsed.GetValue(minConfidence),
                Prior = parsed.GetValue(prior),
            };
            string? modelFile = parsed.GetValue(model);
            using ExpressionRecognizer recognizer = modelFile is null
                ? ExpressionRecognizer.CreateDefault(options)
                : ExpressionRecognizer.Create(modelFile, options);
            if (parsed.GetValue(annotate) is { } folder)
                OutputFiles.MakeFolder(folder);

            bool failed = false;
            using PredictionWriter writer = PredictionWriter.Create(parsed.GetValue(format), recognizer.Model.Labels, terminal);
            foreach (string photo in parsed.GetValue(photos)!)
            {
                PicturePrediction prediction = Predict(recognizer, photo, parsed.GetValue(annotate));
                failed |= prediction.Error is not null;
                if (prediction.Error is not null)
                    terminal.Error.MarkupLineInterpolated($"[red]error:[/] {prediction.Error}");
                writer.Write(prediction);
            }

            return failed ? ExitCode.Failure : ExitCode.Ok;
        });
        return command;
    }

    private static PicturePrediction Predict(ExpressionRecognizer recognizer, string photo, string? annotate)
    {
        try
        {
            Picture picture = Picture.Load(photo);
            IReadOnlyList<Face> faces = recognizer.Recognize(picture);
            if (annotate is not null)
                Annotator.Save(picture, faces, Path.Combine(annotate, AnnotatedName(photo)));
            return new PicturePrediction(photo, picture.Width, picture.Height, faces, null);
        }
        catch (MienException e)
        {
            return new PicturePrediction(photo, 0, 0, null, e.Message);
        }
    }

    /// <summary>The photo's own name; formats that are not written become PNG.</summary>
    private static string AnnotatedName(string photo) =>
        Path.GetExtension(photo).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png"
            ? Path.GetFileName(photo)
            : Path.GetFileName(photo) + ".png";

    private static void Require<T>(Option<T> option, Func<T?, bool> holds, string range) => option.Validators.Add(result =>
    {
        // A value that is no number at all is reported by the parser itself.
        if (result.Tokens.Count == 1 && result.Tokens[0].Value is { } text && double.TryParse(text, out _) && !holds(result.GetValueOrDefault<T>()))
            result.AddError($"{option.Name} {text}: expected {range}.");
    });
}
