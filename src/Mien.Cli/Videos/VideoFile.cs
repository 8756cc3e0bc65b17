namespace Mien.Cli.Videos;

/// <summary>Which arguments are videos.</summary>
internal static class VideoFile
{
    private static readonly string[] Endings =
    [
        ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".wmv", ".flv", ".ts", ".mts", ".m2ts", ".3gp", ".ogv", ".y4m",
    ];

    /// <summary>By its ending: opening every file to look would cost more than it tells.</summary>
    public static bool IsVideo(string path) => !path.StartsWith('@') && Endings.Contains(Path.GetExtension(path).ToLowerInvariant());
}
