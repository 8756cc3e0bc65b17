using Microsoft.ML.OnnxRuntime;

namespace Mien;

/// <summary>Tells what the machine lacked from what is wrong with a picture.</summary>
/// <remarks>A picture that meets one of these faults may be fine: read it again once the cause is gone, and do not book it as
/// damaged.</remarks>
public static class MachineFaults
{
    private const string Memory = "Not enough memory. Give the program more of it, let it hold fewer pixels at once (`--workers 1 "
        + "--in-flight 5`), or leave out a very large picture.";
    private const string OpenFiles = "Too many files are open. Raise the limit (`ulimit -n 1024`).";
    private const string Device = "The disk or the network share failed. Check it; leave the file out where it alone can't be read.";
    private const string Space = "The disk is full. Make room.";
    private const string Program = "A file of the program can't be loaded. Raise the limit of open files (`ulimit -n 1024`) where it "
        + "is low; else install Mien again.";

    /// <summary>What to do about an error that the machine is to blame for, in sentences; null where it is not.</summary>
    /// <param name="error">Any error; its causes count too.</param>
    public static string? CureOf(Exception? error)
    {
        for (Exception? each = error; each is not null; each = each.InnerException)
        {
            string? cure = each switch
            {
                AggregateException { InnerExceptions: { Count: > 1 } several } =>
                    several.Select(CureOf).FirstOrDefault(one => one is not null),
                OutOfMemoryException => Memory,
                OnnxRuntimeException when IsOfMemory(each.Message) => Memory,
                TypeInitializationException => CureOf(each.InnerException) ?? Program,
                FileLoadException or BadImageFormatException or DllNotFoundException => Program,
                // The runtime says so of an assembly that it has no handle left for.
                FileNotFoundException { FileName: { } name } when name.Contains("Version=", StringComparison.Ordinal) => Program,
                IOException => CureOfCode(each.HResult),
                _ => null,
            };
            if (cure is not null)
                return cure;
        }

        return null;
    }

    private static bool IsOfMemory(string message) =>
        message.Contains("bad_alloc", StringComparison.Ordinal) || message.Contains("bad allocation", StringComparison.Ordinal)
        || message.Contains("Failed to allocate memory", StringComparison.Ordinal);

    /// <summary>Unix puts its own number there, Windows one of its in the lower half.</summary>
    private static string? CureOfCode(int code) => OperatingSystem.IsWindows()
        ? (code & 0xFFFF) switch
        {
            // ERROR_TOO_MANY_OPEN_FILES, ERROR_NOT_ENOUGH_MEMORY, ERROR_OUTOFMEMORY, ERROR_NO_SYSTEM_RESOURCES, ERROR_COMMITMENT_LIMIT
            4 => OpenFiles,
            8 or 14 or 1450 or 1455 => Memory,
            // ERROR_CRC, ERROR_GEN_FAILURE, ERROR_NETNAME_DELETED, ERROR_IO_DEVICE, ERROR_DEVICE_NOT_CONNECTED
            23 or 31 or 64 or 1117 or 1167 => Device,
            // ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL
            39 or 112 => Space,
            _ => null,
        }
        : code switch
        {
            // ENOMEM; ENFILE, EMFILE; EIO, ENXIO, ENODEV; ENOSPC
            12 => Memory,
            23 or 24 => OpenFiles,
            5 or 6 or 19 => Device,
            28 => Space,
            // ESTALE, ETIMEDOUT, EHOSTDOWN, EREMOTEIO, EDQUOT
            116 or 110 or 112 or 121 when OperatingSystem.IsLinux() => Device,
            122 when OperatingSystem.IsLinux() => Space,
            // ESTALE, ETIMEDOUT, EHOSTDOWN, EDQUOT
            70 or 60 or 64 when OperatingSystem.IsMacOS() => Device,
            69 when OperatingSystem.IsMacOS() => Space,
            _ => null,
        };
}
