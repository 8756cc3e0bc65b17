using System.Diagnostics;
using Spectre.Console;

namespace Mien.Cli.Predictions;

/// <summary>How far a batch is: a bar on a terminal, nothing in a pipe, a line at the end of both.</summary>
internal sealed class BatchProgress(Terminal terminal)
{
    private readonly long _begun = Stopwatch.GetTimestamp();
    private long _pictures;
    private long _faces;
    private long _failed;
    private long _total = -1;

    public long Failed => _failed;

    public void Add(PicturePrediction prediction)
    {
        Interlocked.Increment(ref _pictures);
        Interlocked.Add(ref _faces, prediction.Faces?.Count ?? 0);
        if (prediction.Error is not null)
            Interlocked.Increment(ref _failed);
    }

    /// <summary>Shows a bar while the work runs, where standard error is a terminal and standard output does not share it.</summary>
    /// <param name="wanted">Whether it may be shown.</param>
    /// <param name="count">How many pictures there are; asked beside the work, and only for the bar.</param>
    /// <param name="work">What is waited for.</param>
    public async Task ShowAsync(bool wanted, Func<long?> count, Func<Task> work)
    {
        if (!wanted || !terminal.Error.Profile.Capabilities.Interactive || Console.IsErrorRedirected)
        {
            await work();
            return;
        }

        await terminal.Error.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                ProgressTask bar = context.AddTask("reading");
                Task working = work();
                _ = Task.Run(() => Interlocked.Exchange(ref _total, count() ?? -1));
                while (await Task.WhenAny(working, Task.Delay(200)) != working)
                    Update(bar);
                await working;
            });
    }

    /// <summary>What was done, on standard error.</summary>
    public void Summarize(long doneBefore, long failedBefore, bool interrupted)
    {
        double seconds = Stopwatch.GetElapsedTime(_begun).TotalSeconds;
        string failed = failedBefore > 0 ? $", {failedBefore} of them failed" : "";
        string before = doneBefore == 0 ? "" : $"; {doneBefore} were done before{failed}";
        string counts = $"{(interrupted ? "stopped after " : "")}{_pictures} pictures, {_faces} faces, {_failed} failed";
        double speed = _pictures / Math.Max(seconds, 0.001);
        terminal.Error.MarkupLineInterpolated($"{counts} in {seconds:F1} s ({speed:F1} a second){before}");
    }

    private void Update(ProgressTask bar)
    {
        long total = Interlocked.Read(ref _total);
        bar.IsIndeterminate = total < 0;
        if (total >= 0)
            bar.MaxValue = Math.Max(total, 1);
        long pictures = Interlocked.Read(ref _pictures);
        bar.Value = pictures;
        double rate = pictures / Math.Max(Stopwatch.GetElapsedTime(_begun).TotalSeconds, 0.001);
        long failed = Interlocked.Read(ref _failed);
        bar.Description = $"{pictures}{(total >= 0 ? $"/{total}" : "")} pictures, {Interlocked.Read(ref _faces)} faces{(failed > 0 ? $", {failed} failed" : "")}, {rate:F1}/s";
    }
}
