using System.Diagnostics;
using Mien.TestSupport;

namespace Mien.EndToEnd;

/// <summary>Videos, disks and programs that fail in the middle: nothing is hidden, lost or left behind.</summary>
public class VideoFailureTests
{
    [Fact]
    public void A_file_that_is_cut_off_keeps_its_rows_and_copy_and_fails()
    {
        TestData.NeedFfmpeg();
        string clip = TestData.Input("cut-off-at-60-percent.mp4");
        using TemporaryFolder folder = TestData.NewFolder();
        (int exit, _, string error) = MienProcess.Run(
            "predict", clip, "--faces", "cropped", "--out", folder.File("rows.jsonl"), "--annotate", folder.File("out"));
        Assert.Equal(1, exit);
        Assert.Contains($"error: {clip}: cut off or damaged: 33 frames were read (ffmpeg: Invalid NAL", error, StringComparison.Ordinal);
        Assert.Equal(33, File.ReadLines(folder.File("rows.jsonl")).Count());
        Assert.Equal(["cut-off-at-60-percent-timeline.png", "cut-off-at-60-percent.mp4"], Names(folder.File("out")));
        (exit, _, error) = MienProcess.Run("watch", clip, "--faces", "cropped", "--format", "csv");
        Assert.Equal(1, exit);
        Assert.Contains("cut off or damaged", error, StringComparison.Ordinal);
    }

    [Fact]
    public void One_of_the_two_programs_alone_is_named_when_the_other_is_missing()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = Clip(folder, 0.3);
        foreach (string there in (string[])["ffprobe", "ffmpeg"])
        {
            string bin = folder.File("only-" + there);
            Directory.CreateDirectory(bin);
            File.CreateSymbolicLink(Path.Combine(bin, there), Real(there));
            (int exit, _, string error) = MienProcess.Run(Environment(bin), "predict", clip, "--format", "jsonl");
            string missing = there == "ffmpeg" ? "ffprobe" : "ffmpeg";
            Assert.Equal(1, exit);
            Assert.Contains($"through {missing}, which is not on the PATH", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_program_in_the_working_folder_is_never_started()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = Clip(folder, 0.3);
        foreach (string program in (string[])["ffprobe", "ffmpeg"])
            Script(folder.File(program), $"touch {folder.File("started")}");
        using Process process = MienProcess.Start(MienProcess.Program, ["predict", clip, "--format", "jsonl"], folder.Path);
        (int exit, _, string error) = MienProcess.Wait(process);
        Assert.True(exit == 0, error);
        Assert.False(File.Exists(folder.File("started")));
    }

    [Fact]
    public void A_filter_that_this_ffmpeg_lacks_is_named_with_the_cure()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string bin = Fake(folder, "echo \"[AVFilterGraph @ 0x1] [error] No such filter: 'zscale'\" >&2; exit 1");
        (int exit, _, string error) = MienProcess.Run(Environment(bin), "predict", TestData.Input("hdr-pq.mp4"), "--format", "jsonl");
        Assert.Equal(1, exit);
        Assert.Contains("This ffmpeg was built without the filter zscale", error, StringComparison.Ordinal);
        Assert.Contains("Install a full build of ffmpeg", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ffmpeg_that_is_killed_while_it_reads_is_no_end_of_the_video()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = Clip(folder, 2);
        // Four frames and a bit.
        string bin = Fake(folder, $"{Real("ffmpeg")} \"$@\" | head -c 50000; kill -9 $$");
        (int exit, _, string error) = MienProcess.Run(
            Environment(bin), "predict", clip, "--faces", "cropped", "--out", folder.File("rows.csv"));
        Assert.Equal(1, exit);
        Assert.Contains($"{clip}: reading stopped after 4 frames (", error, StringComparison.Ordinal);
        Assert.Equal(5, File.ReadLines(folder.File("rows.csv")).Count());
    }

    [Fact]
    public void An_ffmpeg_that_is_killed_while_it_writes_leaves_the_copy_before_as_it_was()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = Clip(folder, 2);
        string copy = folder.Write("out/clip.mp4", "what was there before");
        string bin = Fake(folder, $"case \"$*\" in *matroska*) head -c 50000 > /dev/null; kill -9 $$;; esac; exec {Real("ffmpeg")} \"$@\"");
        (int exit, _, string error) = MienProcess.Run(Environment(bin), "predict", clip, "--faces", "cropped",
            "--out", folder.File("rows.csv"), "--annotate", folder.File("out"), "--overwrite");
        Assert.Equal(1, exit);
        Assert.Contains($"{copy}: can't be written (signal 9 ended ffmpeg). Nothing is left of it.", error, StringComparison.Ordinal);
        Assert.Equal("what was there before", File.ReadAllText(copy));
        Assert.Equal(["clip-timeline.png", "clip.mp4"], Names(folder.File("out")));
        Assert.NotEmpty(File.ReadLines(folder.File("rows.csv")).Skip(1));
    }

    // A terminal's Ctrl+C goes to all processes, a time limit's signal to the first.
    [Theory]
    [InlineData("-INT", true)]
    [InlineData("-TERM", false)]
    public void Interrupted_it_leaves_no_part_of_a_copy_and_no_process(string signal, bool all)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Children are read from /proc.");
        using TemporaryFolder folder = TestData.NewFolder();
        string clip = Clip(folder, 300);
        using Process process = MienProcess.Start(
            "predict", clip, "--faces", "cropped", "--out", folder.File("rows.csv"), "--annotate", folder.File("out"));
        Assert.True(SpinWait.SpinUntil(
            () => Children(process).Length == 2 && Names(folder.File("out")).Length > 0, TimeSpan.FromSeconds(60)));
        int[] children = Children(process);
        using (Process kill = Process.Start("kill", [signal, .. all ? children.Select(id => $"{id}") : [], $"{process.Id}"]))
            kill.WaitForExit();
        (int exit, _, string error) = MienProcess.Wait(process);
        Assert.NotEqual(0, exit);
        Assert.Equal("", error);
        Assert.DoesNotContain(Names(folder.File("out")), name => name.EndsWith(".mp4", StringComparison.Ordinal));
        Assert.True(SpinWait.SpinUntil(() => !children.Any(id => Directory.Exists($"/proc/{id}")), TimeSpan.FromSeconds(5)));
    }

    private static string Clip(TemporaryFolder folder, double seconds)
    {
        TestData.NeedFfmpeg();
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Programs are stood in for by shell scripts.");
        string pattern = FormattableString.Invariant($"testsrc=size=64x48:rate=10:duration={seconds}");
        using Process ffmpeg = Process.Start("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", pattern, folder.File("clip.mp4")]);
        ffmpeg.WaitForExit();
        return folder.File("clip.mp4");
    }

    private static string Real(string program)
    {
        TestData.NeedFfmpeg();
        return System.Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .Select(at => Path.Combine(at, program)).First(File.Exists);
    }

    /// <summary>A folder with the real ffprobe and a script for ffmpeg.</summary>
    private static string Fake(TemporaryFolder folder, string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Programs are stood in for by shell scripts.");
        string bin = folder.File("bin");
        Directory.CreateDirectory(bin);
        File.CreateSymbolicLink(Path.Combine(bin, "ffprobe"), Real("ffprobe"));
        Script(Path.Combine(bin, "ffmpeg"), script);
        return bin;
    }

    private static void Script(string path, string script)
    {
        File.WriteAllText(path, $"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static Dictionary<string, string> Environment(string bin) => new() { ["PATH"] = bin };

    private static string[] Names(string folder) =>
        Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)!] : [];

    private static int[] Children(Process process)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{process.Id}/task")
                .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(int.Parse)];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
