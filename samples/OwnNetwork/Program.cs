// Trains a network of one's own: dotnet run -c Release -- DATA NETWORK EPOCHS OUT
using Mien;
using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Mien.Training.Models;
using Mien.Training.Runs;

Architectures.Register("vgg", classes => new Vgg(classes));
Architectures.Register("residual-26", classes => new DeepResidual(classes));

(string data, string network, string epochs, string folder) = (args[0], args[1], args[2], args[3]);
FaceTable table = DatasetReader.Load(data).Table;
TrainingOptions options = TrainingOptions.Default with { Architecture = network, Epochs = int.Parse(epochs) };
using Trainer trainer = Trainer.Begin(new RunFolder(folder), table, data, options);
TrainingResult result = trainer.Run(new Progress<TrainingProgress>(p => Console.Error.WriteLine($"epoch {p.Epoch}, step {p.Step}: loss "
    + $"{p.Loss:F3}")));

using var classifier = ExpressionClassifier.Create(result.ModelFile!);
Evaluation evaluation = Evaluator.Evaluate(classifier, table, Split.PublicTest);
long parameters = ModelSummary.Of(network, table.LabelNames.Count, table.Size).Parameters;
Console.WriteLine($"{network}: {parameters:N0} parameters, {evaluation.Accuracy:P1} of {evaluation.Count} faces");
