using System.Globalization;
using Mien.Batches;
using Mien.Cli.Commands;
using Mien.Cli.Predictions;
using Mien.Training.Datasets;
using Spectre.Console;

namespace Mien.Cli.Labels;

/// <summary>Pictures from the command line to a manifest of suggested labels.</summary>
internal sealed class SuggestRun(ExpressionRecognizer recognizer, long maxPixels, Terminal terminal)
{
    private const int ShownLeftOut = 20;

    private readonly PictureLoader _loader = new(maxPixels);
    private readonly PassedOver _passed = new();

    public required IReadOnlyList<string> Inputs { get; init; }

    public required string Out { get; init; }

    public required BatchOptions Batch { get; init; }

    public bool Resume { get; init; }

    public bool Overwrite { get; init; }

    private string LeftOutFile => Path.ChangeExtension(Out, ".left-out.csv");

    public async Task<int> Run(CancellationToken cancellationToken)
    {
        string journalFile = SuggestionJournal.Beside(Out);
        if (Resume && File.Exists(Out) && !File.Exists(journalFile) && !Overwrite)
        {
            terminal.Error.MarkupLineInterpolated($"{Out} is complete: nothing to do.");
            return ExitCode.Ok;
        }

        // A person's corrections may be in it.
        IReadOnlySet<string> sources = OutputFiles.Sources(
            [.. Inputs, .. Inputs.Where(input => input.StartsWith('@')).Select(list => list[1..])]);
        OutputFiles.Require(Out, Overwrite, sources);
        // A run that goes on may have written this one before it was killed.
        OutputFiles.Require(LeftOutFile, Overwrite || (Resume && File.Exists(journalFile)), sources);
        if (File.Exists(journalFile) && !Resume)
            throw new MienException($"{journalFile}: a run was stopped here. Pass --resume to go on with it, or remove it.");
        OutputFiles.MakeFolderOf(Out);
        using var held = RunLock.Take(Out);
        held.Keep = false;
        var head = new JournalHead(RunRecord.Of(recognizer, Shard.Whole), recognizer.Model.Labels);
        using var journal = SuggestionJournal.Open(journalFile, head);
        int failedBefore = journal.Failed;
        var progress = new BatchProgress(terminal);
        await progress.ShowAsync(true, () => PictureFile.Of(Inputs, TextReader.Null).LongCount() - journal.Before,
            () => Read(journal, progress, cancellationToken));
        if (_passed.Sentence() is { } sentence)
            terminal.Error.MarkupLineInterpolated($"[gray]{sentence}[/]");
        progress.Summarize(journal.Before, failedBefore, cancellationToken.IsCancellationRequested);
        if (cancellationToken.IsCancellationRequested)
        {
            terminal.Error.MarkupLineInterpolated($"The same command with --resume goes on.");
            return ExitCode.Failure;
        }

        return Write(journal);
    }

    private async Task Read(SuggestionJournal journal, BatchProgress progress, CancellationToken cancellationToken)
    {
        IEnumerable<Hashed> files = PictureFile.Of(Inputs, StandardInput.For(Inputs), _passed)
            .Where(file => !journal.Take(file.Path)).Select(file => new Hashed(file));
        try
        {
            await foreach (PictureResult<Hashed> result in recognizer.RecognizeManyAsync(files.ToAsyncEnumerable(), Load,
                source => _loader.PixelsOf(source.File), seen: null, Batch, cancellationToken))
            {
                MachineStop.At(result, resumes: true);
                string file = result.Source.File.Path;
                if (result.Error is not null)
                    terminal.Error.MarkupLineInterpolated($"[red]error:[/] {result.Error}");
                Face? face = result.Faces?.MaxBy(face => face.Box.Area);
                journal.Write(new Suggestion(file, face is null ? null : $"{result.Source.Hash}", result.Faces?.Count ?? 0,
                    face?.Box ?? default, [.. face?.Probabilities ?? []], result.Error));
                progress.Add(new PicturePrediction(file, result.Width, result.Height, result.Faces, result.Error));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What was read is in the journal.
        }
    }

    private Imaging.Picture Load(Hashed source)
    {
        Imaging.Picture picture = _loader.Load(source.File);
        source.Hash = PictureHash.Of(picture);
        return picture;
    }

    private int Write(SuggestionJournal journal)
    {
        if (journal.Count + journal.LeftOut == 0)
        {
            journal.Delete();
            throw PictureFile.NoneIn(Inputs, _passed);
        }

        if (journal.LeftOut > 0)
            WriteLeftOut(journal);
        if (journal.Count == 0)
            throw new MienException($"{string.Join(", ", Inputs)}: no face found in any picture, so there is nothing to label. Pass "
                + "--faces cropped where pictures are faces already, or a smaller --min-face.");
        int groups = WriteLabels(journal);
        terminal.Error.MarkupLineInterpolated($"{journal.Count} labels suggested, the least sure first; {groups} groups of near-duplicates");
        journal.Delete();
        terminal.WriteName(Out);
        return journal.Failed > 0 ? ExitCode.Failure : ExitCode.Ok;
    }

    private int WriteLabels(SuggestionJournal journal)
    {
        IReadOnlyList<string> labels = recognizer.Model.Labels;
        int groups = 0;
        OutputFiles.Write(Out, output =>
        {
            output.WriteLine(FaceText.Csv(["file", "label", "group", "confidence", "faces", "x", "y", "boxWidth", "boxHeight",
                .. labels.Select(label => $"p({label})")]));
            foreach ((Suggestion suggestion, int group) in journal.Ordered())
            {
                groups = Math.Max(groups, group);
                output.WriteLine(FaceText.Csv([
                    FromOut(suggestion.File), labels[suggestion.MostProbable], group > 0 ? $"near-{group}" : "",
                        Number(suggestion.Confidence), $"{suggestion.Faces}",
                    Number(suggestion.Box.X), Number(suggestion.Box.Y), Number(suggestion.Box.Width), Number(suggestion.Box.Height),
                        .. suggestion.Probabilities.Select(Number)]));
            }
        }, Overwrite);
        return groups;
    }

    private void WriteLeftOut(SuggestionJournal journal)
    {
        OutputFiles.Write(LeftOutFile, output =>
        {
            output.WriteLine("file,why");
            foreach (Suggestion suggestion in journal.WithoutFace())
                output.WriteLine(FaceText.Csv([FromOut(suggestion.File), suggestion.Error ?? "no face found"]));
        }, overwrite: Overwrite || Resume);
        foreach (Suggestion suggestion in journal.WithoutFace().Where(suggestion => suggestion.Error is null).Take(ShownLeftOut))
            terminal.Error.MarkupLineInterpolated($"[yellow]left out:[/] {suggestion.File}: no face found");
        terminal.Error.MarkupLineInterpolated($"[yellow]{journal.LeftOut} pictures without a face to label:[/] {LeftOutFile} lists them all");
    }

    /// <summary>A manifest's files are named from its own folder on.</summary>
    private string FromOut(string file) =>
        Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(Out))!, Path.GetFullPath(file)).Replace('\\', '/');

    private static string Number(float value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A picture with its hash, once it is decoded.</summary>
    private sealed class Hashed(PictureFile file)
    {
        public PictureFile File => file;

        public PictureHash Hash { get; set; }

        public override string ToString() => file.ToString();
    }
}
