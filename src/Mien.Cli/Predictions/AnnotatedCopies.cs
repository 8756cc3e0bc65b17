using Mien.Cli.Commands;

namespace Mien.Cli.Predictions;

/// <summary>Where the annotated copies of a run go: one name a source, never onto a source.</summary>
internal sealed class AnnotatedCopies
{
    private readonly string _folder;
    private readonly bool _overwrite;
    private readonly HashSet<string> _taken = new(OutputFiles.Names);
    private readonly HashSet<string> _sources;

    /// <param name="folder">The folder of --annotate; made where it is not there.</param>
    /// <param name="overwrite">Whether copies that are there already may be replaced.</param>
    /// <param name="sources">All that the run reads.</param>
    public AnnotatedCopies(string folder, bool overwrite, IEnumerable<string> sources)
    {
        _folder = folder;
        _overwrite = overwrite;
        _sources = sources.Select(OutputFiles.RealPath).ToHashSet(OutputFiles.Names);
        OutputFiles.MakeFolder(folder);
    }

    /// <summary>The file for the copy of one source; a name that is taken gets a number.</summary>
    /// <param name="place">Below the folder, with `/` between folders.</param>
    /// <exception cref="MienException">A source has that name, or a file is there already.</exception>
    public string Take(string place)
    {
        string free = place;
        for (int number = 2; !_taken.Add(free); number++)
            free = Path.Combine(Path.GetDirectoryName(place)!, $"{Path.GetFileNameWithoutExtension(place)}-{number}{Path.GetExtension(place)}");
        string target = Path.Combine(_folder, free);
        if (_sources.Contains(OutputFiles.RealPath(target)))
            throw new MienException($"{target}: is among what is read and stays as it is. Choose another folder for --annotate.");
        OutputFiles.Require(target, _overwrite);
        return target;
    }
}
