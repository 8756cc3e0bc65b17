namespace Mien.Benchmarks;

/// <summary>Files of the repository.</summary>
internal static class Repository
{
    /// <summary>A file by its path from the root; looked for upwards from the program.</summary>
    public static string Find(string path)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Mien.slnx")))
                return Path.Combine(folder.FullName, path);
        }

        throw new MienException("No Mien.slnx above the benchmarks: run them from the repository.");
    }
}
