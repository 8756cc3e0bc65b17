using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace Mien.Video;

/// <summary>A process of ffmpeg or ffprobe: raw frames through its pipes, what it logs read line by line.</summary>
internal sealed class Ffmpeg : IDisposable
{
    private const int FirstSignal = 128;
    private const int LastSignal = FirstSignal + 64;

    // ffmpeg's own exit code after an interrupt.
    private const int Interrupted = 255;

    // Ctrl+C reaches ffmpeg too, which may end before this process knows of it.
    private static readonly TimeSpan InterruptGrace = TimeSpan.FromMilliseconds(200);

    // A frame's time is logged before the frame itself is written.
    private static readonly TimeSpan MostForATime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan MostForItsEnd = TimeSpan.FromSeconds(5);

    private static readonly string[] Devices = ["avfoundation", "dshow", "v4l2", "lavfi"];

    private readonly Process _process;
    private readonly string _subject;
    private readonly FfmpegComplaints _complaints = new();
    private readonly Channel<FrameTime> _times = Channel.CreateUnbounded<FrameTime>();
    private readonly Task _listening;

    private Ffmpeg(Process process, string subject)
    {
        _process = process;
        _subject = subject;
        _listening = Listen();
    }

    public Stream Output => _process.StandardOutput.BaseStream;

    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>What it complained of; complete after <see cref="SucceedsAsync"/>.</summary>
    public FfmpegComplaints Complaints => _complaints;

    /// <summary>Why it failed, in one line: its complaints, else how it ended. After <see cref="SucceedsAsync"/>.</summary>
    public string Failure => _complaints.Any ? $"ffmpeg: {_complaints}" : _process.ExitCode switch
    {
        > FirstSignal and <= LastSignal => $"signal {_process.ExitCode - FirstSignal} ended ffmpeg",
        _ => $"ffmpeg ended with code {_process.ExitCode}",
    };

    /// <summary>Starts a program of the ffmpeg family.</summary>
    /// <param name="program">ffmpeg or ffprobe, looked for on the PATH.</param>
    /// <param name="subject">The video, to name it in messages.</param>
    /// <param name="arguments">Passed as they are.</param>
    /// <param name="logsTimes">Whether a `showinfo` filter logs the times of frames.</param>
    /// <exception cref="MienException">It is not installed.</exception>
    public static Ffmpeg Start(string program, string subject, IEnumerable<string> arguments, bool logsTimes = false)
    {
        // Each line with its level, so that complaints can be told from the rest.
        string[] log = ["-hide_banner", "-v", logsTimes ? "repeat+level+info" : "repeat+level+error"];
        string path = Find(program) ?? throw new MienException(
            $"{subject}: videos are read and written through {program}, which is not on the PATH. Install it: `apt-get install ffmpeg`, "
                + "`brew install ffmpeg` or `winget install ffmpeg`.");
        var info = new ProcessStartInfo(path, [.. log, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        try
        {
            return new Ffmpeg(Process.Start(info)!, subject);
        }
        catch (Win32Exception e)
        {
            throw new MienException($"{subject}: {path} can't be started ({e.Message}).", e);
        }
    }

    /// <summary>Whether a source is a file, not a camera or an address. A file of that name goes first.</summary>
    public static bool IsFile(string source) => File.Exists(source) && !source.StartsWith("/dev/", StringComparison.Ordinal);

    /// <summary>The input's arguments: a file never becomes a protocol or an option, whatever its name.</summary>
    public static IEnumerable<string> InputOf(string source)
    {
        if (IsFile(source))
            return ["-protocol_whitelist", "file,pipe", "-i", "file:" + source];
        if (source.Contains("://", StringComparison.Ordinal))
            return ["-i", source];
        if (source.StartsWith("/dev/video", StringComparison.Ordinal))
            return ["-f", "v4l2", "-i", source];
        if (DeviceOf(source) is (string format, string device))
            return ["-f", format, "-i", device];
        return ["-protocol_whitelist", "file,pipe", "-i", "file:" + source];
    }

    /// <summary>Reads `avfoundation:0`: one of ffmpeg's input devices and what it is to open; null where it is none.</summary>
    public static (string Format, string Device)? DeviceOf(string source)
    {
        int colon = source.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && Devices.Contains(source[..colon]) ? (source[..colon], source[(colon + 1)..]) : null;
    }

    /// <summary>A number as ffmpeg reads it.</summary>
    public static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>The time of the next frame that it wrote.</summary>
    /// <exception cref="MienException">It logs none.</exception>
    public async Task<FrameTime> NextTimeAsync(CancellationToken cancellationToken)
    {
        if (_times.Reader.TryRead(out FrameTime? logged))
            return logged;
        try
        {
            return await _times.Reader.ReadAsync(cancellationToken).AsTask().WaitAsync(MostForATime, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or ChannelClosedException)
        {
            throw new MienException($"{_subject}: this ffmpeg does not log the times of frames. Install version 4.1 or newer.", e);
        }
    }

    /// <summary>Waits for its end; false where it says that something failed.</summary>
    public async Task<bool> SucceedsAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        await _listening.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_process.ExitCode is Interrupted or > FirstSignal)
            await Task.Delay(InterruptGrace, cancellationToken).ConfigureAwait(false);
        return _process.ExitCode == 0;
    }

    public void Dispose()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
            // What it writes is deleted next, which an open file may not be.
            _process.WaitForExit(MostForItsEnd);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended.
        }

        _process.Dispose();
    }

    /// <summary>On the PATH alone: <see cref="Process"/> would look in the working folder too, where files of others may lie.</summary>
    private static string? Find(string program)
    {
        string file = OperatingSystem.IsWindows() ? program + ".exe" : program;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, file))
            .FirstOrDefault(File.Exists);
    }

    private async Task Listen()
    {
        try
        {
            while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (FrameTime.Parse(line) is { } time)
                    _times.Writer.TryWrite(time with { Damaged = _complaints.Any });
                else
                    _complaints.Read(line);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Nobody reads on.
        }

        _times.Writer.TryComplete();
    }
}
