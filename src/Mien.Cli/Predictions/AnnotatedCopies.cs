using Mien.Cli.Commands;

namespace Mien.Cli.Predictions;

/// <summary>Names the annotated copies of a run: no two sources get the same file.</summary>
/// <param name="folder">The folder of --annotate.</param>
internal sealed class AnnotatedCopies(string folder)
{
    private readonly HashSet<string> _taken = new(OutputFiles.Names);

    /// <summary>The file for the copy of one source; a name that is taken gets a number.</summary>
    /// <param name="place">Below the folder, with `/` between folders.</param>
    public string Name(string place)
    {
        string free = place;
        string stem = Path.Combine(Path.GetDirectoryName(place)!, Path.GetFileNameWithoutExtension(place));
        for (int number = 2; !_taken.Add(free); number++)
            free = $"{stem}-{number}{Path.GetExtension(place)}";
        return Path.Combine(folder, free);
    }
}
