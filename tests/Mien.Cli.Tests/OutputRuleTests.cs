using System.Text.RegularExpressions;
using Mien.Imaging;
using Mien.TestSupport;
using Spectre.Console.Testing;
using static Mien.Cli.Tests.CommandTests;

namespace Mien.Cli.Tests;

/// <summary>One rule for every command that writes: what is there stays unless --overwrite says otherwise, and inputs stay
/// always.</summary>
public class OutputRuleTests
{
    [Theory]
    [InlineData("predict faces --faces cropped --format jsonl --out THERE")]
    [InlineData("predict faces --faces cropped --format csv --out THERE")]
    [InlineData("predict faces --faces cropped --format json --out THERE")]
    [InlineData("predict faces --faces cropped --format parquet --out THERE")]
    [InlineData("predict none.mp4 --out THERE --format jsonl")]
    [InlineData("predict none.mp4 --timeline THERE --format jsonl")]
    [InlineData("label suggest faces --out THERE")]
    [InlineData("evaluate --data none.csv --json THERE")]
    [InlineData("evaluate --data none.csv --way whole --json THERE")]
    [InlineData("evaluate --data none.csv --corruptions --json THERE")]
    [InlineData("evaluate --data none.csv --quality --json THERE")]
    [InlineData("plot history none --out THERE")]
    [InlineData("plot confusion --data none.csv --out THERE")]
    [InlineData("plot classes --data none.csv --out THERE")]
    [InlineData("plot reliability --data none.csv --out THERE")]
    [InlineData("plot coverage --data none.csv --out THERE")]
    [InlineData("plot map --data none.csv --out THERE")]
    [InlineData("plot samples --data none.csv --out THERE")]
    [InlineData("dataset average --data none.csv --out THERE")]
    [InlineData("dataset covers --data none.csv --out THERE")]
    [InlineData("dataset errors --data none.csv --out THERE")]
    [InlineData("model quantize none.onnx --data none.csv --out THERE")]
    [InlineData("report --data none.csv --out .", "report.html")]
    public void What_is_there_stays(string command, string name = "there.png")
    {
        using TemporaryFolder folder = Faces();
        string there = folder.Write(name, "the user's own");
        (int exit, string output, string error) = Run(In(folder, command, there));
        Assert.Equal((ExitCode.Failure, ""), (exit, output));
        Assert.Contains($"{there}: exists already and stays as it is", error, StringComparison.Ordinal);
        Assert.Contains("--overwrite", error, StringComparison.Ordinal);
        Assert.Equal("the user's own", File.ReadAllText(there));
        Assert.Equal([there], Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("predict faces --faces cropped --out THERE", "out.jsonl")]
    [InlineData("predict faces --faces cropped --out THERE", "out.csv")]
    [InlineData("predict faces --faces cropped --out THERE", "out.json")]
    [InlineData("predict faces --faces cropped --out THERE", "out.parquet")]
    [InlineData("label suggest faces --faces cropped --out THERE", "out.csv")]
    [InlineData("dataset average --data data --out THERE", "out.png")]
    [InlineData("dataset covers --data data --out THERE", "out.zip")]
    [InlineData("evaluate --data data --split Training --json THERE", "out.json")]
    [InlineData("plot confusion --data data --split Training --out THERE", "out.svg")]
    public void With_overwrite_it_is_replaced_as_a_whole_and_a_link_by_a_file(string command, string name)
    {
        using TemporaryFolder folder = Faces();
        string there = folder.Write(name, "the user's own");
        (int exit, _, string error) = Run([.. In(folder, command, there), "--overwrite"]);
        Assert.True(exit == ExitCode.Ok, error);
        Assert.NotEqual("the user's own"u8.ToArray(), File.ReadAllBytes(there));
        Assert.Empty(Directory.GetFiles(folder.Path, "*.tmp"));

        string other = folder.Write("other", "the user's own");
        File.Delete(there);
        File.CreateSymbolicLink(there, other);
        (exit, _, error) = Run([.. In(folder, command, there), "--overwrite"]);
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Null(new FileInfo(there).LinkTarget);
        Assert.Equal("the user's own", File.ReadAllText(other));
        Assert.NotEqual("the user's own"u8.ToArray(), File.ReadAllBytes(there));
    }

    [Theory]
    [InlineData("predict faces --faces cropped --format jsonl --out faces/1.png")]
    [InlineData("predict faces --faces cropped --format jsonl --out link/1.png")]
    [InlineData("predict @list.txt --faces cropped --format jsonl --out faces/1.png")]
    [InlineData("predict @list.txt --faces cropped --format jsonl --out list.txt")]
    [InlineData("label suggest faces --faces cropped --out faces/1.png")]
    [InlineData("dataset average --data data --out data/happy/1.png")]
    [InlineData("dataset average --data manifest.csv --out faces/1.png")]
    [InlineData("dataset average --data manifest.csv --out manifest.csv")]
    [InlineData("dataset covers --data data --out data/happy/1.png")]
    [InlineData("dataset errors --data manifest.csv --out manifest.csv")]
    [InlineData("evaluate --data manifest.csv --split Training --json manifest.csv")]
    [InlineData("evaluate --data manifest.csv --split Training --json link/2.png")]
    [InlineData("plot confusion --data manifest.csv --split Training --out link/2.png")]
    [InlineData("model quantize model.onnx --data data --out model.onnx")]
    [InlineData("predict none.mp4 --out none.mp4 --format jsonl")]
    public void What_is_read_stays_in_spite_of_overwrite(string command)
    {
        using TemporaryFolder folder = Faces();
        folder.Write("list.txt", $"{folder.File("faces/1.png")}\n");
        folder.Write("manifest.csv", "file,label\nfaces/1.png,happy\nlink/2.png,sad\n");
        folder.Write("model.onnx", "a model");
        folder.Write("none.mp4", "a video");
        Directory.CreateSymbolicLink(folder.File("link"), folder.File("faces"));
        string[] files = Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories);
        byte[][] before = [.. files.Select(File.ReadAllBytes)];
        (int exit, _, string error) = Run([.. In(folder, command, ""), "--overwrite"]);
        Assert.True(exit == ExitCode.Failure && error.Contains("is among what is read", StringComparison.Ordinal), error);
        Assert.Equal(files, Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
        Assert.Equal(before, files.Select(File.ReadAllBytes));
    }

    [Fact]
    public void A_hard_link_to_an_input_is_replaced_and_the_input_stays()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Links by ln.");
        using TemporaryFolder folder = Faces();
        byte[] before = File.ReadAllBytes(folder.File("data/happy/1.png"));
        using (var ln = System.Diagnostics.Process.Start("ln", [folder.File("data/happy/1.png"), folder.File("same.png")]))
            ln.WaitForExit();
        string link = folder.File("same.png");
        (int exit, _, string error) = Run("dataset", "average", "--data", folder.File("data"), "--out", link, "--overwrite");
        Assert.True(exit == ExitCode.Ok, error);
        Assert.Equal(before, File.ReadAllBytes(folder.File("data/happy/1.png")));
        Assert.NotEqual(before, File.ReadAllBytes(link));
    }

    [Theory]
    [InlineData("predict faces --faces cropped --format jsonl --out /dev/null")]
    [InlineData("evaluate --data data --json /dev/null")]
    [InlineData("dataset average --data data --out /dev/null")]
    public void A_device_is_never_replaced(string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Names /dev/null.");
        using TemporaryFolder folder = Faces();
        (int exit, _, string error) = Run([.. In(folder, command, ""), "--overwrite"]);
        Assert.True(exit == ExitCode.Failure && error.Contains("/dev/null: is no file", StringComparison.Ordinal), error);
    }

    [Fact]
    public void A_fault_of_the_program_is_one_sentence_and_its_details_are_kept_where_asked_for()
    {
        using TemporaryFolder folder = TestData.NewFolder();
        using var console = new TestConsole().Width(4000);
        Environment.SetEnvironmentVariable(Failures.DetailsVariable, folder.File("details.txt"));
        try
        {
            using var broken = new BrokenWriter();
            Assert.Equal(ExitCode.Failure, Program.Run(["model", "summary", "--json"], new Terminal(broken, console, console)));
        }
        finally
        {
            Environment.SetEnvironmentVariable(Failures.DetailsVariable, null);
        }

        Assert.StartsWith("error: Mien failed through a fault of its own.", console.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", console.Output, StringComparison.Ordinal);
        string details = File.ReadAllText(folder.File("details.txt"));
        Assert.Contains("System.InvalidCastException: not for the terminal", details, StringComparison.Ordinal);
    }

    /// <summary>A command line whose files are in a folder.</summary>
    private static string[] In(TemporaryFolder folder, string command, string there) => [.. command.Split(' ').Select(word => word switch
    {
        "THERE" => there,
        "@list.txt" => "@" + folder.File("list.txt"),
        "." or "faces" or "data" or "list.txt" or "manifest.csv" or "model.onnx" => Path.GetFullPath(folder.File(word)),
        _ when Regex.IsMatch(word, "^(none|faces/|link/|data/)") => folder.File(word),
        _ => word,
    })];

    /// <summary>Three faces of noise in `faces`, and in `data/happy` and `data/sad` as a data set.</summary>
    private static TemporaryFolder Faces()
    {
        TemporaryFolder folder = TestData.NewFolder();
        byte[] gray = new byte[48 * 48];
        var random = new Random(3);
        for (int i = 1; i <= 3; i++)
        {
            random.NextBytes(gray);
            foreach (string place in (string[])["faces", "data/happy", "data/sad"])
            {
                Directory.CreateDirectory(folder.File(place));
                gray[0]++;
                File.WriteAllBytes(folder.File($"{place}/{i}.png"), Picture.FromGray(gray, 48, 48).ToPng());
            }
        }

        return folder;
    }

    private sealed class BrokenWriter : StringWriter
    {
        public override void WriteLine(string? value) => throw new InvalidCastException("not for the terminal");
    }
}
