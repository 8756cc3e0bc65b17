using System.CommandLine;
using Mien.Explanations;
using Mien.Imaging;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>mien explain</summary>
internal static class ExplainCommand
{
    public static Command Create(Terminal terminal)
    {
        var photo = new Argument<string>("PHOTO") { Description = "A picture file." };
        var folder = new Option<string>("--out") { Description = "Folder for one PNG a face.", Required = true };
        var model = new Option<string?>("--model")
        {
            Description = $"A model.onnx, a run's folder, or {Classifiers.Named}; default "
            + $"where left out."
        };
        var faces = new Option<string>("--faces")
        {
            Description = "detect: find them; cropped: the whole picture is one face.",
            DefaultValueFactory = _ => "detect"
        };
        faces.AcceptOnlyFromAmong("detect", "cropped");
        Option<bool> overwrite = OutputFiles.OverwriteOption();
        var command = new Command("explain", "Shows for each face what its answer rests on: the aligned crop, Grad-CAM, occlusion map.")
        {
            photo, folder, model, faces, overwrite,
        };
        command.SetAction(parsed =>
        {
            string file = parsed.GetValue(photo)!;
            var options = RecognizerOptions.Default with
            {
                FaceMode = parsed.GetValue(faces) == "cropped" ? FaceMode.Cropped
                : FaceMode.Detect
            };
            using ExpressionRecognizer recognizer = ExpressionRecognizer.Create(Models.Find(parsed.GetValue(model) ?? Models.Default.Name),
                options);
            IReadOnlyList<FaceExplanation> explanations = recognizer.Explain(Picture.Load(file));
            if (explanations.Count == 0)
            {
                terminal.Error.WriteLine($"{file}: no face found. Pass --faces cropped if the picture is one face.");
                return ExitCode.Ok;
            }

            OutputFiles.MakeFolder(parsed.GetValue(folder)!);
            string stem = Path.Combine(parsed.GetValue(folder)!, Path.GetFileNameWithoutExtension(file));
            string[] targets = [.. explanations.Select((_, i) => $"{stem}-{i + 1}.png")];
            IReadOnlySet<string> sources = OutputFiles.Sources(file);
            foreach (string target in targets)
                OutputFiles.Require(target, parsed.GetValue(overwrite), sources);
            foreach ((FaceExplanation explanation, string target) in explanations.Zip(targets))
            {
                Annotator.Save(explanation.Draw(), [], target);
                terminal.WriteName(target);
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
