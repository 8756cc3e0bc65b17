using Mien.Batches;

namespace Mien.Cli.Predictions;

/// <summary>Ends a run where the machine fails: the picture that met the fault gets no row, so that --resume reads it again.</summary>
internal static class MachineStop
{
    /// <summary>Looks at a picture's result before it is written.</summary>
    /// <param name="result">The result.</param>
    /// <param name="resumes">Whether the run can be gone on with.</param>
    /// <exception cref="MienException">The machine is at fault, not the picture.</exception>
    public static void At<T>(PictureResult<T> result, bool resumes)
    {
        if (MachineFaults.CureOf(result.Exception) is not { } cure)
            return;
        string what = result.Exception is MienException ? result.Error! : $"{result.Source}: can't be read on this machine as it is.";
        string then = resumes ? " What was read until here is written. The same command with --resume goes on." : "";
        throw new MienException($"{what} {cure}{then}", result.Exception!);
    }
}
