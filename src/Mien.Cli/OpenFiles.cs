using System.Globalization;

namespace Mien.Cli;

/// <summary>How many files the process may have open at once.</summary>
/// <remarks>.NET keeps two handles for each of its libraries. Where they run out, anything may fail in any words, help among it.</remarks>
internal static class OpenFiles
{
    private const int Fewest = 256;

    private const string Name = "Max open files";

    private const string LimitsFile = "/proc/self/limits";

    /// <summary>Says on standard error that there are too few, with nothing but the runtime's core, as no other library may open.</summary>
    /// <returns>Whether there are enough.</returns>
    public static bool AreEnough()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(LimitsFile) || Shortage(File.ReadAllLines(LimitsFile)) is not { } shortage)
            return true;
        using Stream error = Console.OpenStandardError();
        error.Write(System.Text.Encoding.UTF8.GetBytes($"error: {shortage}\n"));
        return false;
    }

    /// <summary>What is wrong and what to do; null where there are enough.</summary>
    /// <param name="limits">Lines as Linux shows them. The runtime has raised the soft limit to the hard one by now.</param>
    internal static string? Shortage(string[] limits)
    {
        foreach (string line in limits)
        {
            if (!line.StartsWith(Name, StringComparison.Ordinal))
                continue;
            string soft = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            if (int.TryParse(soft, CultureInfo.InvariantCulture, out int most) && most < Fewest)
                return $"At most {most} files may be open at once, and Mien needs {Fewest}. Raise the limit, such as by `ulimit -n 1024`.";
        }

        return null;
    }
}
