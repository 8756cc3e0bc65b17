using System.Runtime.CompilerServices;

namespace Mien.TestSupport;

/// <summary>Where tests find the repository and the data that is not kept in it.</summary>
internal static class TestData
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The real table, or a skipped test.</summary>
    public static string Fer2013Zip => Needed(Path.Combine(Root, "..", "shared", "fer2013", "fer2013.zip"));

    /// <summary>The FER+ votes, or a skipped test.</summary>
    public static string FerPlusVotes => Needed(Path.Combine(Root, "..", "shared", "fer2013", "fer2013new.csv"));

    /// <summary>The annotated photos' folder, or a skipped test.</summary>
    public static string Photos => Needed(Path.Combine(Root, "..", "shared", "photos"));

    /// <summary>The folder of portraits with a plain expression, or a skipped test.</summary>
    public static string Portraits => Needed(Path.Combine(Root, "..", "shared", "portraits"));

    /// <summary>A photo of that folder, or a skipped test.</summary>
    public static string Photo(string name) => Needed(Path.Combine(Photos, name));

    /// <summary>The portraits, in order, or a skipped test.</summary>
    public static string[] PortraitFiles => [.. Directory.GetFiles(Portraits, "*.jpg").Order(StringComparer.Ordinal)];

    /// <summary>A file that was once read wrongly, or a skipped test.</summary>
    public static string Input(string name) => Needed(Path.Combine(Root, "..", "shared", "inputs", name));

    /// <summary>The test clip, or a skipped test: it is read through ffmpeg.</summary>
    public static string Clip
    {
        get
        {
            NeedFfmpeg();
            return Photo("clip.mp4");
        }
    }

    /// <summary>Skips the test where ffmpeg is not installed.</summary>
    public static void NeedFfmpeg()
    {
        bool installed = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, "ffmpeg")) || File.Exists(Path.Combine(folder, "ffmpeg.exe")));
        Assert.SkipUnless(installed, "ffmpeg is not installed: videos are read through it.");
    }

    /// <summary>A folder that is deleted with the returned object.</summary>
    public static TemporaryFolder NewFolder([CallerMemberName] string name = "") => new(name);

    private static string Needed(string path)
    {
        path = Path.GetFullPath(path);
        Assert.SkipUnless(Path.Exists(path), $"{path} is absent: the data is not kept in the repository.");
        return path;
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Mien.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("No Mien.slnx above the tests.");
    }
}

/// <summary>A folder of its own for one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder(string name) => Path = Directory.CreateTempSubdirectory("mien-" + name[..Math.Min(name.Length, 20)] + "-")
        .FullName;

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text)
    {
        string path = File(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
