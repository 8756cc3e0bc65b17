using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Mien.Video;

/// <summary>A process of ffmpeg or ffprobe: raw frames through its pipes, what it complains of kept for the error message.</summary>
internal sealed class Ffmpeg : IDisposable
{
    private static readonly string[] Devices = ["avfoundation", "dshow", "v4l2", "lavfi"];

    private readonly Process _process;
    private readonly Lock _lock = new();
    private string _complaint = "";

    private Ffmpeg(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            if (string.IsNullOrWhiteSpace(line.Data))
                return;
            lock (_lock)
                _complaint = line.Data.Trim();
        };
        process.BeginErrorReadLine();
    }

    public Stream Output => _process.StandardOutput.BaseStream;

    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>The last line that it wrote to its standard error.</summary>
    public string Complaint
    {
        get
        {
            lock (_lock)
                return _complaint;
        }
    }

    /// <summary>Starts a program of the ffmpeg family.</summary>
    /// <param name="program">ffmpeg or ffprobe, looked for on the PATH.</param>
    /// <param name="subject">The video, to name it in messages.</param>
    /// <param name="arguments">Passed as they are.</param>
    /// <exception cref="MienException">It is not installed.</exception>
    public static Ffmpeg Start(string program, string subject, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new Ffmpeg(Process.Start(info)!);
        }
        catch (Win32Exception e)
        {
            throw new MienException($"{subject}: videos are read through {program}, which is not on the PATH. Install it: `apt-get install ffmpeg`, `brew install ffmpeg` or `winget install ffmpeg`.", e);
        }
    }

    /// <summary>The input's arguments: a file never becomes a protocol or an option, whatever its name.</summary>
    public static IEnumerable<string> InputOf(string source)
    {
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

    /// <summary>Waits for its end; false where it says that something failed.</summary>
    public async Task<bool> SucceedsAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        return _process.ExitCode == 0;
    }

    public void Dispose()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }

        _process.Dispose();
    }
}
