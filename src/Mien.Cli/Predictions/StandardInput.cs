namespace Mien.Cli.Predictions;

/// <summary>Names of pictures on standard input.</summary>
internal static class StandardInput
{
    private const string Handles = "/proc/self/fd";

    /// <summary>Standard input where one of the arguments is `-`; else nothing.</summary>
    /// <exception cref="MienException">It is closed: to read it would wait forever.</exception>
    public static TextReader For(IReadOnlyList<string> arguments)
    {
        if (!arguments.Contains("-"))
            return TextReader.Null;
        if (IsClosed())
            throw new MienException("-: standard input is closed. Pipe a list of names into the program, or name pictures and folders.");
        return Console.In;
    }

    /// <summary>Whether it was closed before the program began: the runtime's own signal pipe takes its place then.</summary>
    private static bool IsClosed()
    {
        if (!OperatingSystem.IsLinux() || Target($"{Handles}/0") is not { } first || !first.StartsWith("pipe:", StringComparison.Ordinal))
            return false;
        return Directory.EnumerateFileSystemEntries(Handles)
            .Any(handle => Target(handle) == first && IsForWriting(Path.GetFileName(handle)));
    }

    /// <summary>Whether a handle is a pipe's end that is written to: of a pipe from outside, the program has the other end alone.</summary>
    private static bool IsForWriting(string handle)
    {
        try
        {
            // "flags:	0100001", in octal: the last digit is the access, 0 for reading.
            string? flags = File.ReadLines($"/proc/self/fdinfo/{handle}")
                .FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return flags is not null && (flags[^1] & 3) != 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string? Target(string handle)
    {
        try
        {
            return new FileInfo(handle).LinkTarget;
        }
        catch (IOException)
        {
            // It was closed meanwhile.
            return null;
        }
    }
}
