using System.Diagnostics;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.EndToEnd;

/// <summary>Full disks, closed pipes and standard output that nobody opened, through a shell.</summary>
public class OutputTests
{
    [Theory]
    [InlineData("predict in --faces cropped --format jsonl")]
    [InlineData("predict in --faces cropped --format csv")]
    [InlineData("predict in --faces cropped --format json")]
    [InlineData("predict in --faces cropped")]
    [InlineData("model info")]
    [InlineData("model summary")]
    [InlineData("--help")]
    public void A_reader_that_goes_ends_the_command_without_a_word(string command)
    {
        using TemporaryFolder folder = Pictures(40);
        (int exit, string output, string error) = Shell(folder, $"(mien {command}; echo $? > code) | head -1");
        Assert.Equal((0, ""), (exit, error));
        Assert.Equal(1, output.AsSpan().Count('\n'));
        string code = File.ReadAllText(folder.File("code")).Trim();
        // A few lines may all be in the pipe before `head` has read the first.
        Assert.True(code == "141" || (code == "0" && !command.StartsWith("predict", StringComparison.Ordinal)), code);
    }

    [Theory]
    [InlineData("predict in --faces cropped --format jsonl")]
    [InlineData("predict in --faces cropped")]
    [InlineData("model info")]
    [InlineData("model summary")]
    [InlineData("--help")]
    public void Standard_output_that_is_closed_or_full_is_said_in_one_plain_sentence(string command)
    {
        using TemporaryFolder folder = Pictures(2);
        foreach (string to in (string[])[">&-", "> /dev/full"])
        {
            string expected = to == ">&-" ? "standard output is closed" : "standard output can't be written (No space left on device).";
            (int exit, string output, string error) = Shell(folder, $"mien {command} {to}");
            Assert.True(exit == 1 && output.Length == 0, error);
            Assert.Contains($"error: {expected}", error, StringComparison.Ordinal);
            Assert.DoesNotContain("Exception", error, StringComparison.Ordinal);
            // Nobody is there to be told: that is no failure of its own.
            (exit, output, error) = Shell(folder, $"mien {command} {to} 2>&-");
            Assert.Equal((1, "", ""), (exit, output, error));
        }
    }

    [Fact]
    public void Standard_input_that_is_closed_is_not_waited_for()
    {
        using TemporaryFolder folder = Pictures(2);
        (int exit, string output, string error) = Shell(folder, "mien predict - --faces cropped <&-");
        Assert.Equal((1, ""), (exit, output));
        Assert.Contains("standard input is closed", error, StringComparison.Ordinal);
        (exit, _, error) = Shell(folder, "ls in/* | mien predict - --faces cropped --out rows.jsonl");
        Assert.True(exit == 0, error);
        Assert.Equal(2, File.ReadAllLines(folder.File("rows.jsonl")).Length);
    }

    [Fact]
    public void A_file_that_is_written_needs_no_standard_output()
    {
        using TemporaryFolder folder = Pictures(2);
        (int exit, _, string error) = Shell(folder, "mien predict in --faces cropped --out rows.jsonl >&- 2>&-");
        Assert.True(exit == 0, error);
        Assert.Equal(2, File.ReadAllLines(folder.File("rows.jsonl")).Length);
    }

    [Theory]
    [InlineData("rows.jsonl", "--resume")]
    [InlineData("rows.csv", "--resume")]
    [InlineData("rows.parquet", "--resume")]
    [InlineData("rows.json", "begin anew")]
    public void A_full_disk_ends_the_command_and_going_on_with_room_ends_the_file(string name, string cure)
    {
        using TemporaryFolder folder = Pictures(60);
        Directory.CreateDirectory(folder.File("disk"));
        bool may = Shell(folder, "unshare --user --map-root-user --mount mount -t tmpfs tmpfs disk").Exit == 0;
        Assert.SkipUnless(may, "A file system of its own size needs unshare and the right to mount.");
        // The disk lives as long as this shell: what it holds is taken to the next, where there is room.
        (int exit, string output, string error) = Shell(folder,
            "unshare --user --map-root-user --mount sh -c 'mount -t tmpfs -o size=12k tmpfs disk && "
            + $"dotnet \"$MIEN\" predict in --faces cropped --out disk/{name}; echo $?; cp -r disk/. .'");
        Assert.True(exit == 0 && output == "1\n", error + output);
        Assert.Contains($"error: disk/{name}: can't be written (No space left on device", error, StringComparison.Ordinal);
        Assert.Contains(cure, error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", error, StringComparison.Ordinal);
        if (cure != "--resume")
            return;
        (exit, _, error) = Shell(folder, $"mien predict in --faces cropped --resume --out {name}");
        Assert.True(exit == 0, error);
        Assert.Matches("^[1-5]?[0-9] pictures, [0-9]+ faces, 0 failed.* [1-5]?[0-9] were done before\n$", error);
        if (name == "rows.jsonl")
            Assert.Equal(60, File.ReadAllLines(folder.File(name)).Distinct().Count());
    }

    [Fact]
    public void A_server_whose_log_is_full_serves_on()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using Process server = Start(folder, "exec dotnet \"$MIEN\" serve --port 0 > /dev/full");
        string? said = server.StandardError.ReadLine();
        bool serves = !server.WaitForExit(200);
        server.Kill(entireProcessTree: true);
        const string Expected = "warning: standard output can't be written (No space left on device). Mien serves on http://";
        Assert.StartsWith(Expected, said, StringComparison.Ordinal);
        Assert.True(serves);
    }

    private static (int Exit, string Output, string Error) Shell(TemporaryFolder folder, string command)
    {
        using Process process = Start(folder, command);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private static Process Start(TemporaryFolder folder, string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Through a shell, and /dev/full.");
        var info = new ProcessStartInfo("sh", ["-c", $"mien() {{ dotnet \"$MIEN\" \"$@\"; }}; {command}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        };
        info.Environment["MIEN"] = MienProcess.Program;
        return Process.Start(info)!;
    }

    private static TemporaryFolder Pictures(int count)
    {
        TemporaryFolder folder = TestData.NewFolder();
        byte[] gray = new byte[48 * 48];
        new Random(1).NextBytes(gray);
        Directory.CreateDirectory(folder.File("in"));
        for (int i = 0; i < count; i++)
        {
            gray[0] = (byte)i;
            File.WriteAllBytes(folder.File($"in/{i:00}.png"), Picture.FromGray(gray, 48, 48).ToPng());
        }

        return folder;
    }
}
