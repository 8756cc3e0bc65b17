using System.Diagnostics;
using System.Globalization;
using Mien.TestSupport;

namespace Mien.EndToEnd;

/// <summary>The program `mien` as a process of its own.</summary>
internal static class MienProcess
{
    /// <summary>The program file.</summary>
    public static readonly string Program = Path.Combine(AppContext.BaseDirectory, "mien.dll");

    public static Process Start(params string[] arguments) => Start(Program, arguments);

    /// <summary>Runs to the end.</summary>
    public static (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        return Wait(process);
    }

    /// <summary>Runs to the end with other variables of the environment.</summary>
    public static (int ExitCode, string Output, string Error) Run(IReadOnlyDictionary<string, string> environment,
        params string[] arguments)
    {
        using Process process = Start(Program, arguments, environment: environment);
        return Wait(process);
    }

    /// <summary>Runs to the end and gives the largest resident memory in bytes, or a skipped test where /proc is not there.</summary>
    public static (int ExitCode, string Error, long PeakMemory) RunMeasured(params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Peak memory is read from /proc.");
        using Process process = Start(arguments);
        process.BeginOutputReadLine();
        Task<string> error = process.StandardError.ReadToEndAsync();
        long peak = 0;
        while (!process.HasExited)
        {
            try
            {
                string? line = File.ReadLines($"/proc/{process.Id}/status")
                    .FirstOrDefault(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
                if (line is not null)
                    peak = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
            }
            catch (IOException)
            {
                // It has just ended.
            }

            Thread.Sleep(5);
        }

        return (process.ExitCode, error.Result, peak);
    }

    /// <summary>Runs any dotnet command to the end.</summary>
    public static (int ExitCode, string Output, string Error) Dotnet(string folder, IReadOnlyDictionary<string, string> environment,
        params string[] arguments)
    {
        using Process process = Start(null, arguments, folder, environment);
        return Wait(process);
    }

    /// <summary>Starts a program, or dotnet itself where it is null.</summary>
    public static Process Start(string? program, string[] arguments, string? folder = null, IReadOnlyDictionary<string,
        string>? environment = null)
    {
        var info = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? TestData.Root,
        };
        foreach (string argument in program is null ? arguments : [program, .. arguments])
            info.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            info.Environment[name] = value;
        return Process.Start(info)!;
    }

    public static (int ExitCode, string Output, string Error) Wait(Process process)
    {
        // Both pipes are read at once: a full one would stop the process.
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
