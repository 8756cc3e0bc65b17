using Mien.Training.Datasets;
using Spectre.Console;

namespace Mien.Cli.Commands;

/// <summary>Lays FER+ votes beside a data set: those that an option names, or those that lie beside the data.</summary>
internal static class FerPlusVotes
{
    private const string FileName = "fer2013new.csv";

    /// <summary>The table with votes; as it is where there are none.</summary>
    /// <param name="table">The data.</param>
    /// <param name="data">Where it was read from.</param>
    /// <param name="named">The option's file; null to look for <c>fer2013new.csv</c> beside the data.</param>
    /// <param name="terminal">Told what was found.</param>
    /// <exception cref="MienException">The named file can't be read or belongs to other data.</exception>
    public static FaceTable Attach(FaceTable table, string data, string? named, Terminal terminal)
    {
        if (named is not null)
            return FerPlus.Attach(named, table);
        string found = Beside(data);
        if (!File.Exists(found))
            return table;
        try
        {
            FaceTable voted = FerPlus.Attach(found, table);
            terminal.Error.MarkupLineInterpolated($"[gray]{found}: FER+ votes found beside the data[/]");
            return voted;
        }
        catch (MienException e)
        {
            // Nobody asked for it: other data may lie there with reason.
            terminal.Error.MarkupLineInterpolated($"[gray]left out: {e.Message}[/]");
            return table;
        }
    }

    /// <summary>The table with votes, which the caller can't do without.</summary>
    /// <param name="table">The data.</param>
    /// <param name="data">Where it was read from.</param>
    /// <param name="named">The option's file; null to look beside the data.</param>
    /// <exception cref="MienException">There are none, or they can't be read or belong to other data.</exception>
    public static FaceTable AttachNeeded(FaceTable table, string data, string? named)
    {
        string file = named ?? Beside(data);
        return named is not null || File.Exists(file)
            ? FerPlus.Attach(file, table)
            : throw new MienException($"--labels ferplus needs the taggers' votes, and {file} is not there. Pass --ferplus "
                + "fer2013new.csv.");
    }

    private static string Beside(string data) =>
        Path.Combine(Directory.Exists(data) ? data : Path.GetDirectoryName(Path.GetFullPath(data))!, FileName);
}
