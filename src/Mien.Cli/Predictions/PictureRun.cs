using Mien.Batches;
using Mien.Cli.Commands;
using Mien.Imaging;
using Spectre.Console;

namespace Mien.Cli.Predictions;

/// <summary>Pictures from the command line to standard output or a file.</summary>
internal sealed class PictureRun(ExpressionRecognizer recognizer, long maxPixels, Terminal terminal)
{
    private readonly PassedOver _passed = new();
    private List<PictureFile>? _listed;
    private long _found;

    public required IReadOnlyList<string> Inputs { get; init; }

    public required PredictionFormat Format { get; init; }

    public required BatchOptions Batch { get; init; }

    public string? Out { get; init; }

    public bool Resume { get; init; }

    public Shard Shard { get; init; } = Shard.Whole;

    public string? Annotate { get; init; }

    public bool Overwrite { get; init; }

    public bool Wide { get; init; }

    /// <summary>Reads them all; the exit code says whether one failed or the run was stopped.</summary>
    public async Task<int> Run(CancellationToken cancellationToken)
    {
        if (Annotate is not null)
            _listed = WithCopies(Annotate);
        if (Out is not null && Overwrite && !Resume && File.Exists(Out))
            RequireNoSource(Out);
        var progress = new BatchProgress(terminal);
        if (Out is null)
        {
            using PredictionWriter writer = PredictionWriter.Create(Format, recognizer.Model.Labels, terminal, Wide);
            await progress.ShowAsync(Console.IsOutputRedirected && !OneFile, () => Count(0),
                () => Read(writer.Write, null, progress, cancellationToken));
            NameWhatWasNotRead(cancellationToken);
            return Exit(progress, cancellationToken);
        }

        var run = RunRecord.Of(recognizer, Shard);
        using PredictionFile file = await PredictionFile.Open(Out, Format, recognizer.Model.Labels, run, Resume, Overwrite);
        if (!file.KnowsItsBeginning)
        {
            terminal.Error.MarkupLineInterpolated(
                $"[yellow]{Out}: {RunLock.Beside(Out)} is missing:[/] make sure that it was begun with this model and these options.");
        }

        if (file.IsComplete)
        {
            List<string> missing = [.. Files(null).Select(one => one.Path).Where(path => !file.Whole.Contains(path))];
            if (missing.Count > 0)
            {
                throw new MienException($"{Out} is whole and lacks {missing.Count} of these pictures, {missing[0]} among them. "
                    + "A Parquet file can't be added to: write them to another --out, or all of them anew with --overwrite.");
            }

            terminal.Error.MarkupLineInterpolated($"{Out} is complete: nothing to do{Failures(file.FailedBefore)}.");
            return file.FailedBefore > 0 ? ExitCode.Failure : ExitCode.Ok;
        }

        long before = file.Done?.Count ?? 0;
        try
        {
            await progress.ShowAsync(true, () => Count(before), () => Read(file.Write, file.Done, progress, cancellationToken));
        }
        catch (MienException)
        {
            await file.End(whole: false);
            throw;
        }

        await file.End(whole: !cancellationToken.IsCancellationRequested);
        NameWhatWasNotRead(cancellationToken);
        progress.Summarize(before, file.FailedBefore, cancellationToken.IsCancellationRequested);
        if (cancellationToken.IsCancellationRequested && Format != PredictionFormat.Json)
            terminal.Error.MarkupLineInterpolated($"The same command with --resume goes on.");
        return file.FailedBefore > 0 ? ExitCode.Failure : Exit(progress, cancellationToken);
    }

    private static string Failures(long count) => count == 0 ? "" : $"; {count} of its pictures failed";

    private bool OneFile => Inputs is [var only] && File.Exists(only);

    private async Task Read(Action<PicturePrediction> write, DoneFiles? done, BatchProgress progress, CancellationToken cancellationToken)
    {
        var loader = new PictureLoader(maxPixels, Annotate is null ? recognizer.Load : null);
        IEnumerable<PictureFile> files = Files(_passed).Where(file => done is null || !done.Take(file.Path));
        IAsyncEnumerable<PictureResult<PictureFile>> results = recognizer.RecognizeManyAsync(
            files.ToAsyncEnumerable(), loader.Load, loader.PixelsOf, Annotate is null ? null : Draw, Batch, cancellationToken);
        try
        {
            await foreach (PictureResult<PictureFile> result in results)
            {
                // The place for copies is at fault, not the picture: its row is left for a run that has one.
                if (result.Exception is OutputLostException lost)
                    throw lost;
                MachineStop.At(result, resumes: Out is not null && Format is not PredictionFormat.Json);
                var prediction = new PicturePrediction(result.Source.Path, result.Width, result.Height, result.Faces, result.Error);
                if (prediction.Error is not null)
                    terminal.Error.MarkupLineInterpolated($"[red]error:[/] {prediction.Error}");
                write(prediction);
                progress.Add(prediction);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What was read is written.
        }
    }

    private IEnumerable<PictureFile> Files(PassedOver? passed) => _listed ?? All(passed).Where(file => Shard.Contains(file.Name));

    private IEnumerable<PictureFile> All(PassedOver? passed) => PictureFile.Of(Inputs, StandardInput.For(Inputs), passed).Select(file =>
    {
        if (passed is not null)
            _found++;
        return file;
    });

    /// <summary>What lies in the folders and was taken for no picture.</summary>
    /// <exception cref="MienException">There was no picture at all.</exception>
    private void NameWhatWasNotRead(CancellationToken cancellationToken)
    {
        if (_found == 0 && !cancellationToken.IsCancellationRequested)
            throw PictureFile.NoneIn(Inputs, _passed);
        if (_passed.Sentence() is { } sentence)
            terminal.Error.MarkupLineInterpolated($"[gray]{sentence}[/]");
    }

    /// <summary>The pictures with their copies' names, all checked before the first is read.</summary>
    private List<PictureFile> WithCopies(string folder)
    {
        List<PictureFile> all = [.. All(_passed)];
        var copies = new AnnotatedCopies(folder);
        // Names are given over all shards, so that two shards never choose the same one.
        List<PictureFile> files =
        [
            .. all.Select(file => file.Error is null ? file with { Copy = copies.Name(AnnotatedName(file.Place)) } : file)
                .Where(file => Shard.Contains(file.Name)),
        ];
        IReadOnlySet<string> sources = Sources(all);
        foreach (string copy in files.Select(file => file.Copy).OfType<string>())
        {
            // A run that goes on may have drawn copies of pictures whose rows it did not write any more.
            OutputFiles.Require(copy, Overwrite || Resume, sources);
        }

        OutputFiles.MakeFolder(folder);
        return files;
    }

    /// <summary>An output that is to be replaced is none of the inputs.</summary>
    private void RequireNoSource(string path)
    {
        // Names on standard input can be read but once.
        bool keep = Inputs.Contains("-");
        List<PictureFile> all = _listed ?? [.. All(keep ? _passed : null)];
        if (keep)
            _listed ??= [.. all.Where(file => Shard.Contains(file.Name))];
        OutputFiles.Require(path, overwrite: true, Sources(all));
    }

    private IReadOnlySet<string> Sources(IEnumerable<PictureFile> pictures) => OutputFiles.Sources(
        [.. pictures.Select(file => file.Path), .. Inputs.Where(input => input.StartsWith('@')).Select(list => list[1..])]);

    /// <summary>How many pictures there are to read: a walk of its own, for the bar alone; null where it can't be known ahead.</summary>
    private long? Count(long before)
    {
        try
        {
            return _listed is null && Inputs.Contains("-") ? null : Math.Max(0, Files(null).LongCount() - before);
        }
        catch (MienException)
        {
            // The work meets the same.
            return null;
        }
    }

    private void Draw(PictureFile file, Picture picture, IReadOnlyList<Face> faces)
    {
        try
        {
            OutputFiles.MakeFolder(Path.GetDirectoryName(file.Copy!)!);
            Annotator.Save(picture, faces, file.Copy!);
        }
        catch (MienException e) when (e.InnerException is UnauthorizedAccessException or IOException and not PathTooLongException)
        {
            throw new OutputLostException(e.Message, e);
        }
    }

    /// <summary>Formats that are not written become PNG.</summary>
    private static string AnnotatedName(string place) =>
        Path.GetExtension(place).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png" ? place : place + ".png";

    private static int Exit(BatchProgress progress, CancellationToken cancellationToken) =>
        progress.Failed > 0 || cancellationToken.IsCancellationRequested ? ExitCode.Failure : ExitCode.Ok;
}
