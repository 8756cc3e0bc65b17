using System.IO.Compression;

namespace Mien.Training.Datasets;

/// <summary>A file of a zip archive.</summary>
/// <param name="Path">Its path with slashes forward, without steps up or to the root.</param>
/// <param name="Entry">Where its bytes are.</param>
internal sealed record ZipMember(string Path, ZipArchiveEntry Entry);

/// <summary>The files of a zip archive, whichever program packed it.</summary>
internal static class ZipMembers
{
    /// <summary>All files, without folders.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <exception cref="MienException">Files in it are locked with a password.</exception>
    /// <exception cref="InvalidDataException">Its directory is damaged.</exception>
    public static List<ZipMember> Of(ZipArchive archive, string name)
    {
        var members = new List<ZipMember>();
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            string path = PathOf(entry.FullName);
            if (path.Length == 0 || entry.FullName[^1] is '/' or '\\')
                continue;
            if (entry.IsEncrypted)
                throw new MienException($"{name}/{path}: locked with a password. Unpack the archive with its password, and pass the "
                    + $"folder.");
            members.Add(new ZipMember(path, entry));
        }

        return members;
    }

    /// <summary>Some programs write backslashes, a drive, or `..`: only the names of folders in the archive count.</summary>
    internal static string PathOf(string written)
    {
        var parts = new List<string>();
        foreach (string part in written.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not (".." or "."))
                parts.Add(part);
        }

        return string.Join('/', parts);
    }
}
