using System.Runtime.InteropServices;

namespace Mien.Cli.Commands;

/// <summary>Long work that Ctrl+C or SIGTERM, of a time limit or a cluster's scheduler, ends cleanly.</summary>
internal static class Interruption
{
    /// <summary>The first signal cancels the work, which ends as it sees fit; a second one ends the process.</summary>
    public static int Run(Func<CancellationToken, int> work)
    {
        using var interrupt = new CancellationTokenSource();
        void Interrupt(object? sender, ConsoleCancelEventArgs e)
        {
            e.Cancel = !interrupt.IsCancellationRequested;
            interrupt.Cancel();
        }

        void Terminate(PosixSignalContext context)
        {
            context.Cancel = !interrupt.IsCancellationRequested;
            interrupt.Cancel();
        }

        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Terminate);
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
