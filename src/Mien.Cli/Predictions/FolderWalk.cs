using System.IO.Enumeration;

namespace Mien.Cli.Predictions;

/// <summary>Pictures under a folder in the order of their names, folder by folder: one folder's names are held at a time.</summary>
/// <remarks>Hidden files and folders are left out, links to folders are not followed: a walk always ends.</remarks>
internal static class FolderWalk
{
    private static readonly EnumerationOptions Options = new() { IgnoreInaccessible = false };

    private enum Verdict
    {
        /// <summary>It is none of what is asked for.</summary>
        Leave,

        /// <summary>It is asked for, and is no picture by its name.</summary>
        PassOver,

        Take,
    }

    private delegate Verdict Judge(ReadOnlySpan<char> name);

    /// <summary>Every picture under a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="passed">Is told of what is taken for no picture.</param>
    public static IEnumerable<PictureFile> Everything(string folder, PassedOver? passed) =>
        new Walk(_ => true, name => PictureFile.IsPicture(name) ? Verdict.Take : Verdict.PassOver, passed).Below(folder, "");

    /// <summary>Files that match a pattern: `*` and `?` within a name, `**` for any number of folders.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="passed">Is told of what matches and is taken for no picture.</param>
    /// <exception cref="MienException">None does.</exception>
    public static IEnumerable<PictureFile> Matching(string pattern, PassedOver? passed)
    {
        string[] parts = (OperatingSystem.IsWindows() ? pattern.Replace('\\', '/') : pattern).Split('/');
        int plain = Array.FindIndex(parts, part => part.AsSpan().IndexOfAny('*', '?') >= 0);
        string folder = plain == 0 ? "" : string.Join('/', parts[..plain]) + "/";
        string[] wild = parts[plain..];
        // `photos/*` means its pictures; `photos/*.dat` means what it says.
        bool anyName = wild[^1].EndsWith('*');
        bool any = false;
        var walk = new Walk(
            name => Leads(wild, name.Split('/')),
            name => !Matches(wild, name.ToString().Split('/')) ? Verdict.Leave
                : !anyName || PictureFile.IsPicture(name) ? Verdict.Take : Verdict.PassOver,
            passed);
        foreach (PictureFile file in walk.Below(folder, ""))
        {
            any = true;
            yield return file;
        }

        if (!any)
        {
            string over = passed?.Sentence() is { } sentence ? sentence + " " : "";
            throw new MienException($"{pattern}: matches no picture. {over}Quote the pattern, and write `**` for folders at any depth.");
        }
    }

    private sealed class Walk(Func<string, bool> enter, Judge judge, PassedOver? passed)
    {
        public IEnumerable<PictureFile> Below(string folder, string inside)
        {
            (List<(string Name, bool Folder)> entries, MienException? error) = Entries(folder, inside);
            if (error is not null)
                yield return new PictureFile(folder, inside.TrimEnd('/')) { Error = error };
            foreach ((string name, bool isFolder) in entries)
            {
                string path = Path.Combine(folder, name);
                if (!isFolder)
                {
                    if (judge(inside + name) == Verdict.Take)
                        yield return new PictureFile(path, inside + name);
                    else
                        passed?.Add(path);
                }
                else if (enter(inside + name))
                {
                    foreach (PictureFile file in Below(path, inside + name + "/"))
                        yield return file;
                }
            }
        }

        private (List<(string Name, bool Folder)> Entries, MienException? Error) Entries(string folder, string inside)
        {
            var entries = new List<(string Name, bool Folder)>();
            try
            {
                var found = new FileSystemEnumerable<(string Name, bool Folder)>(
                    folder.Length == 0 ? "." : folder,
                    (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory),
                    Options)
                {
                    ShouldIncludePredicate = (ref FileSystemEntry entry) => entry.IsDirectory
                        ? !IsLink(ref entry)
                        : judge(inside.Length == 0 ? entry.FileName : $"{inside}{entry.FileName}") != Verdict.Leave,
                };
                entries.AddRange(found);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                string why = PictureFile.IsNoText(folder)
                    ? ": its name isn't UTF-8. Rename it, for example with `convmv -f latin1 -t utf8 --notest`."
                    : $" ({e.Message}).";
                return (entries, new MienException($"{folder}: the folder can't be listed{why}", e));
            }

            entries.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
            return (entries, null);
        }

        private bool IsLink(ref FileSystemEntry entry)
        {
            if ((entry.Attributes & FileAttributes.ReparsePoint) == 0)
                return false;
            passed?.AddLink();
            return true;
        }
    }

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> names)
    {
        if (pattern.Length == 0)
            return names.Length == 0;
        if (pattern[0] == "**")
        {
            // The last `**` takes everything below.
            if (pattern.Length == 1)
                return names.Length > 0;
            for (int skipped = 0; skipped < names.Length; skipped++)
            {
                if (Matches(pattern[1..], names[skipped..]))
                    return true;
            }

            return false;
        }

        return names.Length > 0 && MatchesName(pattern[0], names[0]) && Matches(pattern[1..], names[1..]);
    }

    /// <summary>Whether something below a folder can match.</summary>
    private static bool Leads(ReadOnlySpan<string> pattern, ReadOnlySpan<string> folders)
    {
        for (int i = 0; i < folders.Length; i++)
        {
            if (pattern[i] == "**")
                return true;
            if (i == pattern.Length - 1 || !MatchesName(pattern[i], folders[i]))
                return false;
        }

        return true;
    }

    private static bool MatchesName(string pattern, string name) =>
        FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: OperatingSystem.IsWindows());
}
