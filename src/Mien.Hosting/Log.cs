using Microsoft.Extensions.Logging;

namespace Mien.Hosting;

/// <summary>What is logged, under the category `Mien`.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Opened the model {Name} {Version}, with {Labels} labels.")]
    public static partial void Opened(ILogger logger, string name, string version, int labels);
}
