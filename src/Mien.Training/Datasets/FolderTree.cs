namespace Mien.Training.Datasets;

/// <summary>The files under a folder. Each real folder is entered once, so that links can't lead in circles.</summary>
/// <remarks>Hidden files and folders are passed over.</remarks>
internal sealed class FolderTree
{
    private static readonly EnumerationOptions Options = new() { IgnoreInaccessible = false };

    private readonly string _root;
    private readonly string _realRoot;
    private readonly Func<string, bool> _wanted;
    private readonly HashSet<string> _entered = new(StringComparer.Ordinal);
    private readonly Queue<string> _links = [];
    private readonly List<string> _files = [];
    private readonly List<string> _leftOut = [];
    private readonly List<string> _empty = [];
    private readonly SortedDictionary<string, int> _others = new(StringComparer.Ordinal);

    /// <summary>Walks a folder.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="wanted">Whether a file of this name is one to read.</param>
    public FolderTree(string root, Func<string, bool> wanted)
    {
        (_root, _realRoot, _wanted) = (root, RealPath.Of(root), wanted);
        Enter("", _realRoot);
        // Links come last: a folder goes by its own name rather than by a link's.
        while (_links.TryDequeue(out string? link))
            Follow(link);
        _files.Sort(StringComparer.Ordinal);
    }

    /// <summary>Files that can be opened, from the root on, slashes forward, in order.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Files and folders that can't be opened or were entered before, each with the reason.</summary>
    public IReadOnlyList<string> LeftOut => _leftOut;

    /// <summary>Folders without a file to read and without folders.</summary>
    public IReadOnlyList<string> Empty => _empty;

    /// <summary>How many files of other kinds there are, by ending.</summary>
    public IReadOnlyDictionary<string, int> Others => _others;

    private string PathOf(string inside) => Path.Combine(_root, inside);

    private bool HoldsRoot(string folder) =>
        _realRoot.StartsWith(folder, StringComparison.Ordinal)
        && (Path.EndsInDirectorySeparator(folder) || _realRoot[folder.Length..] is "" or ['/' or '\\', ..]);

    private void Follow(string link)
    {
        string real = RealPath.Of(PathOf(link));
        if (!Directory.Exists(real))
            _leftOut.Add($"{PathOf(link)}: a link to {real}, which is not there");
        else if (_entered.Contains(real) || HoldsRoot(real))
            _leftOut.Add($"{PathOf(link)}: a link to {real}, which is read already or holds this folder");
        else
            Enter(link, real);
    }

    private void Enter(string inside, string real)
    {
        if (!_entered.Add(real))
        {
            _leftOut.Add($"{PathOf(inside)}: read already by another name");
            return;
        }

        FileSystemInfo[] entries;
        try
        {
            entries = [.. new DirectoryInfo(PathOf(inside)).EnumerateFileSystemInfos("*", Options)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _leftOut.Add($"{PathOf(inside)}: the folder can't be listed ({e.Message.TrimEnd('.')})");
            return;
        }

        int inThis = 0;
        foreach (FileSystemInfo entry in entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            string name = inside.Length == 0 ? entry.Name : $"{inside}/{entry.Name}";
            bool folder = (entry.Attributes & FileAttributes.Directory) != 0;
            inThis += folder || _wanted(name) ? 1 : 0;
            if (folder && (entry.Attributes & FileAttributes.ReparsePoint) != 0)
                _links.Enqueue(name);
            else if (folder)
                Enter(name, Path.Combine(real, entry.Name));
            else
                Add(name);
        }

        if (inThis == 0 && inside.Length > 0)
            _empty.Add(inside);
    }

    private void Add(string name)
    {
        if (!_wanted(name))
        {
            string ending = Path.GetExtension(name).ToLowerInvariant();
            _others[ending] = _others.GetValueOrDefault(ending) + 1;
        }
        else if (OrdinaryFile.Wrong(PathOf(name)) is { } wrong)
        {
            _leftOut.Add($"{PathOf(name)}: {wrong}");
        }
        else
        {
            _files.Add(name);
        }
    }
}
