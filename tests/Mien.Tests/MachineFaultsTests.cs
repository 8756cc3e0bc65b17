using System.Diagnostics.CodeAnalysis;

namespace Mien.Tests;

public class MachineFaultsTests
{
    [Fact]
    public void What_the_machine_lacked_is_told_with_a_cure_whatever_it_is_wrapped_in()
    {
        Assert.Contains("Not enough memory", MachineFaults.CureOf(new OutOfMemoryException()), StringComparison.Ordinal);
        Assert.Contains("ulimit -n", MachineFaults.CureOf(Unread(24, 4)), StringComparison.Ordinal);
        Assert.Contains("ulimit -n", MachineFaults.CureOf(new AggregateException(new InvalidOperationException("other"), Unread(24, 4))),
            StringComparison.Ordinal);
        Assert.Contains("disk or the network share", MachineFaults.CureOf(Unread(5, 1117)), StringComparison.Ordinal);
        Assert.Contains("disk is full", MachineFaults.CureOf(Unread(28, 112)), StringComparison.Ordinal);
        Assert.Contains("can't be loaded", MachineFaults.CureOf(new TypeInitializationException("Any",
            new DllNotFoundException("libSkiaSharp"))), StringComparison.Ordinal);
        Assert.Contains("can't be loaded", MachineFaults.CureOf(new FileNotFoundException("gone", "System.Some, Version=8.0.0.0")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_with_a_picture_or_a_caller_is_not_the_machines_fault()
    {
        Assert.Null(MachineFaults.CureOf(null));
        Assert.Null(MachineFaults.CureOf(new MienException("a.jpg: cut off or damaged. Fetch or save it again.")));
        Assert.Null(MachineFaults.CureOf(new MienException("a.jpg: not found.", new FileNotFoundException("no such file", "a.jpg"))));
        Assert.Null(MachineFaults.CureOf(new MienException("a.jpg: can't be read.", new UnauthorizedAccessException())));
        Assert.Null(MachineFaults.CureOf(new InvalidOperationException("a callback's own")));
        Assert.Null(MachineFaults.CureOf(new IOException("of no known number")));
    }

    [SuppressMessage("Usage", "CA2201", Justification = "As the system throws it.")]
    private static MienException Unread(int unix, int windows) =>
        new("a.jpg: can't be read.", new IOException("says the system", OperatingSystem.IsWindows() ? unchecked((int)0x80070000) | windows
            : unix));
}
