// %% [markdown]
// # Facial expression recognition in C#
//
// The complete pipeline on one page: load a data set, explore it, preprocess it, build a small network, train it for a few
// epochs, evaluate it, predict on new pictures, and inspect the predictions on the training and validation sets.
//
// This page is a program with cells, `notebooks/FacialExpressionRecognition.cs`. Running it writes the notebook (.ipynb)
// and this page (.html) next to it:
//
// ```bash
// dotnet run -c Release notebooks/FacialExpressionRecognition.cs -- --data archive.zip
// ```
//
// `archive.zip` is FER2013 as downloaded from Kaggle. Other forms of FER2013 work too.
//
// | option | effect |
// |---|---|
// | `--limit 2000` | uses a part of the data, for a quick try |
// | `--epochs 10` | trains longer |
// | `--faces` | shows faces of the data set, in files that Git ignores |
//
// The faces were published for research, so the copy in the repository shows none.

// %%
#:project ../src/Mien.Reports/Mien.Reports.csproj
#:property PublishAot=false
#:property NeedsLibtorch=true
using System.Globalization;
using Mien;
using Mien.Explanations;
using Mien.Detection;
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
// One call reads a CSV file, an archive or a folder. A table contains gray pixels, labels and splits. *Training* is the
// training set. *PublicTest* is the validation set, on which every choice is made. *PrivateTest* is the test set, for the
// final figure of a finished model. This page doesn't use it.

// %%
LoadedDataset data = DatasetReader.Load(archive);
FaceTable table = limit > 0 ? data.Table.TakeStratified(limit, seed: 1) : data.Table;
foreach (Split split in Enum.GetValues<Split>())
    notebook.Show($"{split,-12}{table.Splits.Count(s => s == split),7:N0} faces");
notebook.Show($"each of {table.Size}x{table.Size} gray pixels");

// %% [markdown]
// ## 2. Explore
//
// Look at the data first. The classes are imbalanced: a network that always predicts "happy" is correct for a quarter of
// the faces and has learned nothing.

// %%
FaceTable training = table.Select(Split.Training);
int[] counts = training.ClassCounts();
notebook.Show(Charts.ClassCounts(counts, table.LabelNames, "Training faces of each class"));

// %% [markdown]
// No real person is shown. Each face is the average of 100 faces of one class, drawn by `mien dataset average`. In reading
// order: angry, disgust, fear, happy, sad, surprise, neutral.

// %%
string samples = Path.Combine(notebook.Folder, "..", "samples");
Picture averages = Picture.Load(Path.Combine(samples, "average-faces.png"));
notebook.Show(averages, "Average faces of the seven expressions");

// %% [markdown]
// ## 3. Preprocess
//
// The faces are already cropped and gray. The remaining step is to normalize them to mean 0 and standard deviation 1. Both
// numbers are measured on Training only. Measuring them on the test set too would leak information about it.
//
// The same code preprocesses a face from a photo, so the network sees both in the same form.

// %%
notebook.Show(Charts.GrayLevels(training.Pixels, "Gray levels of the Training faces"));
InputSpec input = PixelStatistics.Measure(training);
float[] prepared = new float[input.Size * input.Size];
Preprocessing.Normalize(training.Face(0), input, prepared);
notebook.Show($"mean {input.Mean:F4}, deviation {input.Deviation:F4} (gray levels as 0 to 1)");
string before = string.Join(" ", training.Face(0)[..6].ToArray());
string after = string.Join(" ", prepared[..6].Select(value => $"{value:F2}"));
notebook.Show($"the first face: {before} ... becomes {after} ...");

// %% [markdown]
// ## 4. Build
//
// `plain` is a textbook network: three times convolution, normalization, ReLU and pooling, then two dense layers. To add
// an architecture, add one file next to it.

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
// Each step feeds the network a batch of faces, randomly mirrored, and moves the weights along the negative gradient of the
// loss. The default recipe also rotates, zooms and shifts the faces, which helps only over many epochs.
//
// After each epoch, PublicTest measures the loss and accuracy on faces outside the training set. The run's folder contains
// the configuration, the metrics and a checkpoint, so an interrupted run can be resumed.

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
// ## 6. Evaluate
//
// The run has exported one file, `model.onnx`, with everything that inference needs. From here on, no training code is
// used. Each accuracy has a 95% interval: the range in which it would fall for other faces of the same kind.

// %%
using ExpressionClassifier model = ExpressionClassifier.Create(result.ModelFile!);
int classes = table.LabelNames.Count;
JudgedFaces learned = JudgedFaces.Judge(model, table, Split.Training, limit: 4000);
JudgedFaces test = JudgedFaces.Judge(model, table, Split.PublicTest);
foreach (JudgedFaces judged in (JudgedFaces[])[learned, test])
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
// Are the probabilities calibrated? Of the predictions at 80%, about 80% should be correct. One number, the temperature,
// was fitted on PublicTest for that purpose (Guo et al. 2017).

// %%
IReadOnlyList<ReliabilityBin> bins = Reliability.Bins(test.Probabilities, test.Faces.Labels, classes);
notebook.Show(Charts.ReliabilityDiagram(bins, test.Evaluation.Ece));

// %% [markdown]
// ## 7. Predict on new pictures
//
// No model was trained on this picture. The faces are detected, aligned and classified: first with the small network of
// this page, then with Mien's default model, which was trained longer.

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
// ## 8. Inspect the predictions
//
// Pictures show what metrics hide. Each card is a face with all its probabilities. The label comes first. The copy in the
// repository shows blank faces. Run it with `--faces` to see them.

// %%
notebook.Show(SampleSheet.Draw(learned, learned.Sample(8), "Training: a random sample", showFaces));
notebook.Show(SampleSheet.Draw(test, test.Sample(8), "PublicTest: a random sample", showFaces));
notebook.Show(SampleSheet.Draw(test, test.Mistakes(8), "PublicTest: confident mistakes", showFaces));
notebook.Show(SampleSheet.Draw(test, test.LeastConfident(8), "PublicTest: least confident", showFaces));

// %% [markdown]
// What did the network look at? Grad-CAM (Selvaraju 2017) marks where the last feature maps support the prediction. The
// occlusion map (Zeiler 2014) marks where a gray patch lowers its probability the most. The face is the one with the
// default model's highest confidence.

// %%
FaceExplanation surest = bundled.Explain(averages).MaxBy(one => one.Face.Confidence)!;
notebook.Show(surest.Draw(), $"What \"{surest.Face.Label}\" rests on: crop, Grad-CAM, occlusion map");

// %% [markdown]
// ## Next steps
//
// ```bash
// mien train --data archive.zip --out runs/mine     # the default recipe: 40 epochs
// mien report runs/mine --data archive.zip          # all of this and more on one page, with every face
// mien predict party.jpg --model runs/mine/model.onnx --annotate out/
// ```
//
// An expression is not an emotion. A model predicts how people label a face, not how a person feels.

// %%
(string ipynb, string html) = notebook.Save(folder);
Console.WriteLine(ipynb);
Console.WriteLine(html);
Directory.Delete(place, recursive: true);
