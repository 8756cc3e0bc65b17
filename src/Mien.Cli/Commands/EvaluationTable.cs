using Mien.Training.Datasets;
using Mien.Training.Evaluation;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>Figures as tables.</summary>
internal static class EvaluationTable
{
    private const string None = "-";

    /// <param name="evaluation">The figures.</param>
    /// <param name="split">What was judged on.</param>
    /// <param name="notes">What a reader must know of the labels, a sentence each.</param>
    /// <param name="console">Receives the tables.</param>
    public static void Write(Evaluation evaluation, Split split, IEnumerable<string> notes, SafeConsole console)
    {
        console.WriteLine($"{split}: {evaluation.Count} faces, {evaluation.ImagesPerSecond:F0} a second");
        foreach (string note in notes)
            console.WriteLine(note);
        if (evaluation.Copies is { } copies)
            WriteCopies(copies, console);
        string balanced = $"balanced accuracy (mean of the recalls) {Percent(evaluation.BalancedAccuracy)}";
        console.WriteLine($"accuracy {Percent(evaluation.Accuracy)}, macro F1 {evaluation.MacroF1:F4}, {balanced}");
        console.WriteLine($"negative log-likelihood {evaluation.Nll:F4}, Brier score {evaluation.Brier:F4}");
        console.WriteLine($"calibration error {evaluation.Ece:F4}, mean of the classes' "
            + $"{evaluation.ClasswiseEce:F4}{(evaluation.Votes is null ? "" : ", against the labels")}");

        string error = evaluation.Votes is null ? "calibration error" : "error against votes";
        Table classes = new Table().WithColumns("class").WithNumbers("precision", "recall", "F1", error, "support");
        foreach ((string label, ClassFigures figures) in evaluation.PerClass)
        {
            string[] shares = figures.Support > 0 ? [$"{figures.Precision:F4}", $"{figures.Recall:F4}", $"{figures.F1:F4}"]
                : [None, None, None];
            classes.WithRow([label, .. shares, $"{evaluation.Votes?.ClassEce[label] ?? figures.Ece:F4}", $"{figures.Support}"]);
        }

        console.Write(classes);
        if (evaluation.Votes is { } votes)
            WriteVotes(evaluation, votes, console);
        WriteConfusion(evaluation, console);
    }

    private static void WriteCopies(TestCopies copies, SafeConsole console)
    {
        if (copies.LeftOut > 0)
            console.WriteLine($"{copies.LeftOut} faces that Training has too were left out (--drop-copies)");
        if (copies.Judged > 0)
            console.WriteLine($"{copies.Judged} of these faces stand in Training too, byte for byte; --drop-copies leaves them out");
        if (copies.LeftOut + copies.Judged > 0)
            console.WriteLine($"such copies in the model's own training: {copies.Model ?? "its file does not say"}");
    }

    private static void WriteVotes(Evaluation evaluation, VoteFigures votes, SafeConsole console)
    {
        string floor = $"their entropy {votes.Entropy:F4} is the least possible";
        console.WriteLine($"against the shares of the taggers' votes: negative log-likelihood {votes.Nll:F4}; {floor}");
        double classes = votes.ClassEce.Where(pair => evaluation.PerClass[pair.Key].Support > 0).Average(pair => pair.Value);
        (string worst, double most) = votes.ClassEce.MaxBy(pair => pair.Value);
        console.WriteLine($"calibration error {votes.Ece:F4}, mean of the classes' {classes:F4}, the largest {most:F4} ({worst}), against "
            + "the votes");
        Table people = new Table().WithColumns("answers", "held against").WithNumbers("accuracy", "macro F1", "judged");
        (HumanAgreement model, HumanAgreement person) = (votes.Model, votes.OnePerson);
        people.WithRow("the model", "the labels", Percent(evaluation.Accuracy), $"{evaluation.MacroF1:F4}", $"{evaluation.Count} faces");
        people.WithRow("the model", "most of nine taggers", Percent(model.Accuracy), $"{model.MacroF1:F4}", $"{model.Count} votes");
        people.WithRow("one tagger", "most of the other nine", Percent(person.Accuracy), $"{person.MacroF1:F4}", $"{person.Count} votes");
        console.Write(people);
        if (person.WithoutMajority > 0)
            console.WriteLine($"{person.WithoutMajority} votes are left out of the last two rows: the other nine taggers have no majority");
    }

    private static string Percent(double share) => $"{share * 100:F2} %";

    private static void WriteConfusion(Evaluation evaluation, SafeConsole console)
    {
        string[] labels = [.. evaluation.PerClass.Keys];
        console.WriteLine("confusion matrix: rows are labels, columns predictions");
        Table confusion = new Table().WithColumns("").WithNumbers(labels);
        for (int row = 0; row < labels.Length; row++)
        {
            if (evaluation.PerClass[labels[row]].Support > 0)
                confusion.WithRow([labels[row], .. evaluation.Confusion[row].Select(count => $"{count}")]);
        }

        console.Write(confusion);
    }
}
