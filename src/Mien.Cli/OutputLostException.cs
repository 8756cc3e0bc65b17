namespace Mien.Cli;

/// <summary>Results have nowhere to go any more: what ends a command at once, where a picture's own error would not.</summary>
internal sealed class OutputLostException : Exception
{
    /// <param name="message">Names the output and the cure.</param>
    /// <param name="cause">What the system said.</param>
    public OutputLostException(string message, Exception? cause = null) : base(message, cause)
    {
    }

    /// <summary>Whether the reader of standard output has gone, as `| head` does: no failure that anyone wants to read of.</summary>
    public bool ReaderGone { get; init; }
}
