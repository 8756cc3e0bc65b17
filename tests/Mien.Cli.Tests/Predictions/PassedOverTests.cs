using System.Diagnostics;
using Mien.TestSupport;
using static Mien.Cli.Tests.CommandTests;

namespace Mien.Cli.Tests.Predictions;

/// <summary>mien predict says what it did not read: nothing is passed over in silence.</summary>
public class PassedOverTests
{
    private static readonly byte[] Heic = [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8];

    [Theory]
    [InlineData("in")]
    [InlineData("in/*")]
    [InlineData("in/**")]
    public void A_folder_of_which_nothing_can_be_read_fails_and_says_what_is_in_it(string input)
    {
        using TemporaryFolder folder = Folder(pictures: false);
        (int exit, string output, string error) = Run("predict", folder.File(input));
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Empty(output);
        Assert.Contains("no picture", error, StringComparison.Ordinal);
        Assert.Contains("HEIC pictures, ", error, StringComparison.Ordinal);
        Assert.Contains("a text file", error, StringComparison.Ordinal);
        Assert.Contains("HEIC pictures: Convert it to JPEG", error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_lies_among_pictures_is_counted_by_kind()
    {
        using TemporaryFolder folder = Folder(pictures: true);
        File.Move(folder.File("in/b.png"), folder.File("in/nameless"));
        (int exit, _, string error) = Run("predict", folder.File("in"), "--faces", "cropped", "--format", "jsonl");
        Assert.Equal(ExitCode.Ok, exit);
        const string Counted = "2 HEIC pictures, a video, a picture file without a picture's ending, a text file and an unknown file were "
            + "passed over.";
        Assert.Contains(Counted, error, StringComparison.Ordinal);

        (exit, _, error) = Run("predict", folder.File("in"), "--faces", "cropped", "--out", folder.File("out.csv"));
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains("2 HEIC pictures, ", error, StringComparison.Ordinal);
        Assert.Equal(2, File.ReadLines(folder.File("out.csv")).Count());

        // What a pattern leaves out on purpose is not passed over.
        (exit, _, error) = Run("predict", folder.File("in/*.png"), "--faces", "cropped", "--format", "jsonl");
        Assert.Equal((ExitCode.Ok, ""), (exit, error));
    }

    [Fact]
    public void A_heic_picture_that_is_named_is_named_with_the_cure()
    {
        using TemporaryFolder folder = Folder(pictures: false);
        (int exit, _, string error) = Run("predict", folder.File("in/1.HEIC"));
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("1.HEIC: a HEIC picture, which can't be read. Convert it to JPEG", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_folder_and_an_empty_list_fail()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        Directory.CreateDirectory(folder.File("none"));
        folder.Write("none.txt", "");
        foreach (string input in (string[])[folder.File("none"), "@" + folder.File("none.txt")])
        {
            (int exit, _, string error) = Run("predict", input);
            Assert.Equal(ExitCode.Failure, exit);
            Assert.Contains("no picture in it. Expected JPEG, PNG", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_shard_without_pictures_of_a_folder_with_some_is_done()
    {
        using TemporaryFolder folder = Folder(pictures: true);
        for (int shard = 1; shard <= 8; shard++)
        {
            string[] arguments = ["predict", folder.File("in"), "--faces", "cropped", "--format", "jsonl", "--shard", $"{shard}/8"];
            Assert.Equal(ExitCode.Ok, Run(arguments).Exit);
        }

    }

    [Fact]
    public async Task Odd_files_in_a_folder_are_named_and_the_others_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes and devices are files on Unix alone.");
        using TemporaryFolder folder = Folder(pictures: true);
        Process.Start("mkfifo", folder.File("in/pipe.jpg")).WaitForExit();
        Process.Start("mkfifo", folder.File("in/pipe")).WaitForExit();
        File.CreateSymbolicLink(folder.File("in/zero.jpg"), "/dev/zero");
        Directory.CreateSymbolicLink(folder.File("in/latest"), "..");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string[] arguments = ["predict", folder.File("in"), "--faces", "cropped", "--format", "csv"];
        (int exit, string output, string error) = await Task.Run(() => Run(arguments), cancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("pipe.jpg: empty file or no ordinary file", error, StringComparison.Ordinal);
        Assert.Contains("zero.jpg: empty file or no ordinary file", error, StringComparison.Ordinal);
        Assert.Contains("a link to a folder", error, StringComparison.Ordinal);
        Assert.Contains("an empty or special file", error, StringComparison.Ordinal);
        Assert.Equal(2, output.Split('\n').Count(line => line.Contains(",1,0,0,", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_name_that_is_not_utf8_is_named_with_the_cure()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Names are bytes on Linux.");
        using TemporaryFolder folder = Folder(pictures: true);
        Assert.Equal(0, Shell($"cp a.png $(printf 'odd\\377.png') && mkdir $(printf 'dir\\377') && cp a.png $(printf 'dir\\377/b.png')"));
        (int exit, string output, string error) = Run("predict", folder.File("in"), "--faces", "cropped", "--format", "jsonl");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("odd\ufffd.png: not found. The name isn't UTF-8", error, StringComparison.Ordinal);
        Assert.Contains("dir\ufffd: the folder can't be listed: its name isn't UTF-8", error, StringComparison.Ordinal);
        Assert.Equal(4, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Shell("rm -r odd* dir*");

        int Shell(string command)
        {
            using Process shell = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = folder.File("in") })!;
            shell.WaitForExit();
            return shell.ExitCode;
        }
    }

    private static TemporaryFolder Folder(bool pictures)
    {
        TemporaryFolder folder = TestData.NewFolder();
        folder.Write("in/notes.md", "text, with ü");
        File.WriteAllBytes(folder.File("in/1.HEIC"), Heic);
        File.WriteAllBytes(folder.File("in/2.heif"), Heic);
        File.WriteAllBytes(folder.File("in/clip.mp4"), [0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 0, 0]);
        File.WriteAllBytes(folder.File("in/state.bin"), [1, 0, 2, 0]);
        byte[] png = Imaging.Picture.FromGray(new byte[48 * 48], 48, 48).ToPng();
        foreach (string name in pictures ? (string[])["a.png", "b.png"] : [])
            File.WriteAllBytes(folder.File("in/" + name), png);
        return folder;
    }
}
