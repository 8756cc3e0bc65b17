using System.Diagnostics;
using System.Globalization;

namespace Mien.Load;

/// <summary>`mien serve` as a process of its own, so that its memory is its own.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    public static async Task<ServerProcess> Start(LoadOptions options)
    {
        var start = new ProcessStartInfo(options.Program,
            ["serve", "--port", "0", "--queue", options.Queue.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        Process process = Process.Start(start)!;
        process.BeginErrorReadLine();
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new MienException($"{options.Program} serve ended at once.");
        return new ServerProcess(process, new Uri(line.Split(' ')[^1]));
    }

    /// <summary>Resident memory in megabytes; 0 where /proc is not there.</summary>
    public double Megabytes()
    {
        string status = $"/proc/{_process.Id}/status";
        return File.Exists(status)
            ? double.Parse(File.ReadLines(status).First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024
            : 0;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
