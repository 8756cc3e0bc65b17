namespace Mien.Cli.Commands;

/// <summary>Long work that Ctrl+C ends cleanly.</summary>
internal static class Interruption
{
    /// <summary>The first Ctrl+C cancels the work, which ends as it sees fit; a second one ends the process.</summary>
    public static int Run(Func<CancellationToken, int> work)
    {
        using var interrupt = new CancellationTokenSource();
        void Interrupt(object? sender, ConsoleCancelEventArgs e)
        {
            e.Cancel = !interrupt.IsCancellationRequested;
            interrupt.Cancel();
        }

        Console.CancelKeyPress += Interrupt;
        try
        {
            return work(interrupt.Token);
        }
        finally
        {
            Console.CancelKeyPress -= Interrupt;
        }
    }
}
