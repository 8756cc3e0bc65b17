namespace Mien.Cli;

/// <summary>What the process returns to its caller.</summary>
internal static class ExitCode
{
    /// <summary>All that was asked is done.</summary>
    public const int Ok = 0;

    /// <summary>Something failed and was named on standard error.</summary>
    public const int Failure = 1;

    /// <summary>The command line was wrong; nothing was begun.</summary>
    public const int Usage = 2;

    /// <summary>The reader of standard output has gone: what a shell shows of a program that SIGPIPE ended.</summary>
    public const int ReaderGone = 141;
}
