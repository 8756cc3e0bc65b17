using Mien.Batches;
using Mien.Cli.Predictions;

namespace Mien.Cli.Tests.Predictions;

public class MachineStopTests
{
    [Fact]
    public void The_machines_faults_end_the_run_with_the_cure_and_a_pictures_own_do_not()
    {
        var damaged = new MienException("a.jpg: cut off or damaged. Fetch or save it again.");
        MachineStop.At(new PictureResult<string>("a.jpg", 0, 0, null, damaged.Message) { Exception = damaged }, resumes: true);
        MachineStop.At(new PictureResult<string>("a.jpg", 1, 1, [], null), resumes: true);

        var full = new InvalidOperationException("wrapped", new OutOfMemoryException());
        var stopped = Assert.Throws<MienException>(() => MachineStop.At(new PictureResult<string>("a.jpg", 0, 0, null,
            $"a.jpg: {full.Message}")
        { Exception = full }, resumes: true));
        Assert.StartsWith("a.jpg: can't be read on this machine as it is. Not enough memory.", stopped.Message, StringComparison.Ordinal);
        Assert.EndsWith("The same command with --resume goes on.", stopped.Message, StringComparison.Ordinal);
        stopped = Assert.Throws<MienException>(() => MachineStop.At(new PictureResult<string>("a.jpg", 0, 0, null,
            "")
        { Exception = full }, resumes: false));
        Assert.DoesNotContain("--resume", stopped.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("64", "4096", true)]
    [InlineData("255", "255", true)]
    [InlineData("256", "256", false)]
    [InlineData("1048576", "1048576", false)]
    [InlineData("unlimited", "unlimited", false)]
    public void Too_few_open_files_are_refused_with_the_cure(string soft, string hard, bool refused)
    {
        string? shortage = OpenFiles.Shortage(["Limit                     Soft Limit           Hard Limit           Units     ",
            $"Max open files            {soft,-20} {hard,-20} files     "]);
        Assert.Equal(refused ? $"At most {soft} files may be open at once, and Mien needs 256. Raise the limit, such as by "
            + "`ulimit -n 1024`." : null, shortage);
    }
}
