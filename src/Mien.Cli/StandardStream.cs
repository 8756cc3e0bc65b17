using System.Runtime.InteropServices;

namespace Mien.Cli;

/// <summary>Standard output or standard error, of which a write that fails is known.</summary>
/// <remarks>.NET's own streams ignore a reader that has gone. For Linux and macOS. A file's own position is kept, so that several programs
/// may write to one file.</remarks>
internal sealed class StandardStream : Stream
{
    private const int Interrupted = 4;
    private const int BrokenPipe = 32;
    private const int GetDescriptorFlags = 1;
    private const int CloseOnExecute = 1;

    private static readonly int TryAgain = OperatingSystem.IsMacOS() ? 35 : 11;

    private readonly int _descriptor;
    private readonly bool _closed;
    private readonly bool _needed;

    private StandardStream(int descriptor, bool needed)
    {
        (_descriptor, _needed) = (descriptor, needed);
        // Where a shell closed it, the number belongs to a file of the runtime by now: those are not inherited.
        int flags = GetFlags(descriptor, GetDescriptorFlags);
        _closed = flags < 0 || (flags & CloseOnExecute) != 0;
    }

    /// <summary>Where results go: a write that fails ends the command.</summary>
    public static StandardStream Output() => new(1, needed: true);

    /// <summary>Where progress and errors go: nobody is left to be told of a write that fails.</summary>
    public static StandardStream Error() => new(2, needed: false);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="OutputLostException">Standard output takes no more.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_closed)
        {
            Fail("is closed. Let it go to a file or a pipe");
            return;
        }

        while (buffer.Length > 0)
        {
            nint written = WriteSome(_descriptor, in MemoryMarshal.GetReference(buffer), buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == TryAgain)
            {
                // Another program made the pipe or terminal one that does not wait.
                Thread.Sleep(5);
            }
            else if (error != Interrupted)
            {
                Fail($"can't be written ({Marshal.GetPInvokeErrorMessage(error)})", error == BrokenPipe);
                return;
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is kept.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Fail(string how, bool readerGone = false)
    {
        if (_needed)
            throw new OutputLostException($"standard output {how}.") { ReaderGone = readerGone };
    }

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint WriteSome(int descriptor, ref readonly byte bytes, nint count);

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetFlags(int descriptor, int command);
}
