// %% [markdown]
// # Facial expression recognition in C#
//
// The whole way on one page: load a data set, look at it, prepare it, build a small network, train it for a few
// epochs, judge it, let it read pictures it has never seen, and look at what it does on the training and the test set.
//
// This page is a program, `notebooks/FacialExpressionRecognition.cs`, in cells. Running it writes the notebook (.ipynb)
// and this page (.html) beside it:
//
// ```bash
// dotnet run -c Release notebooks/FacialExpressionRecognition.cs -- --data archive.zip
// ```
//
// FER2013 comes from Kaggle as `archive.zip`; every shape of it is read as it is. `--limit 2000` takes a part of it for
// a quick try, `--epochs 10` trains longer. `--faces` shows faces of the data set, into files that Git ignores: they were
// published for research, and the copy that is kept with the program holds none.

// %%
#:project ../src/Mien.Reports/Mien.Reports.csproj
#:property PublishAot=false
#:property NeedsLibtorch=true
using System.Globalization;
using Mien;
using Mien.Explanations;
using Mien.Faces;
using Mien.Imaging;
using Mien.Reports;
using Mien.Reports.Figures;
using Mien.Reports.Notebooks;
using Mien.Reports.Predictions;
using Mien.Training.Augmentation;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Models;
using Mien.Training.Runs;

Notebook notebook = Notebook.OfThisFile();
string archive = Option("data") ?? Environment.GetEnvironmentVariable("FER2013") ?? "archive.zip";
int limit = int.Parse(Option("limit") ?? "0", CultureInfo.InvariantCulture);
int epochs = int.Parse(Option("epochs") ?? "4", CultureInfo.InvariantCulture);
bool showFaces = args.Contains("--faces");
string withFaces = Path.Combine(notebook.Folder, "..", "runs", "walkthrough");
string? folder = Option("out") ?? (showFaces ? withFaces : null);

string? Option(string name)
{
    int at = Array.IndexOf(args, $"--{name}");
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

// %% [markdown]
// ## 1. Load
//
// One call reads a CSV, an archive or a folder. A table holds grey pixels, labels and splits: a model learns on
// *Training*, every choice is made on *PublicTest*, and *PrivateTest* is for the one figure of a finished model, so this
// page leaves it alone.

// %%
LoadedDataset data = DatasetReader.Load(archive);
FaceTable table = limit > 0 ? data.Table.TakeStratified(limit, seed: 1) : data.Table;
foreach (Split split in Enum.GetValues<Split>())
    notebook.Show($"{split,-12}{table.Splits.Count(s => s == split),7:N0} faces");
notebook.Show($"each of {table.Size}x{table.Size} grey pixels");

// %% [markdown]
// ## 2. Look
//
// Look before you compute. The classes are far from even: a network that always answers "happy" is right on a quarter
// of the faces and knows nothing.

// %%
FaceTable training = table.Select(Split.Training);
int[] counts = training.ClassCounts();
notebook.Show(Charts.ClassCounts(counts, table.LabelNames, "Training faces of each class"));

// %% [markdown]
// Seven faces of nobody: each is the average of 160 faces of one class, drawn by `mien dataset average`. In reading
// order: angry, disgust, fear, happy, sad, surprise, neutral.

// %%
string samples = Path.Combine(notebook.Folder, "..", "samples");
Picture averages = Picture.Load(Path.Combine(samples, "average-faces.png"));
notebook.Show(averages, "Average faces of the seven expressions");

// %% [markdown]
// ## 3. Prepare
//
// The faces are cropped and grey already. What remains is to bring them to mean 0 and deviation 1, by figures measured
// on Training alone: measured on the test set too, they would tell the network a little about it. The same code
// prepares a face from a photo, so both look the same to the network.

// %%
notebook.Show(Charts.GreyLevels(training.Pixels, "Grey levels of the Training faces"));
InputSpec input = PixelStatistics.Measure(training);
float[] prepared = new float[input.Size * input.Size];
Preprocessing.Normalise(training.Face(0), input, prepared);
notebook.Show($"mean {input.Mean:F4}, deviation {input.Deviation:F4} (grey levels as 0 to 1)");
string before = string.Join(" ", training.Face(0)[..6].ToArray());
string after = string.Join(" ", prepared[..6].Select(value => $"{value:F2}"));
notebook.Show($"the first face: {before} ... becomes {after} ...");

// %% [markdown]
// ## 4. Build
//
// `plain` is the network of the textbooks: three times convolution, normalisation, ReLU and pooling, then two dense
// layers. An architecture of your own is one file beside it.

// %%
ModelSummary summary = ModelSummary.Of("plain", table.LabelNames.Count, table.Size);
foreach (LayerSummary layer in summary.Layers)
{
    string shape = string.Join("x", layer.Output);
    notebook.Show($"{layer.Name,-14}{layer.Kind,-20}{shape,10}{layer.Parameters,10:N0}");
}

notebook.Show($"{summary.Parameters:N0} parameters");
notebook.Show($"{summary.MultiplyAdds / 1e6:F1} million multiply-adds a face");

// %% [markdown]
// ## 5. Train
//
// Each step shows the network a batch of faces, mirrored at random, and moves its weights against the slope of the
// loss. (The default recipe turns, zooms and shifts them too, which pays only over many epochs.) After each epoch PublicTest says how it does on faces it does not learn from. The run's folder
// keeps its configuration, its figures and a checkpoint: a killed run goes on where it was.

// %%
string place = Directory.CreateTempSubdirectory("mien-walkthrough-").FullName;
var run = new RunFolder(Path.Combine(place, "run"));
TrainingOptions recipe = TrainingOptions.Default with
{
    Architecture = "plain",
    Epochs = epochs,
    WarmUpEpochs = 0.5,
    AverageDecay = 0.99,
    Augmentation = AugmentationOptions.None with { Flip = true },
};
TrainingResult result;
using (Trainer trainer = Trainer.Begin(run, table, archive, recipe))
    result = trainer.Run();
foreach (EpochMetrics epoch in run.ReadMetrics())
{
    notebook.Show(
        $"epoch {epoch.Epoch}: loss {epoch.TrainLoss:F3}, "
        + $"PublicTest loss {epoch.PublicTestLoss:F3}, accuracy {epoch.PublicTestAccuracy * 100:F1} %");
}

notebook.Show(Charts.History(run.ReadMetrics()));

// %% [markdown]
// ## 6. Judge
//
// The run has written one file, `model.onnx`, that carries all that inference must know. From here on no training code
// is involved. Accuracy comes with a 95 % interval: so far would it move with other faces of the same kind.

// %%
using ExpressionClassifier model = ExpressionClassifier.Create(result.ModelFile!);
int classes = table.LabelNames.Count;
JudgedFaces learnt = JudgedFaces.Judge(model, table, Split.Training, limit: 4000);
JudgedFaces test = JudgedFaces.Judge(model, table, Split.PublicTest);
foreach (JudgedFaces judged in (JudgedFaces[])[learnt, test])
{
    Evaluation figures = judged.Evaluation;
    (Interval accuracy, Interval score) = Bootstrap.Intervals(judged.Probabilities, judged.Faces.Labels, classes);
    notebook.Show(
        $"{judged.Split,-11} accuracy {figures.Accuracy * 100:F1} % ({accuracy.Low * 100:F1} to {accuracy.High * 100:F1}), "
        + $"macro F1 {figures.MacroF1:F3} ({score.Low:F3} to {score.High:F3})");
}

int[][] confusion = test.Evaluation.Confusion;
notebook.Show(ConfusionMatrix.Draw(
    confusion, table.LabelNames, ConfusionCells.Shares, "PublicTest: shares of the label"));
notebook.Show(Charts.ClassBars(test.Evaluation));

// %% [markdown]
// Are the probabilities honest? Of the answers given with 80 %, about 80 % should be right. One number, the temperature,
// was fitted on PublicTest to make them so (Guo et al. 2017).

// %%
IReadOnlyList<ReliabilityBin> bins = Reliability.Bins(test.Probabilities, test.Faces.Labels, classes);
notebook.Show(Charts.ReliabilityDiagram(bins, test.Evaluation.Ece));

// %% [markdown]
// ## 7. Predict on new pictures
//
// A picture that no model was trained on: the faces are found, turned upright, and read. First the small network of this
// page, then the model that comes with Mien, which has learnt longer.

// %%
using ExpressionRecognizer small = ExpressionRecognizer.Create(result.ModelFile!);
Picture bySmall = Annotator.Annotate(averages, small.Recognize(averages));
notebook.Show(bySmall, "Read by the network of this page");

using ExpressionRecognizer bundled = ExpressionRecognizer.CreateDefault();
IReadOnlyList<Face> found = bundled.Recognize(averages);
notebook.Show(Annotator.Annotate(averages, found), "Read by the model that comes with Mien");
foreach (Face face in found)
    notebook.Show($"{face.Label,-9} {face.Confidence * 100,3:F0} %  at {face.Box.X:F0},{face.Box.Y:F0}");

// %% [markdown]
// ## 8. Look at the predictions
//
// Figures hide what pictures show. Each card is a face with all seven probabilities; its label is named first. In the copy
// that is kept with the program the faces are blank: run it with `--faces` to see them.

// %%
notebook.Show(SampleSheet.Draw(learnt, learnt.Sample(8), "Training: a random sample", showFaces));
notebook.Show(SampleSheet.Draw(test, test.Sample(8), "PublicTest: a random sample", showFaces));
notebook.Show(SampleSheet.Draw(test, test.Mistakes(8), "PublicTest: confident mistakes", showFaces));
notebook.Show(SampleSheet.Draw(test, test.LeastConfident(8), "PublicTest: least confident", showFaces));

// %% [markdown]
// And what did it look at? Grad-CAM (Selvaraju 2017) marks where the last feature maps speak for the answer, the occlusion
// map (Zeiler 2014) where a grey patch costs it most. Here for the face that the bundled model is surest of.

// %%
FaceExplanation surest = bundled.Explain(averages).MaxBy(one => one.Face.Confidence)!;
notebook.Show(surest.Draw(), $"What \"{surest.Face.Label}\" rests on: crop, Grad-CAM, occlusion map");

// %% [markdown]
// ## Where next
//
// ```bash
// mien train --data archive.zip --out runs/mine     # the default recipe: 40 epochs
// mien report runs/mine --data archive.zip          # all of this and more on one page, with every face a click away
// mien predict party.jpg --model runs/mine/model.onnx --annotate out/
// ```
//
// An expression is not an emotion: a model says how a face looks to those who labelled the data, not how a person feels.

// %%
(string ipynb, string html) = notebook.Save(folder);
Console.WriteLine(ipynb);
Console.WriteLine(html);
Directory.Delete(place, recursive: true);
